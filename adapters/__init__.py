"""One folder per messaging platform, and the composition root that puts them together with the core."""
