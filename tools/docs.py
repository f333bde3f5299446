"""Writes what is derived from the code: docs/commands.md from the commands, .env.example from the settings."""

from __future__ import annotations

from pathlib import Path

from coalition_bot import handbook
from coalition_bot.features import FEATURES
from coalition_bot.settings import example

ROOT = Path(__file__).parent.parent


def derived() -> dict[Path, str]:
    """Each derived file with the text that it should have."""
    commands = [command for feature in FEATURES for command in feature.commands]
    return {ROOT / "docs" / "commands.md": handbook.document(commands), ROOT / ".env.example": example()}


def main() -> None:
    """Write them all."""
    for path, text in derived().items():
        path.write_text(text)


if __name__ == "__main__":
    main()
