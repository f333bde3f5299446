"""The platform-agnostic core of Coalition Bot: it knows nothing of Slack, Discord, HTTP or terminals."""
