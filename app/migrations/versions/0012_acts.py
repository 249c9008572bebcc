"""amendments: acts, their versions, the amendments proposed to them, and the answers"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OUTCOMES = "'accepted', 'changed', 'partly', 'rejected', 'already_in', 'out_of_scope', 'deferred'"
APPEND_ONLY = ("act_versions", "act_events", "amendment_events", "amendment_answers", "amendment_rulings")


def upgrade() -> None:
    op.create_table(
        "act_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_act_subscriptions_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_subscriptions")),
        sa.UniqueConstraint("account_id", name=op.f("uq_act_subscriptions_account_id")),
    )
    op.create_table(
        "acts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=True, comment="registration number"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False, comment="in plain words; Markdown"),
        sa.Column("initiator", sa.String(length=200), nullable=False, comment="name and function; public"),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column(
            "officer",
            sa.String(length=200),
            nullable=False,
            comment="who answers for relations with civil society; Law 52/2003, art. 7 (7)",
        ),
        sa.Column(
            "contact",
            sa.String(length=300),
            nullable=False,
            comment="where written proposals may also be sent",
        ),
        sa.Column("round", sa.Integer(), nullable=False, comment="of the debate"),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column(
            "proposals_until", sa.Date(), nullable=True, comment="last day of this round for proposals"
        ),
        sa.Column(
            "text",
            sa.LargeBinary(),
            nullable=False,
            comment="JSON: the text being prepared; afterwards, versions",
        ),
        sa.Column(
            "remarks",
            sa.Text(),
            nullable=False,
            comment="JSON: what the reader of the file was not sure of",
        ),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="of the text being prepared: two clerks at once"
        ),
        sa.Column("majority", sa.String(length=20), nullable=False, comment="simple, absolute, two_thirds"),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (number IS NULL)", name=op.f("ck_acts_numbered_when_announced")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'debate', 'closed', 'council', 'adopted', 'rejected', 'withdrawn')",
            name=op.f("ck_acts_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["accounts.id"], name=op.f("fk_acts_created_by_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
        sa.UniqueConstraint("number", name=op.f("uq_acts_number")),
    )
    with op.batch_alter_table("acts", schema=None) as batch_op:
        batch_op.create_index("ix_acts_state_announced_on", ["state", "announced_on"], unique=False)

    op.create_table(
        "act_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False, comment="amendments/rules/procedure.py"),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="what else is to be said of it; Markdown"),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_act_events_act_id_acts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_events")),
    )
    with op.batch_alter_table("act_events", schema=None) as batch_op:
        batch_op.create_index("ix_act_events_act_id_position", ["act_id", "position"], unique=True)

    op.create_table(
        "act_papers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_act_papers_act_id_acts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_papers")),
        sa.UniqueConstraint("act_id", "position", name=op.f("uq_act_papers_act_id_position")),
    )
    op.create_table(
        "act_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False, comment="from 1"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="units and fields: amendments/text/units.py"
        ),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "lines", sa.LargeBinary(), nullable=False, comment="numbered lines: amendments/text/lines.py"
        ),
        sa.Column(
            "origins",
            sa.LargeBinary(),
            nullable=False,
            comment="whose words are whose; empty for the first version",
        ),
        sa.Column("report", sa.Text(), nullable=False, comment="JSON: what was taken in, by which decisions"),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('initial', 'consolidated', 'adopted')", name=op.f("ck_act_versions_kind_known")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_act_versions_act_id_acts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_versions")),
        sa.UniqueConstraint("act_id", "sequence", name=op.f("uq_act_versions_act_id_sequence")),
    )
    op.create_table(
        "amendment_rulings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "ruling",
            sa.Text(),
            nullable=False,
            comment="JSON: Ruling of amendments/text/weaving.py, with its reason",
        ),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["act_versions.id"], name=op.f("fk_amendment_rulings_version_id_act_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment_rulings")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_amendment_rulings_version_id_position")),
    )
    op.create_table(
        "amendments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False, comment="it was written against"),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=True, comment="registration number"),
        sa.Column(
            "rank", sa.Integer(), nullable=True, comment="place in the act's register, from 1, without gaps"
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(length=200), nullable=False, comment="as shown in public"),
        sa.Column("author_kind", sa.String(length=20), nullable=False),
        sa.Column(
            "on_behalf_of", sa.String(length=200), nullable=False, comment="association or business; public"
        ),
        sa.Column(
            "operations", sa.LargeBinary(), nullable=False, comment="JSON: amendments/text/operations.py"
        ),
        sa.Column("separable", sa.Boolean(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False, comment="JSON: the form as it was typed, of a draft"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Markdown"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state_reason",
            sa.Text(),
            nullable=False,
            comment="why it was returned or is inadmissible; public",
        ),
        sa.Column("support_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (number IS NULL)", name=op.f("ck_amendments_numbered_when_submitted")
        ),
        sa.CheckConstraint(
            "author_kind IN ('resident', 'association', 'business', 'councillor', 'initiator')",
            name=op.f("ck_amendments_author_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'inadmissible', 'withdrawn', 'answered')",
            name=op.f("ck_amendments_state_known"),
        ),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_amendments_act_id_acts")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts.id"], name=op.f("fk_amendments_author_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["act_versions.id"], name=op.f("fk_amendments_version_id_act_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
        sa.UniqueConstraint("act_id", "rank", name=op.f("uq_amendments_act_id_rank")),
        sa.UniqueConstraint("number", name=op.f("uq_amendments_number")),
    )
    with op.batch_alter_table("amendments", schema=None) as batch_op:
        batch_op.create_index("ix_amendments_act_id_state", ["act_id", "state"], unique=False)
        batch_op.create_index("ix_amendments_author_id", ["author_id"], unique=False)

    op.create_table(
        "amendment_anchors",
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "fate",
            sa.String(length=20),
            nullable=False,
            comment="same, shifted, absorbed, conflict, orphaned",
        ),
        sa.Column("operations", sa.LargeBinary(), nullable=False, comment="JSON"),
        sa.Column(
            "because_of", sa.Text(), nullable=False, comment="JSON: ids of the amendments that caused it"
        ),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="its author said what is to become of it",
        ),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendments.id"], name=op.f("fk_amendment_anchors_amendment_id_amendments")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["act_versions.id"], name=op.f("fk_amendment_anchors_version_id_act_versions")
        ),
        sa.PrimaryKeyConstraint("amendment_id", "version_id", name=op.f("pk_amendment_anchors")),
    )
    op.create_table(
        "amendment_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False, comment="the text it was given on"),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="1 for the first, then one for each that supersedes it",
        ),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="Markdown"),
        sa.Column(
            "operations",
            sa.LargeBinary(),
            nullable=True,
            comment="the counter-text, or the operations that are accepted; on the same version",
        ),
        sa.Column("same_as_id", sa.Uuid(), nullable=True, comment="already in: by this amendment"),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("by_function", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(outcome IN ('changed', 'partly')) = (operations IS NOT NULL)",
            name=op.f("ck_amendment_answers_text_given"),
        ),
        sa.CheckConstraint(
            "outcome = 'accepted' OR reason <> ''", name=op.f("ck_amendment_answers_reasoned")
        ),
        sa.CheckConstraint(
            f"outcome IN ({OUTCOMES})",
            name=op.f("ck_amendment_answers_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendments.id"], name=op.f("fk_amendment_answers_amendment_id_amendments")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_amendment_answers_by_id_accounts")),
        sa.ForeignKeyConstraint(
            ["same_as_id"], ["amendments.id"], name=op.f("fk_amendment_answers_same_as_id_amendments")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["act_versions.id"], name=op.f("fk_amendment_answers_version_id_act_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment_answers")),
        sa.UniqueConstraint(
            "amendment_id", "position", name=op.f("uq_amendment_answers_amendment_id_position")
        ),
    )
    op.create_table(
        "amendment_conflicts",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.String(length=10), nullable=False, comment="hard or soft"),
        sa.Column(
            "reasons", sa.Text(), nullable=False, comment="JSON: [operation, operation, reason] of each pair"
        ),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_amendment_conflicts_two")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["amendments.id"], name=op.f("fk_amendment_conflicts_first_id_amendments")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["amendments.id"], name=op.f("fk_amendment_conflicts_second_id_amendments")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["act_versions.id"], name=op.f("fk_amendment_conflicts_version_id_act_versions")
        ),
        sa.PrimaryKeyConstraint("version_id", "first_id", "second_id", name=op.f("pk_amendment_conflicts")),
    )
    with op.batch_alter_table("amendment_conflicts", schema=None) as batch_op:
        batch_op.create_index("ix_amendment_conflicts_second_id", ["second_id"], unique=False)

    op.create_table(
        "amendment_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="why; Markdown"),
        sa.Column(
            "operations",
            sa.LargeBinary(),
            nullable=True,
            comment="submitted: what was proposed then, which a later wording does not replace",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendments.id"], name=op.f("fk_amendment_events_amendment_id_amendments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment_events")),
        sa.UniqueConstraint(
            "amendment_id", "position", name=op.f("uq_amendment_events_amendment_id_position")
        ),
    )
    op.create_table(
        "amendment_supports",
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("is_cosigner", sa.Boolean(), nullable=False),
        sa.Column(
            "name", sa.String(length=200), nullable=False, comment="of a co-signer, public; else empty"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_amendment_supports_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendments.id"], name=op.f("fk_amendment_supports_amendment_id_amendments")
        ),
        sa.PrimaryKeyConstraint("amendment_id", "account_id", name=op.f("pk_amendment_supports")),
    )
    for table in APPEND_ONLY:
        for statement in append_only_sql(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in (
        "amendment_supports",
        "amendment_events",
        "amendment_conflicts",
        "amendment_answers",
        "amendment_anchors",
        "amendments",
        "amendment_rulings",
        "act_versions",
        "act_papers",
        "act_events",
        "acts",
        "act_subscriptions",
    ):
        op.drop_table(table)
