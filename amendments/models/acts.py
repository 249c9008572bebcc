"""Tables of acts, their versions, the amendments proposed to them, and what became of each.

A version is written once: its units and its numbered lines are JSON that the engine reads
(amendments/text). Operations of an amendment are kept as they were written, against the version they were
written for; a later version gets anchors of its own, and nobody's text is rewritten.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from amendments.states import (
    ActState,
    AmendmentState,
    AuthorKind,
    Outcome,
    VersionKind,
    check_act,
    check_amendment,
)
from app.kit.db import Base, new_id

Id = uuid.UUID


def _one_of(column: str, values: type) -> str:
    return f"{column} IN ({', '.join(repr(str(one)) for one in values)})"  # type: ignore[attr-defined]


# ── the act ───────────────────────────────────────────────────────────────────
class Act(Base):
    """A draft decision of the council, from its preparation to the vote."""

    __tablename__ = "acts"
    __table_args__ = (
        CheckConstraint(_one_of("state", ActState), name="state_known"),
        CheckConstraint("(state = 'draft') = (number IS NULL)", name="numbered_when_announced"),
        Index("ix_acts_state_announced_on", "state", "announced_on"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str | None] = mapped_column(String(30), unique=True, comment="registration number")
    state: Mapped[str] = mapped_column(String(20), default=ActState.DRAFT.value)
    title: Mapped[str] = mapped_column(String(500))
    summary: Mapped[str] = mapped_column(Text, comment="in plain words; Markdown")
    initiator: Mapped[str] = mapped_column(String(200), comment="name and function; public")
    department: Mapped[str] = mapped_column(String(200))
    officer: Mapped[str] = mapped_column(
        String(200), comment="who answers for relations with civil society; Law 52/2003, art. 7 (7)"
    )
    contact: Mapped[str] = mapped_column(String(300), comment="where written proposals may also be sent")
    round: Mapped[int] = mapped_column(default=1, comment="of the debate")
    announced_on: Mapped[date | None]
    proposals_until: Mapped[date | None] = mapped_column(comment="last day of this round for proposals")
    text: Mapped[bytes] = mapped_column(
        LargeBinary, comment="JSON: the text being prepared; afterwards, versions"
    )
    remarks: Mapped[str] = mapped_column(
        Text, default="[]", comment="JSON: what the reader of the file was not sure of"
    )
    revision: Mapped[int] = mapped_column(default=0, comment="of the text being prepared: two clerks at once")
    majority: Mapped[str] = mapped_column(
        String(20), default="simple", comment="simple, absolute, two_thirds"
    )
    created_by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]

    def move_to(self, state: ActState) -> None:
        """Change the state. Raises: IllegalMove."""
        check_act(ActState(self.state), state)
        self.state = state.value


class ActVersion(Base):
    """The text at one moment, written once; append-only once it was published."""

    __tablename__ = "act_versions"
    __table_args__ = (
        UniqueConstraint("act_id", "sequence"),
        CheckConstraint(_one_of("kind", VersionKind), name="kind_known"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    act_id: Mapped[Id] = mapped_column(ForeignKey("acts.id"))
    sequence: Mapped[int] = mapped_column(comment="from 1")
    kind: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary, comment="units and fields: amendments/text/units.py")
    content_hash: Mapped[str] = mapped_column(String(64))
    lines: Mapped[bytes] = mapped_column(LargeBinary, comment="numbered lines: amendments/text/lines.py")
    origins: Mapped[bytes] = mapped_column(
        LargeBinary, comment="whose words are whose; empty for the first version"
    )
    report: Mapped[str] = mapped_column(Text, comment="JSON: what was taken in, by which decisions")
    published_at: Mapped[datetime]


class VersionFile(Base):
    """A file of a version as it was written once, so that its digest holds whatever writes files later."""

    __tablename__ = "act_version_files"

    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True, comment="text.txt, text.xml")
    content: Mapped[bytes] = mapped_column(LargeBinary, comment="as it is served")
    size: Mapped[int] = mapped_column(BigInteger, comment="bytes")
    sha256: Mapped[str] = mapped_column(String(64))
    kept_at: Mapped[datetime]


class ActPaper(Base):
    """A supporting document: substantiation note, approval report, study. One that was put up by mistake
    is withdrawn for a reason; its title and digest stay.
    """

    __tablename__ = "act_papers"
    __table_args__ = (
        UniqueConstraint("act_id", "position"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_why = '')", name="withdrawn_for_a_reason"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    act_id: Mapped[Id] = mapped_column(ForeignKey("acts.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger, comment="bytes")
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str] = mapped_column(Text, default="", server_default="")


class ActEvent(Base):
    """A step of the procedure that happened on a day. Append-only: a correction is another entry."""

    __tablename__ = "act_events"
    __table_args__ = (Index("ix_act_events_act_id_position", "act_id", "position", unique=True),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    act_id: Mapped[Id] = mapped_column(ForeignKey("acts.id"))
    position: Mapped[int]
    round: Mapped[int]
    event: Mapped[str] = mapped_column(String(30), comment="amendments/rules/procedure.py")
    happened_on: Mapped[date]
    text: Mapped[str] = mapped_column(Text, comment="what else is to be said of it; Markdown")
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class ActSubscription(Base):
    """Somebody asked for announcements of drafts by e-mail; Law 52/2003, art. 7 (1)."""

    __tablename__ = "act_subscriptions"
    __table_args__ = (UniqueConstraint("account_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    since: Mapped[datetime]


# ── amendments ────────────────────────────────────────────────────────────────
class AmendmentRow(Base):
    """What somebody proposes to an act. Once submitted, its operations change only while it is returned."""

    __tablename__ = "amendments"
    __table_args__ = (
        CheckConstraint(_one_of("state", AmendmentState), name="state_known"),
        CheckConstraint(_one_of("author_kind", AuthorKind), name="author_known"),
        CheckConstraint("(state = 'draft') = (number IS NULL)", name="numbered_when_submitted"),
        CheckConstraint("state <> 'inadmissible' OR state_reason <> ''", name="inadmissible_for_a_reason"),
        UniqueConstraint("act_id", "rank"),
        Index("ix_amendments_act_id_state", "act_id", "state"),
        Index("ix_amendments_author_id", "author_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    act_id: Mapped[Id] = mapped_column(ForeignKey("acts.id"))
    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"), comment="it was written against")
    round: Mapped[int]
    number: Mapped[str | None] = mapped_column(String(30), unique=True, comment="registration number")
    rank: Mapped[int | None] = mapped_column(comment="place in the act's register, from 1, without gaps")
    state: Mapped[str] = mapped_column(String(20), default=AmendmentState.DRAFT.value)
    author_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    author_name: Mapped[str] = mapped_column(String(200), comment="as shown in public")
    author_kind: Mapped[str] = mapped_column(String(20))
    on_behalf_of: Mapped[str] = mapped_column(String(200), comment="association or business; public")
    operations: Mapped[bytes] = mapped_column(LargeBinary, comment="JSON: amendments/text/operations.py")
    separable: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, comment="Markdown")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    state_reason: Mapped[str] = mapped_column(Text, comment="why it was returned or is inadmissible; public")
    returned_on: Mapped[date | None] = mapped_column(comment="since when its author is asked to complete it")
    sent: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="JSON: what was sent before it was returned, which stands when the term ends"
    )
    support_count: Mapped[int] = mapped_column(default=0)
    replaces_id: Mapped[Id | None] = mapped_column(
        ForeignKey("amendments.id"), comment="the one that its author writes anew for a later text"
    )

    def move_to(self, state: AmendmentState) -> None:
        """Change the state. Raises: IllegalMove."""
        check_amendment(AmendmentState(self.state), state)
        self.state = state.value


class AmendmentEvent(Base):
    """One entry of an amendment's public timeline. Append-only."""

    __tablename__ = "amendment_events"
    __table_args__ = (UniqueConstraint("amendment_id", "position"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    amendment_id: Mapped[Id] = mapped_column(ForeignKey("amendments.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    by_name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, comment="why; Markdown")
    operations: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="submitted: what was proposed then, which a later wording does not replace"
    )
    at: Mapped[datetime]


class AmendmentAnchor(Base):
    """Where an amendment stands in a later version: its operations there, or why it has none."""

    __tablename__ = "amendment_anchors"

    amendment_id: Mapped[Id] = mapped_column(ForeignKey("amendments.id"), primary_key=True)
    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"), primary_key=True)
    fate: Mapped[str] = mapped_column(String(20), comment="same, shifted, absorbed, conflict, orphaned")
    operations: Mapped[bytes] = mapped_column(LargeBinary, comment="JSON")
    because_of: Mapped[str] = mapped_column(Text, comment="JSON: ids of the amendments that caused it")
    computed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="its author said what is to become of it")


class AmendmentPlace(Base):
    """Where an amendment's operations lie on a version, so that another one finds whom it may be in conflict
    with (amendments/text/places.py). One too many costs a comparison; one too few would hide a conflict.
    """

    __tablename__ = "amendment_places"

    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"), primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    amendment_id: Mapped[Id] = mapped_column(ForeignKey("amendments.id"), primary_key=True)


class AmendmentConflict(Base):
    """Two amendments that cannot both become text, or only with a decision, on one version."""

    __tablename__ = "amendment_conflicts"
    __table_args__ = (
        Index("ix_amendment_conflicts_second_id", "second_id"),
        CheckConstraint("first_id <> second_id", name="two"),
    )

    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"), primary_key=True)
    first_id: Mapped[Id] = mapped_column(ForeignKey("amendments.id"), primary_key=True)
    second_id: Mapped[Id] = mapped_column(ForeignKey("amendments.id"), primary_key=True)
    grade: Mapped[str] = mapped_column(String(10), comment="hard or soft")
    reasons: Mapped[str] = mapped_column(Text, comment="JSON: [operation, operation, reason] of each pair")


class AmendmentSupport(Base):
    """A person stands behind an amendment: as a co-signer, by name, or by supporting it."""

    __tablename__ = "amendment_supports"

    amendment_id: Mapped[Id] = mapped_column(ForeignKey("amendments.id"), primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    is_cosigner: Mapped[bool]
    name: Mapped[str] = mapped_column(String(200), comment="of a co-signer, public; else empty")
    at: Mapped[datetime]


class Answer(Base):
    """What the initiator answers to an amendment. Append-only: a later one supersedes it."""

    __tablename__ = "amendment_answers"
    __table_args__ = (
        UniqueConstraint("amendment_id", "position"),
        CheckConstraint(_one_of("outcome", Outcome), name="outcome_known"),
        CheckConstraint("outcome = 'accepted' OR reason <> ''", name="reasoned"),
        CheckConstraint("(outcome IN ('changed', 'partly')) = (operations IS NOT NULL)", name="text_given"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    amendment_id: Mapped[Id] = mapped_column(ForeignKey("amendments.id"))
    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"), comment="the text it was given on")
    position: Mapped[int] = mapped_column(comment="1 for the first, then one for each that supersedes it")
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, comment="Markdown")
    operations: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="the counter-text, or the operations that are accepted; on the same version"
    )
    same_as_id: Mapped[Id | None] = mapped_column(
        ForeignKey("amendments.id"), comment="already in: by this amendment"
    )
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    by_function: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class PreparedAnswer(Base):
    """What a department proposes to answer. Read by who answers, public never: it goes when an answer is
    given, by whomever and whichever.
    """

    __tablename__ = "amendment_prepared_answers"
    __table_args__ = (
        CheckConstraint(_one_of("outcome", Outcome), name="outcome_known"),
        CheckConstraint("(outcome IN ('changed', 'partly')) = (operations IS NOT NULL)", name="text_given"),
    )

    amendment_id: Mapped[Id] = mapped_column(ForeignKey("amendments.id"), primary_key=True)
    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"), comment="the text it is meant for")
    revision: Mapped[int] = mapped_column(comment="1 for the first, then one more each time it is written")
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, comment="Markdown")
    operations: Mapped[bytes | None] = mapped_column(LargeBinary, comment="as in amendment_answers")
    same_as_id: Mapped[Id | None] = mapped_column(ForeignKey("amendments.id"))
    typed: Mapped[str] = mapped_column(Text, comment="JSON: the fields of the counter-text, for its form")
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class RulingRow(Base):
    """In which order accepted amendments stand where they meet, decided by a person. Append-only; of one
    place the newest holds.
    """

    __tablename__ = "amendment_rulings"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"))
    position: Mapped[int]
    ruling: Mapped[str] = mapped_column(
        Text, comment="JSON: Ruling of amendments/text/weaving.py, with its reason"
    )
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class CorrectionRow(Base):
    """The secretariat's correction of the wording of a unit, while the next version is prepared; it goes into
    that version's report.
    """

    __tablename__ = "act_corrections"
    __table_args__ = (UniqueConstraint("version_id", "unit"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"))
    unit: Mapped[str] = mapped_column(String(64))
    operations: Mapped[bytes] = mapped_column(LargeBinary, comment="JSON: amendments/text/operations.py")
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
