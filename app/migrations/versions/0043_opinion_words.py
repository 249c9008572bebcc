"""proposals: what residents say of finished works is judged as comments are"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
opinions = sa.table(
    "opinions",
    sa.column("id", sa.Uuid()),
    sa.column("project_id", sa.Uuid()),
    sa.column("account_id", sa.Uuid()),
    sa.column("author_name", sa.String()),
    sa.column("text", sa.Text()),
    sa.column("at", AT),
    sa.column("changed_at", AT),
    sa.column("hidden_at", AT),
    sa.column("hidden_why", sa.Text()),
    sa.column("words_id", sa.Uuid()),
)
photos = sa.table("works_photos", sa.column("opinion_id", sa.Uuid()), sa.column("words_id", sa.Uuid()))
threads = sa.table(
    "discussion_threads",
    sa.column("subject", sa.String()),
    sa.column("scope", sa.String()),
    sa.column("comment_count", sa.Integer()),
)
comments = sa.table(
    "comments",
    sa.column("id", sa.Uuid()),
    sa.column("subject", sa.String()),
    sa.column("scope", sa.String()),
    sa.column("author_id", sa.Uuid()),
    sa.column("author_name", sa.String()),
    sa.column("role", sa.String()),
    sa.column("body", sa.Text()),
    sa.column("state", sa.String()),
    sa.column("created_at", AT),
    sa.column("support_count", sa.Integer()),
    sa.column("reply_count", sa.Integer()),
)
decisions = sa.table(
    "comment_decisions",
    sa.column("id", sa.Uuid()),
    sa.column("comment_id", sa.Uuid()),
    sa.column("position", sa.Integer()),
    sa.column("decision", sa.String()),
    sa.column("ground", sa.String()),
    sa.column("reason", sa.Text()),
    sa.column("report_count", sa.Integer()),
    sa.column("by_id", sa.Uuid()),
    sa.column("at", AT),
)


def upgrade() -> None:
    with op.batch_alter_table("opinions") as changed:
        changed.add_column(
            sa.Column(
                "words_id",
                sa.Uuid(),
                nullable=True,
                comment="its words, which are reported and judged as comments are",
            )
        )
        changed.create_foreign_key(op.f("fk_opinions_words_id_comments"), "comments", ["words_id"], ["id"])
    with op.batch_alter_table("works_photos") as changed:
        changed.add_column(
            sa.Column(
                "words_id",
                sa.Uuid(),
                nullable=True,
                comment="with which words of the opinion it is shown and hidden",
            )
        )
        changed.create_foreign_key(
            op.f("fk_works_photos_words_id_comments"), "comments", ["words_id"], ["id"]
        )
    op.create_index("ix_works_photos_words_id", "works_photos", ["words_id"])
    _move_words()
    with op.batch_alter_table("opinions") as changed:
        changed.drop_constraint(op.f("ck_opinions_hidden_for_a_reason"), type_="check")
        changed.drop_column("hidden_why")
        changed.drop_column("hidden_at")
        changed.drop_column("text")


def _move_words() -> None:
    """Words, and photos without words, become comments; hidden ones with the decision that hid them. Who hid
    them was not written down: the author stands in, so that every moderator may decide on an appeal.
    """
    connection = op.get_bind()
    pictured = set(connection.execute(sa.select(photos.c.opinion_id)).scalars())
    for one in connection.execute(sa.select(opinions)).all():
        if not one.text and one.id not in pictured:
            continue
        is_hidden, subject, words_id = one.hidden_at is not None, f"opinion:{one.id}", uuid.uuid4()
        scope = f"works:{one.project_id}"
        connection.execute(
            threads.insert().values(subject=subject, scope=scope, comment_count=0 if is_hidden else 1)
        )
        connection.execute(
            comments.insert().values(
                id=words_id,
                subject=subject,
                scope=scope,
                author_id=one.account_id,
                author_name=one.author_name,
                role="",
                body=one.text,
                state="hidden" if is_hidden else "visible",
                created_at=one.changed_at,
                support_count=0,
                reply_count=0,
            )
        )
        if is_hidden:
            connection.execute(
                decisions.insert().values(
                    id=uuid.uuid4(),
                    comment_id=words_id,
                    position=1,
                    decision="hidden",
                    ground="",
                    reason=one.hidden_why,
                    report_count=0,
                    by_id=one.account_id,
                    at=one.hidden_at,
                )
            )
        connection.execute(opinions.update().where(opinions.c.id == one.id).values(words_id=words_id))
        connection.execute(photos.update().where(photos.c.opinion_id == one.id).values(words_id=words_id))


def downgrade() -> None:
    with op.batch_alter_table("opinions") as changed:
        changed.add_column(sa.Column("text", sa.Text(), nullable=False, server_default=""))
        changed.add_column(
            sa.Column(
                "hidden_at",
                AT,
                nullable=True,
                comment="its words and photo were hidden; it counts still",
            )
        )
        changed.add_column(sa.Column("hidden_why", sa.Text(), nullable=False, server_default=""))
    _move_words_back()
    with op.batch_alter_table("opinions") as changed:
        changed.alter_column("text", existing_type=sa.Text(), server_default=None)
        changed.alter_column("hidden_why", existing_type=sa.Text(), server_default=None)
        changed.drop_constraint(op.f("fk_opinions_words_id_comments"), type_="foreignkey")
        changed.drop_column("words_id")
        changed.create_check_constraint(
            op.f("ck_opinions_hidden_for_a_reason"), "(hidden_at IS NULL) = (hidden_why = '')"
        )
    op.drop_index("ix_works_photos_words_id", "works_photos")
    with op.batch_alter_table("works_photos") as changed:
        changed.drop_constraint(op.f("fk_works_photos_words_id_comments"), type_="foreignkey")
        changed.drop_column("words_id")


def _move_words_back() -> None:
    """The comments and their decisions stay: what was decided cannot be deleted."""
    connection = op.get_bind()
    query = sa.select(opinions.c.id, comments.c.id.label("words_id"), comments.c.body, comments.c.state).join(
        comments, comments.c.id == opinions.c.words_id
    )
    for one in connection.execute(query).all():
        values: dict[str, object] = {"text": one.body}
        if one.state == "hidden":
            hid = sa.select(decisions.c.reason, decisions.c.at).where(
                decisions.c.comment_id == one.words_id, decisions.c.decision == "hidden"
            )
            last = connection.execute(hid.order_by(decisions.c.position.desc()).limit(1)).one()
            values |= {"hidden_why": last.reason, "hidden_at": last.at}
        connection.execute(opinions.update().where(opinions.c.id == one.id).values(**values))
