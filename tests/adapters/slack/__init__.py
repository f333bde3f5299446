"""The Slack adapter: its pure parts, its gate, and what people do, against the counterparts."""
