"""Servers of others to test against: Slack, Discord, PostgreSQL, a browser."""
