"""What may be attached to a question, and how a token becomes the file again."""

from __future__ import annotations

from coalition_bot import uploads
from coalition_bot.context import Context
from coalition_bot.fields.basics import Problem
from coalition_bot.fields.cleaning import clean
from coalition_bot.fields.field import Field
from coalition_bot.uploads import Attached, Upload
from coalition_bot.words import _

NAME_MAX = 200  # characters of a file's name


def take(field: Field, ctx: Context, attached: Attached) -> str:
    """Keep a file that came along; returns its token. Raises Problem for one that cannot be taken."""
    content = _content(field, attached)
    name = _name(field, attached.name)
    return uploads.keep(ctx.session, ctx.vault, name, content, ctx.owner, ctx.now)


def read_file(field: Field, ctx: Context, token: str) -> Upload:
    """The file behind a token. Raises Problem where this person has none under it (any more)."""
    found = uploads.find(ctx.session, ctx.vault, token, ctx.owner, ctx.now)
    if found is None:
        raise Problem(_("I don't have this file (any more). Please attach it again."), field.name)
    return found


def in_words(size: int) -> str:
    """A size in bytes as people say it."""
    if size < 1_000_000:
        return _("{count} kB").format(count=max(1, round(size / 1000)))
    return _("{count} MB").format(count=f"{size / 1_000_000:.1f}".removesuffix(".0"))


def _content(field: Field, attached: Attached) -> bytes:
    size = len(attached.content) if attached.content is not None else attached.size
    if size > field.most:
        say = _("This file is too large: it has {size}, and I can take {most}. Please attach a smaller one.")
        raise Problem(say.format(size=in_words(size), most=in_words(field.most)), field.name)
    if attached.content is None:
        raise Problem(_("I could not fetch this file. Please attach it again."), field.name)
    if not attached.content:
        raise Problem(_("This file is empty. Please look at it, and attach it again."), field.name)
    return attached.content


def _name(field: Field, given: str) -> str:
    """The name as it may be shown. One that leads elsewhere, or reads other than it is, is refused."""
    odd = Problem(_("I can't take a file with this name. Please rename it, such as members.csv."), field.name)
    try:
        name = clean(given)
    except Problem:
        raise odd from None
    if not name.strip(". ") or len(name) > NAME_MAX or any(sign in name for sign in '/\\:"<>|?*'):
        raise odd
    if field.endings and not name.casefold().endswith(tuple(f".{ending}" for ending in field.endings)):
        say = _("I can read these kinds of files here: {endings}. Please attach one of them.")
        raise Problem(say.format(endings=", ".join(field.endings)), field.name)
    return name
