"""Files to and from Slack: what was attached to a form is fetched, what is handed out goes up in small parts."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.slack.api import TROUBLE, Api
from adapters.slack.limits import ALT_TEXT
from adapters.slack.markup import cut
from adapters.slack.requests import Attachment, View, attached
from coalition_bot.command import File
from coalition_bot.uploads import Attached


async def fetch(api: Api, view: View, questions: Mapping[str, int]) -> dict[str, Attached]:
    """The files that were attached to a form, by question; `questions` says how many bytes each takes."""
    given = attached(view)
    return {name: await _fetched(api, given[name], most) for name, most in questions.items() if name in given}


async def share(api: Api, channel: str, file: File) -> None:
    """Post a file. Raises what is in TROUBLE.

    Not by slack_sdk's own method, which reads the whole file into memory.
    https://docs.slack.dev/messaging/working-with-files#upload
    """
    alt = cut(file.alt, ALT_TEXT) or None
    told = await api.client.files_getUploadURLExternal(filename=file.name, length=file.size, alt_txt=alt)
    await api.upload(str(told.get("upload_url")), file)
    ready: dict[str, str | None] = {"id": str(told.get("file_id")), "title": file.name}
    await api.client.files_completeUploadExternal(files=[ready], channel_id=channel)


async def _fetched(api: Api, given: Attachment, most: int) -> Attached:
    if given.size > most:
        return Attached(given.name, None, given.size)
    try:
        content = await api.download(given.url_private_download, most)
    except (*TROUBLE, ValueError):
        content = None
    # Where the bot may not read a file, Slack hands out a page for signing in.
    whole = content is not None and len(content) == given.size
    return Attached(given.name, content if whole else None, given.size)
