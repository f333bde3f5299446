"""What developers run by `make`; no part of the bot."""
