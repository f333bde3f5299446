"""How each kind of group is spoken of: what it is called, and what one does to come in and to go."""

from __future__ import annotations

from dataclasses import dataclass

from coalition_bot.features.groups.tables import Group, GroupKind
from coalition_bot.words import N_, _


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for one kind of group; sentences take {group}."""

    name: str
    join: str = N_("Join")
    join_this: str = N_("Join {group}")
    is_in: str = N_("You are in {group} now.")
    already: str = N_("You are in {group} already. You can change what you work on, or see who else is there.")
    leave: str = N_("Leave")
    has_left: str = N_("You have left {group}.")
    opened: str = N_("The working group {group} is open; members can join it.")


_WORDING = {
    GroupKind.WORKING: Wording(N_("Working group")),
    GroupKind.TASK_FORCE: Wording(
        N_("Task force"),
        join=N_("Apply"),
        join_this=N_("Apply to {group}"),
        opened=N_("The task force {group} is open; members can apply to it."),
    ),
    GroupKind.CITY: Wording(N_("City chapter"), opened=N_("The city chapter {group} is open; members can join it.")),
    GroupKind.LIST: Wording(
        N_("Mailing list"),
        join=N_("Subscribe"),
        join_this=N_("Subscribe to {group}"),
        is_in=N_("You are subscribed to {group} now."),
        already=N_("You are subscribed to {group} already."),
        leave=N_("Unsubscribe"),
        has_left=N_("You are not subscribed to {group} any more."),
        opened=N_("The mailing list {group} is open; members can subscribe to it."),
    ),
}
KINDS = tuple((kind.value, wording.name) for kind, wording in _WORDING.items())  # to choose from


def wording(group: Group) -> Wording:
    """The words for this group, still to be translated."""
    return _WORDING[GroupKind(group.kind)]


def worded(sentence: str, group: Group) -> str:
    """A sentence of a Wording in the reader's language, about this group."""
    return _(sentence).format(group=group.name)


def titled(group: Group) -> str:
    """The name of a group, and what is special about it: "Detroit (city chapter, private)"."""
    special = [_(wording(group).name)] if group.kind != GroupKind.WORKING else []
    special += [_("private")] if group.private else []
    return _("{group} ({kinds})").format(group=group.name, kinds=", ".join(special)) if special else group.name
