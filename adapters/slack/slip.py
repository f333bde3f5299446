"""What a modal carries along unseen, so that nothing about an open form lives in a process's memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.slack.limits import PRIVATE_METADATA


@dataclass(frozen=True, slots=True)
class Slip:
    """Which form is open, and where it was asked for."""

    command: str = ""
    draft: str = ""
    channel: str = ""  # where the command was typed; empty for a direct message
    kept: Mapping[str, str] = field(default_factory=dict)  # answers of other platforms that no control here can hold

    def write(self) -> str:
        """As private_metadata."""
        whole = {"command": self.command, "draft": self.draft, "channel": self.channel, "kept": dict(self.kept)}
        text = json.dumps({key: value for key, value in whole.items() if value}, ensure_ascii=False)
        return text if len(text) <= PRIVATE_METADATA else Slip(self.command, self.draft, self.channel).write()

    @classmethod
    def read(cls, text: str) -> Slip:
        """What `write` wrote; an empty slip for anything else."""
        try:
            found = json.loads(text)
        except ValueError:
            return cls()
        if not isinstance(found, dict):
            return cls()
        kept = found.get("kept")
        return cls(
            str(found.get("command", "")),
            str(found.get("draft", "")),
            str(found.get("channel", "")),
            {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {},
        )
