"""What Alembic runs: the models on one side, the given connection on the other."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

import adapters.web.tables
import coalition_bot.features
import coalition_bot.keys
import coalition_bot.lease
from coalition_bot.db import Base, UtcDateTime


def render(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Migrations speak SQLAlchemy's own types, so that they outlive ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
