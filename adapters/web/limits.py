"""What the web page can draw: it is ours, so these are no vendor's numbers but what a person can still take in."""

from __future__ import annotations

from coalition_bot.platform import Limits

LIMITS = Limits(questions=100, options=100, files_in_answers=True, seconds_between=0.0)
BODY_MAX = 1_000_000  # bytes of one request; the longest form is far below
DRAINED_MAX = 100_000_000  # bytes that may follow beyond the limit before the connection is cut
FILES_MAX = 10  # files in one request
FIELDS_MAX = 1_000  # pairs of name and answer in one request
EVENT_MAX = 64  # characters of the browser's own name for what somebody did
KEEP_DAYS = 7  # how long what was posted can be read
POSTS_SHOWN = 50  # the newest of each conversation
