"""One suite that every adapter has to pass, each through its own platform's wire."""
