"""How one track is shown, and the buttons that go with it."""

from __future__ import annotations

from coalition_bot.command import Button, Fact, Link, Reply
from coalition_bot.context import Context
from coalition_bot.features.groups import Group, leads_group_id
from coalition_bot.features.tracks.changing import title_of
from coalition_bot.features.tracks.looks import STATE_WORDS, Look, owner_in_words
from coalition_bot.features.tracks.tables import TrackKind, TrackState
from coalition_bot.words import _

# In the order in which work goes on; each of them is one tap.
TAPS = (TrackState.IN_PROGRESS, TrackState.IN_REVIEW, TrackState.DONE)


def card(ctx: Context, group: Group, seen: Look, text: str = "") -> Reply:
    """One track as it is, and what the visitor can do about it."""
    owner = owner_in_words(ctx, seen, group.id) or _("nobody yet; its leads are reminded")
    track, deadline = seen.track, seen.deadline
    return Reply(
        text,
        title=title_of(seen, group),
        facts=(
            Fact(_("State"), seen.light(ctx.now)),
            Fact(_("Owner"), owner),
            *([Fact(_("Due"), deadline.moment)] if deadline else []),
            *([Fact(_("Link"), Link(track.link))] if track and track.link else []),
            *([Fact(_("Note"), track.note)] if track and track.note else []),
        ),
        buttons=(*_taps(ctx, group, seen), tracks_button(group)),
    )


def _taps(ctx: Context, group: Group, seen: Look) -> list[Button]:
    if not leads_group_id(ctx, group.id):
        return []
    about = {"group": group.uid, "kind": str(seen.kind)}
    taps = [
        Button(_(STATE_WORDS[state]), "group track", {**about, "state": str(state)})
        for state in TAPS
        if state is not seen.state
    ]
    return [*taps, change_button(group, seen)]


def whole_of(group: Group, seen: Look) -> str:
    """What a form carries that shows a track as it is."""
    return f"{group.uid}:{seen.kind}"


def change_button(group: Group, seen: Look) -> Button:
    """Opens the form with the track as it is."""
    kind, whole = str(seen.kind), whole_of(group, seen)
    return Button(_("Change"), "group track", {"group": group.uid, "kind": kind, "whole": whole}, form=True)


def track_button(group: Group, kind: TrackKind, label: str) -> Button:
    """Shows one track of a group."""
    return Button(label, "group track", {"group": group.uid, "kind": str(kind)})


def tracks_button(group: Group) -> Button:
    """Shows all three."""
    return Button(_("All three tracks"), "group track", {"group": group.uid})
