"""The bot as a process of its own: killed at the worst moments, listened to, and told the same thing twice."""
