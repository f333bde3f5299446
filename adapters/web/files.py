"""Files through the page: a form that brings one is read within bounds, and a stream goes out inside the answer."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import StreamingResponse

from adapters.web import guard
from adapters.web.limits import BODY_MAX, DRAINED_MAX, FIELDS_MAX, FILES_MAX
from adapters.web.render import STREAM
from coalition_bot.command import File
from coalition_bot.uploads import Attached

MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form brought: answers in order, and files under the same names."""

    fields: list[tuple[str, str]]
    files: dict[str, Attached] = field(default_factory=dict)


def brings_files(request: Request) -> bool:
    """Whether the form is of the kind that can."""
    return request.headers.get("content-type", "").startswith(MULTIPART)


async def read(request: Request, most: int) -> Sent:
    """A form, whose files may have `most` bytes. Raises TooLarge, Malformed."""
    if not brings_files(request):
        return Sent(await guard.fields(request))
    bounded = _bounded(request.stream(), BODY_MAX + most)
    limits = {"max_files": FILES_MAX, "max_fields": FIELDS_MAX, "max_part_size": BODY_MAX}
    try:
        form = await _InMemory(request.headers, bounded, **limits).parse()
    except MultiPartException:
        raise guard.Malformed from None
    sent = Sent([])
    try:
        for name, value in form.multi_items():
            sent.fields.append((name, "" if isinstance(value, UploadFile) else value))
            if isinstance(value, UploadFile) and value.filename:  # a control that was left alone sends no name
                content = await value.read()
                sent.files[name] = Attached(value.filename, content, len(content))
    finally:
        await form.close()
    return sent


def streamed(html: str, file: File, headers: dict[str, str]) -> StreamingResponse:
    """An answer with a stream where its mark stands, read part by part while it goes out, and closed after it."""
    return StreamingResponse(_parts(html, file), media_type="text/html", headers=headers)


def _parts(html: str, file: File) -> Iterator[bytes]:
    before, _mark, after = html.partition(STREAM)
    try:
        yield before.encode()
        yield from map(base64.b64encode, file.chunks())
        yield after.encode()
    finally:
        file.close()


class _InMemory(MultiPartParser):
    spool_max_size = BODY_MAX * 1000  # bytes; what people attach is never written to disk as it came


async def _bounded(stream: AsyncIterator[bytes], most: int) -> AsyncGenerator[bytes, None]:
    """The body up to its limit. A browser listens only once it has sent all, so some of the rest is let pass by."""
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size <= most:
            yield chunk
        elif size > DRAINED_MAX:
            break
    if size > most:
        raise guard.TooLarge
