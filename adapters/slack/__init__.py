"""Slack: what people do there becomes a Request, and a Reply or Form becomes blocks and modals."""
