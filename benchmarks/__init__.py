"""What claims about speed rest on: sign-ups through the real endpoint beside the least that could answer them."""
