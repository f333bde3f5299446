"""A Slack to test against: its Web API, its strictness about payloads, Socket Mode, and people who click."""
