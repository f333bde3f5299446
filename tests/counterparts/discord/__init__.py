"""Discord for the test suite: somebody else's server, a strict proxy before it, and players who use it."""
