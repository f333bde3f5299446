"""Help in chat and pages for the docs, both written from the declarations of the commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from coalition_bot.command import Button, Command, Fact, Reply, Spec, by_root
from coalition_bot.context import Context
from coalition_bot.fields import Field, Kind
from coalition_bot.words import _


def usable(ctx: Context, commands: Iterable[type[Command]]) -> list[Spec]:
    """The commands that this person may use here."""
    specs = [command.spec for command in commands]
    return [spec for spec in specs if (ctx.founded or spec.before_setup) and spec.who.may_open(ctx)]


def page(ctx: Context, specs: Sequence[Spec], title: str) -> Reply:
    """What can be done, one line per command, with buttons for what people do most."""
    facts = tuple(Fact(ctx.slash(spec.name), _(spec.help)) for spec in specs)
    return Reply(
        title=title,
        text=_("Tap a button below, or type a command.") if facts else _("There is nothing here for you yet."),
        facts=facts,
        buttons=tuple(Button(_(spec.tap), spec.name) for spec in specs if spec.tap),
    )


def overview(ctx: Context, specs: Sequence[Spec], title: str, explains: str) -> Reply:
    """What people do most, a line and a button each; the rest by name: the command `explains` says what it does."""
    most, rest = [spec for spec in specs if spec.tap], [spec for spec in specs if not spec.tap]
    shown = page(ctx, most, title)
    more = tuple(
        Fact(ctx.slash(f"{explains} {root}"), _("explains {commands}").format(commands=_named(ctx, some)))
        for root, some in by_root(rest).items()
    )
    return replace(shown, facts=(*shown.facts, *more))


def usage(spec: Spec, prefix: str = "") -> str:
    """How a command is typed, with its questions in order; those in brackets may be left out."""
    return f"/{prefix}{spec.root} {after_root(spec)}".rstrip()


def after_root(spec: Spec) -> str:
    """The same without the slash command itself."""
    words = [_word(field) for field in spec.fields if not field.carried and field.kind is not Kind.FILE]
    return " ".join([*([spec.leaf] if spec.leaf else []), *words])


def document(commands: Iterable[type[Command]]) -> str:
    """The reference page of all commands, in Markdown."""
    lines = [
        "# Commands",
        "",
        "Written from the commands themselves by `make docs`; do not edit by hand.",
        "",
    ]
    for root, specs in by_root(command.spec for command in commands).items():
        lines += [f"## /{root}", ""]
        for spec in specs:
            lines += [f"### `{usage(spec)}`", "", f"{_(spec.help)} For {_(spec.who.name)}.", ""]
            lines += [f"- {_(field.label)}{_note(field)}" for field in spec.fields if not field.carried]
            lines += [""] if any(not field.carried for field in spec.fields) else []
    return "\n".join(lines).rstrip() + "\n"


def _named(ctx: Context, specs: Iterable[Spec]) -> str:
    return ", ".join(ctx.slash(spec.name) for spec in specs)


def _word(field: Field) -> str:
    return field.name if field.required else f"[{field.name}]"


def _note(field: Field) -> str:
    optional = "" if field.required else " (may be left out)"
    return f"{optional}: {_(field.help)}" if field.help else optional
