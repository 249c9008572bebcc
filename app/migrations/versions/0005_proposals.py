"""proposals: ideas, their review, projects"""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime, append_only_sql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = ("idea_events", "reasons", "verdicts", "cost_lines")


# The catalogue with which an installation begins; administrators change it by adding versions. Grounds are
# named by act, without articles where the ground is the act as a whole; a jurist of the town hall confirms.
REASONS = (
    (
        "R01",
        "Nu este de competența sectorului",
        "Not within the district's competence",
        "Ideea privește ceva de care răspunde altă instituție (de exemplu Primăria Capitalei, Metrorex, "
        "STB sau un "
        "minister), iar sectorul nu poate cheltui bani pentru ea.",
        "The idea concerns something that another institution answers for (for example the City Hall of "
        "Bucharest, "
        "the metro, the tram company or a ministry), and the district may not spend money on it.",
        "OUG 57/2019 privind Codul administrativ",
    ),
    (
        "R02",
        "Terenul nu aparține municipalității",
        "The land does not belong to the municipality",
        "Locul propus este proprietate privată sau are o situație juridică neclară. Banii publici pot fi "
        "folosiți "
        "numai pe domeniul public.",
        "The proposed place is private property or its legal situation is not clear. Public money may be "
        "used on "
        "public land only.",
        "OUG 57/2019 privind Codul administrativ, partea a V-a (domeniul public)",
    ),
    (
        "R03",
        "Costă mai mult decât permite bugetul ciclului",
        "Costs more than the budget of the cycle allows",
        "Costul estimat de specialiști depășește suma pusă la dispoziție pentru acest ciclu, iar ideea nu "
        "poate fi "
        "împărțită în etape de sine stătătoare.",
        "The cost estimated by the specialists is above the amount available in this cycle, and the idea "
        "cannot be "
        "divided into parts that stand on their own.",
        "Regulamentul bugetării participative; Legea 273/2006 privind finanțele publice locale",
    ),
    (
        "R04",
        "Contrazice planurile de urbanism sau protecția spațiilor verzi",
        "Contradicts the urban plans or the protection of green spaces",
        "Ceea ce se propune nu este permis în locul ales de planurile de urbanism în vigoare ori ar reduce "
        "suprafața "
        "spațiilor verzi.",
        "What is proposed is not allowed in that place by the urban plans in force, or would reduce green "
        "space.",
        "Legea 350/2001 privind amenajarea teritoriului și urbanismul; Legea 24/2007 privind spațiile verzi",
    ),
    (
        "R05",
        "Locul este monument istoric sau zonă protejată",
        "The place is a historic monument or a protected area",
        "Lucrarea ar schimba un monument istoric sau zona lui de protecție, iar avizele necesare nu pot fi "
        "obținute "
        "în timpul ciclului.",
        "The work would change a historic monument or its protected surroundings, and the approvals needed "
        "cannot be "
        "obtained within the cycle.",
        "Legea 422/2001 privind protejarea monumentelor istorice",
    ),
    (
        "R06",
        "Este deja prevăzută sau în lucru",
        "Already planned or under way",
        "Primăria are deja prevăzută sau începută o lucrare care face același lucru în același loc. "
        "Răspunsul spune "
        "care este aceasta și când se termină.",
        "The town hall has already planned or begun a work that does the same in the same place. The "
        "answer says "
        "which it is and when it ends.",
        "Regulamentul bugetării participative",
    ),
    (
        "R07",
        "Nu poate fi realizată tehnic",
        "Technically not possible",
        "Specialiștii au verificat la fața locului și au constatat că lucrarea nu poate fi făcută în "
        "siguranță acolo "
        "(rețele subterane, pantă, lățime, siguranța circulației).",
        "The specialists checked on site and found that the work cannot be done safely there (underground "
        "networks, "
        "slope, width, traffic safety).",
        "Regulamentul bugetării participative; Legea 10/1995 privind calitatea în construcții",
    ),
    (
        "R08",
        "Servește un interes privat sau discriminează",
        "Serves a private interest or discriminates",
        "De rezultat ar profita o persoană, o firmă sau un grup închis, ori accesul ar fi îngrădit pentru "
        "unii "
        "locuitori.",
        "One person, one company or a closed group would profit, or some residents would be kept out.",
        "OG 137/2000 privind prevenirea și sancționarea tuturor formelor de discriminare",
    ),
    (
        "R09",
        "Lipsesc informații, iar autorul nu a răspuns",
        "Information is missing and the author has not answered",
        "Ideea nu poate fi evaluată așa cum a fost trimisă. Autorului i s-au cerut lămuriri și nu au venit "
        "în "
        "termenul anunțat.",
        "The idea cannot be assessed as it was sent. The author was asked for clarification and it did not "
        "come in "
        "the time announced.",
        "Regulamentul bugetării participative",
    ),
)


def add_catalogue(table: sa.Table) -> None:
    """Insert the first versions, under ids that are the same in every installation."""
    rows = [
        {
            "id": uuid.uuid5(uuid.NAMESPACE_URL, f"obste:reason:{code}:1"),
            "code": code,
            "version": 1,
            "title": title,
            "title_en": title_en,
            "text": text,
            "text_en": text_en,
            "legal_ground": legal_ground,
            "is_retired": False,
            "created_at": datetime(2026, 11, 1, tzinfo=UTC),
            "created_by_name": "",
        }
        for code, title, title_en, text, text_en, legal_ground in REASONS
    ]
    op.bulk_insert(table, rows)


def upgrade() -> None:
    op.create_table(
        "ideas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(120), nullable=False, comment="as shown in public, e.g. Ana P."),
        sa.Column("number", sa.String(30), nullable=True, comment="registration number"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="Markdown"),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("location", sa.String(300), nullable=False, comment="street and place, in words"),
        sa.Column(
            "landmark", sa.String(200), nullable=False, comment="near which park, metro station, landmark"
        ),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("estimate_bani", sa.BigInteger(), nullable=True, comment="the author's own estimate"),
        sa.Column(
            "folded",
            sa.Text(),
            nullable=False,
            comment="words of title, text and place without diacritics, for searching",
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column(
            "due_on",
            sa.Date(),
            nullable=True,
            comment="end of the legal term, as of the clock's last stop or start",
        ),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reviewer_name", sa.String(120), nullable=False),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("support_count", sa.Integer(), nullable=False),
        sa.Column(
            "event_count",
            sa.Integer(),
            nullable=False,
            comment="entries on the timeline; the next one's position",
        ),
        sa.CheckConstraint("(state = 'draft') = (number IS NULL)", name=op.f("ck_ideas_numbered_when_sent")),
        sa.CheckConstraint(
            "(state = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_ideas_merged_into_something")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'in_review', 'waiting', "
            "'rejected', 'merged', 'accepted', 'withdrawn')",
            name=op.f("ck_ideas_state_known"),
        ),
        sa.CheckConstraint("support_count >= 0", name=op.f("ck_ideas_support_count_not_negative")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_ideas_area_id_areas")),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_ideas_author_id_accounts")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_ideas_cycle_id_cycles")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["ideas.id"], name=op.f("fk_ideas_merged_into_id_ideas")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["accounts.id"], name=op.f("fk_ideas_reviewer_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ideas")),
        sa.UniqueConstraint("number", name=op.f("uq_ideas_number")),
    )
    op.create_index("ix_ideas_author_id", "ideas", ["author_id"], unique=False)
    op.create_index(
        "ix_ideas_cycle_id_state_submitted_at", "ideas", ["cycle_id", "state", "submitted_at"], unique=False
    )
    op.create_index("ix_ideas_merged_into_id", "ideas", ["merged_into_id"], unique=False)
    op.create_index("ix_ideas_state_due_on", "ideas", ["state", "due_on"], unique=False)
    op.create_table(
        "idea_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column(
            "by_name",
            sa.String(120),
            nullable=False,
            comment="an official's name, or the author as shown in public",
        ),
        sa.Column(
            "text", sa.Text(), nullable=False, comment="what was asked, answered or explained; Markdown"
        ),
        sa.Column("facts", sa.Text(), nullable=False, comment="JSON object: reason, costs, other idea"),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_events_idea_id_ideas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_events")),
        sa.UniqueConstraint("idea_id", "position", name=op.f("uq_idea_events_idea_id_position")),
    )
    op.create_table(
        "idea_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts.id"], name=op.f("fk_idea_notes_author_id_accounts")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_notes_idea_id_ideas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_notes")),
    )
    op.create_index("ix_idea_notes_idea_id_at", "idea_notes", ["idea_id", "at"], unique=False)
    op.create_table(
        "idea_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("large_key", sa.String(80), nullable=False),
        sa.Column("small_key", sa.String(80), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column(
            "alt", sa.String(250), nullable=False, comment="what is in the picture, for who cannot see it"
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_photos_idea_id_ideas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_photos")),
    )
    op.create_index("ix_idea_photos_idea_id_position", "idea_photos", ["idea_id", "position"], unique=False)
    op.create_table(
        "idea_supports",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_idea_supports_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_supports_idea_id_ideas")),
        sa.PrimaryKeyConstraint("idea_id", "account_id", name=op.f("pk_idea_supports")),
    )
    op.create_index(op.f("ix_idea_supports_account_id"), "idea_supports", ["account_id"], unique=False)
    op.create_table(
        "clock_pauses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("paused_at", UtcDateTime(), nullable=False),
        sa.Column("resumed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_clock_pauses_idea_id_ideas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pauses")),
    )
    op.create_index("ix_clock_pauses_idea_id", "clock_pauses", ["idea_id"], unique=False)
    reasons = op.create_table(
        "reasons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(12), nullable=False, comment="short and permanent, e.g. R03"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="in plain words, Romanian"),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("legal_ground", sa.String(400), nullable=False),
        sa.Column(
            "is_retired",
            sa.Boolean(),
            nullable=False,
            comment="from this version on it can't be used for new verdicts",
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reasons")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_reasons_code_version")),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="1 for the first, then one for each correction"
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_name", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="the department's own words; Markdown"),
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column(
            "total_bani", sa.BigInteger(), nullable=True, comment="accepted: what it costs, margin included"
        ),
        sa.Column("margin_bani", sa.BigInteger(), nullable=True),
        sa.Column("margin_percent", sa.Integer(), nullable=True),
        sa.Column("yearly_bani", sa.BigInteger(), nullable=True, comment="accepted: yearly upkeep"),
        sa.CheckConstraint(
            "(kind = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_verdicts_merged_into_something")
        ),
        sa.CheckConstraint(
            "(kind = 'rejected') = (reason_id IS NOT NULL)", name=op.f("ck_verdicts_rejected_with_reason")
        ),
        sa.CheckConstraint("kind IN ('rejected', 'merged', 'accepted')", name=op.f("ck_verdicts_kind_known")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_verdicts_explained")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_verdicts_idea_id_ideas")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["ideas.id"], name=op.f("fk_verdicts_merged_into_id_ideas")
        ),
        sa.ForeignKeyConstraint(["reason_id"], ["reasons.id"], name=op.f("fk_verdicts_reason_id_reasons")),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["accounts.id"], name=op.f("fk_verdicts_reviewer_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["verdicts.id"], name=op.f("fk_verdicts_supersedes_id_verdicts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("idea_id", "position", name=op.f("uq_verdicts_idea_id_position")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_verdicts_supersedes_id")),
    )
    op.create_index(op.f("ix_verdicts_reason_id"), "verdicts", ["reason_id"], unique=False)
    op.create_table(
        "cost_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False, comment="thousandths of the unit"),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("unit_price_bani", sa.BigInteger(), nullable=False, comment="without VAT"),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("net_bani", sa.BigInteger(), nullable=False),
        sa.Column("vat_bani", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdicts.id"], name=op.f("fk_cost_lines_verdict_id_verdicts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_lines")),
        sa.UniqueConstraint("verdict_id", "position", name=op.f("uq_cost_lines_verdict_id_position")),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column(
            "number", sa.String(60), nullable=False, comment="e.g. P07; the file's own id when imported"
        ),
        sa.Column("position", sa.Integer(), nullable=False, comment="order in which numbers were given"),
        sa.Column("idea_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="Markdown"),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("cost_bani", sa.BigInteger(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False, comment="words without diacritics, for searching"),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("poll_id", sa.Uuid(), nullable=True, comment="set when put to the vote: frozen"),
        sa.Column(
            "withdrawn_at", UtcDateTime(), nullable=True, comment="its verdict was superseded before the vote"
        ),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("outcome IN ('funded', 'not_funded')", name=op.f("ck_projects_outcome_known")),
        sa.CheckConstraint("cost_bani >= 0", name=op.f("ck_projects_cost_not_negative")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_projects_area_id_areas")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_projects_cycle_id_cycles")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_projects_idea_id_ideas")),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_projects_poll_id_polls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_projects_cycle_id_number")),
        sa.UniqueConstraint("cycle_id", "position", name=op.f("uq_projects_cycle_id_position")),
        sa.UniqueConstraint("idea_id", name=op.f("uq_projects_idea_id")),
    )
    add_catalogue(reasons)
    for table in APPEND_ONLY:
        for statement in append_only_sql(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in (
        "projects",
        "cost_lines",
        "verdicts",
        "reasons",
        "clock_pauses",
        "idea_supports",
        "idea_photos",
        "idea_notes",
        "idea_events",
        "ideas",
    ):
        op.drop_table(table)
