"""Discord's limits, each beside the page that states it; lengths are in characters."""

from __future__ import annotations

from coalition_bot.platform import Limits

# https://docs.discord.com/developers/interactions/application-commands#application-command-object
ROOTS = 100
SUBCOMMANDS = 25
OPTIONS = 25
COMMAND_NAME = r"[-_'\w]{1,32}"
COMMAND_DESCRIPTION = 100
COMMAND_TEXT = 8000  # names, descriptions and values of a root with all that is under it
CHOICES = 25
CHOICE_TEXT = 100  # name and value alike
OPTION_LENGTH = 6000  # the largest max_length

# https://docs.discord.com/developers/components/reference
CUSTOM_ID = 100
MESSAGE_TEXT = 4000  # of all text displays of a message together
ROWS = 5  # with 5 buttons each they leave room under the 40 components of a message
BUTTONS_IN_ROW = 5
BUTTON_LABEL = 80
MODAL_COMPONENTS = 5
MODAL_TITLE = 45
LABEL = 45
LABEL_DESCRIPTION = 100
PLACEHOLDER = 100
TEXT_INPUT = 4000
SELECT_OPTIONS = 25
CHECKBOXES = 10
OPTION_TEXT = 100  # label and value alike

# https://docs.discord.com/developers/resources/message#create-message
NONCE = 25
# https://docs.discord.com/developers/reference#uploading-files
FILE_BYTES = 10 * 2**20
# https://docs.discord.com/developers/components/reference#media-gallery
ALT_TEXT = 1024

# https://docs.discord.com/developers/topics/rate-limits: 5 messages in 5 s to one channel, 50 requests a second in all.
SECONDS_BETWEEN_MESSAGES = 1.0
REQUESTS_PER_SECOND = 45

LIMITS = Limits(
    questions=MODAL_COMPONENTS,
    options=SELECT_OPTIONS,
    files_in_answers=True,
    seconds_between=SECONDS_BETWEEN_MESSAGES,
)
