"""Sheets of sign-ups as people have them, and the script that made them."""
