"""What people do in more than one story, on whatever platform they are."""

from __future__ import annotations

from tests.contract.face import Face, Seen
from tests.contract.test_story import filled, value_of


async def opened(face: Face, name: str = "Housing", **answers: str) -> str:
    """A coordinator opens a group; how commands name it."""
    given = {"name": name, "about": f"{name} for all", **answers}
    created = await filled(face, "admin", await face.gives("admin", "group create", **given), **given)
    assert f"{name} is open" in created.text, created
    return await value_of(face, name)


async def joins(face: Face, who: str, group: str, **answers: str) -> Seen:
    """What somebody reads who has filled in the form for a group."""
    form = await face.gives(who, "group join", group=group)
    about = {"called": who.title(), "organisation": "Homes for All", "issue": "Evictions", "shown": "yes"}
    seen = await filled(face, who, form, **{**about, **answers})
    assert seen.private
    return seen


async def appointed(face: Face, who: str, group: str) -> None:
    """A coordinator makes somebody the lead of a group."""
    seen = await face.gives("admin", "group lead", group=group, who=who)
    assert "now. They are told." in seen.text, seen


async def news(face: Face, who: str, words: str) -> list[Seen]:
    """The direct messages with these words."""
    return [seen for seen in await face.inbox(who) if words in seen.text]


async def told(face: Face, who: str, words: str) -> Seen:
    """The one direct message with these words."""
    found = await news(face, who, words)
    assert len(found) == 1, (words, [seen.text for seen in await face.inbox(who)])
    return found[0]


async def handed(face: Face, who: str, seen: Seen) -> Seen:
    """What carried the file: the answer, or else the newest direct message with one."""
    return seen if seen.file else [each for each in await face.inbox(who) if each.file][-1]


async def dry_run(face: Face, who: str, sheet: str, name: str = "members.csv") -> Seen:
    """What somebody reads who has attached a sheet to be imported."""
    form = await face.gives(who, "coalition import")
    return await filled(face, who, await face.attaches(who, form, "sheet", name, sheet.encode()))
