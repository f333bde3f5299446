"""A chat page for trying the bot with nothing but a browser."""
