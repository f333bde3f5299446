"""The page for trying, in a real browser."""
