"""Groups get kinds, places, privacy and tracks; sign-ups get stages; questions, imports and channels come in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from coalition_bot.folding import fold

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("token", name=op.f("uq_upload_token")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_upload_owner"), ["owner"], unique=False)

    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("coalition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"], ["coalition.id"], name=op.f("fk_address_coalition_id_coalition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_address_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("coalition_id", "mark", name=op.f("uq_address_coalition_id_mark")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_person_id"), ["person_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("assigned_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("coalition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_question_answered_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_question_asked_by_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["person.id"], name=op.f("fk_question_assigned_to_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["coalition_id"], ["coalition.id"], name=op.f("fk_question_coalition_id_coalition"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("uid", name=op.f("uq_question_uid")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_asked_by"), ["asked_by"], unique=False)
        batch_op.create_index(
            "ix_question_open",
            ["coalition_id", "assigned_to"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "topic_contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("coalition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["coalition_id"], ["coalition.id"], name=op.f("fk_topic_contact_coalition_id_coalition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_topic_contact_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_contact")),
        sa.UniqueConstraint("coalition_id", "topic", name=op.f("uq_topic_contact_coalition_id_topic")),
    )
    with op.batch_alter_table("topic_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_contact_person_id"), ["person_id"], unique=False)

    op.create_table(
        "group_nudge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("coalition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_group_nudge_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["coalition_id"], ["coalition.id"], name=op.f("fk_group_nudge_coalition_id_coalition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["working_group.id"], name=op.f("fk_group_nudge_group_id_working_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_nudge")),
        sa.UniqueConstraint("key", "group_id", name=op.f("uq_group_nudge_key_group_id")),
    )
    with op.batch_alter_table("group_nudge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_nudge_by_id"), ["by_id"], unique=False)
        batch_op.create_index("ix_group_nudge_group_id_at", ["group_id", "at"], unique=False)

    op.create_table(
        "group_track",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("deadline_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("coalition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["person.id"], name=op.f("fk_group_track_changed_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["coalition_id"], ["coalition.id"], name=op.f("fk_group_track_coalition_id_coalition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_group_track_deadline_id_deadline"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["working_group.id"], name=op.f("fk_group_track_group_id_working_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_group_track_owner_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_track")),
        sa.UniqueConstraint("group_id", "kind", name=op.f("uq_group_track_group_id_kind")),
    )
    with op.batch_alter_table("group_track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_track_changed_by"), ["changed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_track_deadline_id"), ["deadline_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_track_owner_id"), ["owner_id"], unique=False)

    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_coalition_id"))

    with op.batch_alter_table("community", schema=None) as batch_op:
        batch_op.add_column(sa.Column("welcomes", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.drop_index(batch_op.f("ix_community_coalition_id"))

    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.add_column(sa.Column("met_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("personal", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.drop_index(batch_op.f("ix_deadline_coalition_id"))
        batch_op.create_index(batch_op.f("ix_deadline_owner_id"), ["owner_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_deadline_owner_id_person"), "person", ["owner_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("deadline_destination", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadline_destination_coalition_id"))

    with op.batch_alter_table("group_lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("backup", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("daily", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_index(batch_op.f("ix_group_lead_coalition_id"))

    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_happening_coalition_id"))

    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_coalition_id"))

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(length=10), nullable=False, server_default="in"))
        batch_op.add_column(sa.Column("issue_folded", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("in_channel", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("ending", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reason", sa.String(length=300), nullable=False, server_default=""))
        batch_op.drop_index(batch_op.f("ix_membership_coalition_id"))
        batch_op.create_index(
            "ix_membership_by_group",
            ["coalition_id", "group_id", "joined_at", "id", "person_id", "stage", "issue_folded", "left_at"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_index(
            "ix_membership_by_issue",
            ["coalition_id", "issue_folded", "group_id", "person_id", "stage", "joined_at", "left_at"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_index(
            "ix_membership_by_joined",
            ["coalition_id", "joined_at", "id", "group_id", "person_id", "stage", "left_at"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_index(
            "ix_membership_by_person",
            ["coalition_id", "person_id", "group_id", "stage", "joined_at", "issue_folded", "left_at"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_index(
            "ix_membership_gone",
            ["coalition_id", "group_id", "left_at"],
            unique=False,
            sqlite_where=sa.text("left_at IS NOT NULL"),
            postgresql_where=sa.text("left_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_membership_stage",
            ["group_id", "stage", "id"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_membership_added_by_person"), "person", ["added_by"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("owed", schema=None) as batch_op:
        batch_op.create_index("ix_owed_coalition_id_finished_at", ["coalition_id", "finished_at"], unique=False)
        batch_op.create_index("ix_owed_place_finished_at", ["place", "finished_at"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("folded", sa.String(length=240), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("organisation_folded", sa.String(length=240), nullable=False, server_default=""))
        batch_op.drop_index(batch_op.f("ix_person_coalition_id"))
        batch_op.create_index("ix_person_coalition_folded", ["coalition_id", "folded"], unique=False)
        batch_op.create_index(
            "ix_person_coalition_organisation", ["coalition_id", "organisation_folded", "folded"], unique=False
        )

    with op.batch_alter_table("posting_hour", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_hour_coalition_id"))

    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_coalition_id"))

    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_coalition_id"))

    with op.batch_alter_table("review_before", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_before_coalition_id"))

    with op.batch_alter_table("travel_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_travel_answer_coalition_id"))

    with op.batch_alter_table("travel_shared_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_travel_shared_answer_coalition_id"))

    with op.batch_alter_table("trip", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trip_coalition_id"))

    with op.batch_alter_table("working_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=20), nullable=False, server_default="working"))
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("became_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.drop_index(batch_op.f("ix_working_group_coalition_id"))
        batch_op.create_index("ix_working_group_by_name", ["coalition_id", "folded", "id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_working_group_became_id_working_group"),
            "working_group",
            ["became_id"],
            ["id"],
            ondelete="SET NULL",
        )

    _fill(op.get_bind())


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("working_group", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_working_group_became_id_working_group"), type_="foreignkey")
        batch_op.drop_index("ix_working_group_by_name")
        batch_op.create_index(batch_op.f("ix_working_group_coalition_id"), ["coalition_id"], unique=False)
        batch_op.drop_column("became_id")
        batch_op.drop_column("private")
        batch_op.drop_column("capacity")
        batch_op.drop_column("kind")

    with op.batch_alter_table("trip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trip_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("travel_shared_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_travel_shared_answer_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("travel_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_travel_answer_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("review_before", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_before_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("posting_hour", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posting_hour_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_coalition_organisation")
        batch_op.drop_index("ix_person_coalition_folded")
        batch_op.create_index(batch_op.f("ix_person_coalition_id"), ["coalition_id"], unique=False)
        batch_op.drop_column("organisation_folded")
        batch_op.drop_column("folded")

    with op.batch_alter_table("owed", schema=None) as batch_op:
        batch_op.drop_index("ix_owed_place_finished_at")
        batch_op.drop_index("ix_owed_coalition_id_finished_at")

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_membership_added_by_person"), type_="foreignkey")
        batch_op.drop_index(
            "ix_membership_stage", sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL")
        )
        batch_op.drop_index(
            "ix_membership_gone",
            sqlite_where=sa.text("left_at IS NOT NULL"),
            postgresql_where=sa.text("left_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_membership_by_person",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_membership_by_joined",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_membership_by_issue",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_membership_by_group",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_membership_coalition_id"), ["coalition_id"], unique=False)
        batch_op.drop_column("reason")
        batch_op.drop_column("ending")
        batch_op.drop_column("in_channel")
        batch_op.drop_column("added_by")
        batch_op.drop_column("entered_at")
        batch_op.drop_column("shown")
        batch_op.drop_column("issue_folded")
        batch_op.drop_column("stage")

    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_happening_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("group_lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_lead_coalition_id"), ["coalition_id"], unique=False)
        batch_op.drop_column("daily")
        batch_op.drop_column("backup")

    with op.batch_alter_table("deadline_destination", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadline_destination_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_deadline_owner_id_person"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_deadline_owner_id"))
        batch_op.create_index(batch_op.f("ix_deadline_coalition_id"), ["coalition_id"], unique=False)
        batch_op.drop_column("owner_id")
        batch_op.drop_column("personal")
        batch_op.drop_column("met_at")

    with op.batch_alter_table("community", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_community_coalition_id"), ["coalition_id"], unique=False)
        batch_op.drop_column("welcomes")

    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_coalition_id"), ["coalition_id"], unique=False)

    with op.batch_alter_table("group_track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_track_owner_id"))
        batch_op.drop_index(batch_op.f("ix_group_track_deadline_id"))
        batch_op.drop_index(batch_op.f("ix_group_track_changed_by"))

    op.drop_table("group_track")
    with op.batch_alter_table("group_nudge", schema=None) as batch_op:
        batch_op.drop_index("ix_group_nudge_group_id_at")
        batch_op.drop_index(batch_op.f("ix_group_nudge_by_id"))

    op.drop_table("group_nudge")
    with op.batch_alter_table("topic_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_contact_person_id"))

    op.drop_table("topic_contact")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_question_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_question_asked_by"))

    op.drop_table("question")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_person_id"))

    op.drop_table("address")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_owner"))
        batch_op.drop_index(batch_op.f("ix_upload_expires_at"))

    op.drop_table("upload")


def _fill(connection: sa.Connection) -> None:
    """Names as they are compared, of all who are there already; and since when they have had their places."""
    for table, shown, folded, longest in (
        ("person", "name", "folded", 240),
        ("person", "organisation", "organisation_folded", 240),
        ("membership", "issue", "issue_folded", 400),
    ):
        rows = sa.table(table, sa.column("id", sa.Integer), sa.column(shown, sa.String), sa.column(folded, sa.String))
        known = connection.execute(sa.select(rows.c.id, rows.c[shown]))
        found = [{"key": key, "value": fold(text, longest)} for key, text in known]
        if found:
            change = sa.update(rows).where(rows.c.id == sa.bindparam("key")).values({folded: sa.bindparam("value")})
            connection.execute(change, found)
    connection.execute(sa.text("UPDATE membership SET entered_at = joined_at"))
