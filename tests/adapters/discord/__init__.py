"""Tests of the Discord adapter: its pure parts alone, the rest through the counterpart."""
