"""Working groups: who works on what, who leads, and how one joins."""

from coalition_bot.command import Feature
from coalition_bot.features.groups import (
    adding,
    admission,
    applying,
    changing,
    channel,
    contact,
    digest,
    handing,
    joining,
    keeping,
    leading,
    lists,
    moving,
    notices,
    opening,
    past,
    placing,
    reopening,
    roster,
    uniting,
)
from coalition_bot.features.groups.finding import group_by_uid, led_groups, open_groups, visible_groups
from coalition_bot.features.groups.standing import leads, leads_group, leads_group_id, leads_of
from coalition_bot.features.groups.tables import Group, Lead, Membership

FEATURE = Feature(
    name="groups",
    commands=[
        *lists.COMMANDS,
        *roster.COMMANDS,
        *joining.COMMANDS,
        *changing.COMMANDS,
        *applying.COMMANDS,
        *admission.COMMANDS,
        *opening.COMMANDS,
        *leading.COMMANDS,
        *handing.COMMANDS,
        *digest.COMMANDS,
        *past.COMMANDS,
        *contact.COMMANDS,
        *adding.COMMANDS,
        *moving.COMMANDS,
        *uniting.COMMANDS,
        *reopening.COMMANDS,
    ],
    writers={
        **notices.WRITERS,
        **placing.WRITERS,
        **channel.WRITERS,
        **adding.WRITERS,
        **moving.WRITERS,
        **uniting.WRITERS,
        **reopening.WRITERS,
    },
    export=keeping.export,
    forget=keeping.forget,
    merge=keeping.merge,
    tells=keeping.tells,
)

__all__ = [
    "FEATURE",
    "Group",
    "Lead",
    "Membership",
    "group_by_uid",
    "leads",
    "leads_group",
    "leads_group_id",
    "leads_of",
    "led_groups",
    "open_groups",
    "visible_groups",
]
