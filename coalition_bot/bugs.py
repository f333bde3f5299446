"""Bugs: a reference for the person, kind and place for the log, and never a word of what somebody typed."""

from __future__ import annotations

import secrets
from traceback import walk_tb

import structlog

from coalition_bot.words import _

OURS = ("coalition_bot", "adapters")  # where a library failed says little; where we called it says much

log = structlog.get_logger(__name__)


def report(error: BaseException, **about: str) -> str:
    """Log a bug, with what else is known `about` it; returns the reference under which it stands in the log."""
    reference = secrets.token_hex(4)
    # The error's own text may quote an answer; its kind and place do not.
    log.error("bug", reference=reference, error=type(error).__name__, where=place_of(error), **about)
    return reference


def sorry(reference: str) -> str:
    """What the person is told of it."""
    say = _("Something went wrong on my side; nothing was changed. Please tell whoever runs me: {ref}.")
    return say.format(ref=reference)


def place_of(error: BaseException) -> str:
    """The innermost place of ours that an error came through, such as `coalition_bot.vault.Vault.open:52`."""
    trace = [
        (frame.f_globals.get("__name__", ""), frame.f_code.co_qualname, line)
        for frame, line in walk_tb(error.__traceback__)
    ]
    ours = [each for each in trace if each[0].partition(".")[0] in OURS]
    module, name, line = (ours or trace or [("", "", 0)])[-1]
    return f"{module}.{name}:{line}"
