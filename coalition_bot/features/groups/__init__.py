"""Working groups: who works on what, who leads, and how one joins."""

from coalition_bot.command import Feature
from coalition_bot.features.groups import contact, joining, keeping, leading, lists, notices, opening
from coalition_bot.features.groups.finding import group_by_uid, led_groups, open_groups
from coalition_bot.features.groups.standing import leads, leads_group, leads_group_id, leads_of
from coalition_bot.features.groups.tables import Group, Lead, Membership

FEATURE = Feature(
    name="groups",
    commands=[*lists.COMMANDS, *joining.COMMANDS, *opening.COMMANDS, *leading.COMMANDS, *contact.COMMANDS],
    writers=notices.WRITERS,
    export=keeping.export,
    forget=keeping.forget,
    merge=keeping.merge,
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
]
