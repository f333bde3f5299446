"""What Slack can draw, and the check that each command fits; light, since the composition root reads it always."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from coalition_bot.command import Spec, by_root
from coalition_bot.fields import Field, Kind
from coalition_bot.platform import Limits

NAME = "slack"

# https://docs.slack.dev/reference/block-kit/blocks
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# https://docs.slack.dev/reference/block-kit/blocks/section-block
SECTION_TEXT = 3000
SECTION_FIELDS = 10
FIELD_TEXT = 2000
# https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADER_TEXT = 150
# https://docs.slack.dev/reference/block-kit/blocks/actions-block
ACTIONS = 25
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_TEXT = 75
# https://docs.slack.dev/reference/block-kit/blocks/input-block
LABEL_TEXT = 2000
HINT_TEXT = 2000
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
INPUT_TEXT = 3000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_TEXT = 75
OPTION_VALUE = 150
# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
OPTIONS = 100
# https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element
CHECKBOXES = 10
# https://docs.slack.dev/reference/block-kit/block-elements/file-input-element: what Slack itself takes at most
FILE_BYTES = 10_000_000
# https://docs.slack.dev/reference/methods/files.getUploadURLExternal#errors: alt_txt_too_large
ALT_TEXT = 1000
# https://docs.slack.dev/reference/views/modal-views
TITLE_TEXT = 24
PRIVATE_METADATA = 3000
# https://docs.slack.dev/surfaces/modals#updating_views_pushing
STACK = 3
# https://docs.slack.dev/reference/block-kit/blocks: action_id and block_id
ID_TEXT = 255
# https://docs.slack.dev/messaging/formatting-message-text: beyond it, Slack cuts the text beside the blocks
MESSAGE_TEXT = 4000
# https://docs.slack.dev/reference/app-manifest
COMMAND_NAME = 32
COMMAND_HELP = 2000
COMMAND_USAGE = 1000
COMMANDS = 50

# Each question may bring a line with its problem, and there is an introduction: together at most VIEW_BLOCKS.
QUESTIONS = 45

LIMITS = Limits(
    questions=QUESTIONS,
    options=OPTIONS,
    files_in_answers=False,  # Slack has no ephemeral files
    seconds_between=1.0,  # https://docs.slack.dev/apis/web-api/rate-limits#posting-messages
)

# https://slack.com/help/articles/201259356-Slash-commands-in-Slack
_TAKEN = (
    "active apps archive away call collapse dm dnd expand feed feedback giphy huddle invite invite_people join kick "
    "leave me msg mute open part prefs remind remove rename search shortcuts shrug star status topic unarchive "
    "who"
)
TAKEN = frozenset(_TAKEN.split())
_COMMAND = re.compile(r"[a-z0-9_-]+")


def check(specs: Iterable[Spec], prefix: str) -> None:
    """Raise ValueError, naming the command, for one that Slack cannot offer or draw."""
    roots = by_root(specs)
    for spec in chain.from_iterable(roots.values()):
        for fault in _faults(spec, prefix):
            raise ValueError(f"Slack cannot offer “{spec.name}”: {fault}")
    if len(roots) > COMMANDS:
        raise ValueError(f"Slack takes {COMMANDS} slash commands, not {len(roots)}")


def _faults(spec: Spec, prefix: str) -> Iterable[str]:
    name = f"{prefix}{spec.root}"
    if name in TAKEN:
        yield f"/{name} is Slack's own"
    if len(name) >= COMMAND_NAME or not _COMMAND.fullmatch(name):
        yield f"/{name} is no name for a slash command"
    for field in spec.fields:
        for fault in _field_faults(field):
            yield f"its question “{field.name}” {fault}"


def _field_faults(field: Field) -> Iterable[str]:
    if len(field.name) > ID_TEXT:
        yield "has too long a name"
    if len(field.label) > LABEL_TEXT or len(field.help) > HINT_TEXT:
        yield "has too long a label or help"
    if field.kind is Kind.TEXT and not field.carried and field.longest > INPUT_TEXT:
        yield f"takes {field.longest} characters, Slack {INPUT_TEXT}"
    if field.most > FILE_BYTES:
        yield f"takes a file of {field.most} bytes, Slack {FILE_BYTES}"
    if any(len(option.label) > OPTION_TEXT or len(option.value) > OPTION_VALUE for option in field.options):
        yield f"has an option of more than {OPTION_TEXT} characters"
    if len(field.options) > OPTIONS and field.suggest is None:
        yield f"has more than {OPTIONS} options and none to suggest"
