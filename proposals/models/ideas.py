"""Tables of ideas, their review, and projects. What is public history is append-only by triggers."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from proposals.states import IdeaState, VerdictKind, check_move

Id = uuid.UUID
_STATES = ", ".join(f"'{state}'" for state in IdeaState)
_KINDS = ", ".join(f"'{kind}'" for kind in VerdictKind)


class Idea(Base):
    """What a resident proposes; a draft until it is sent and registered."""

    __tablename__ = "ideas"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint("(state = 'draft') = (number IS NULL)", name="numbered_when_sent"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_something"),
        CheckConstraint("support_count >= 0", name="support_count_not_negative"),
        Index("ix_ideas_cycle_id_state_submitted_at", "cycle_id", "state", "submitted_at"),
        Index("ix_ideas_state_due_on", "state", "due_on"),
        Index("ix_ideas_author_id", "author_id"),
        Index("ix_ideas_merged_into_id", "merged_into_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[Id] = mapped_column(ForeignKey("cycles.id"))
    author_id: Mapped[Id | None] = mapped_column(
        ForeignKey("accounts.id"), comment="NULL: entered by staff, not claimed yet"
    )
    author_name: Mapped[str] = mapped_column(
        String(120), comment="as shown in public, e.g. Ana P.; empty: a resident"
    )
    co_author_ids: Mapped[list[str]] = mapped_column(
        JSON, default=list, server_default="[]", comment="as in idea_co_authors"
    )
    edited_forms: Mapped[dict[str, str]] = mapped_column(
        JSON, default=dict, server_default="{}", comment="of a draft: which form saved each step last"
    )
    number: Mapped[str | None] = mapped_column(String(30), unique=True, comment="registration number")
    state: Mapped[str] = mapped_column(String(20), default=IdeaState.DRAFT.value)
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text, comment="Markdown")
    lang: Mapped[str] = mapped_column(String(8), default="ro")
    area_id: Mapped[Id | None] = mapped_column(ForeignKey("areas.id"))
    location: Mapped[str] = mapped_column(String(300), comment="street and place, in words")
    landmark: Mapped[str] = mapped_column(String(200), comment="near which park, metro station, landmark")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    estimate_bani: Mapped[int | None] = mapped_column(BigInteger, comment="the author's own estimate")
    folded: Mapped[str] = mapped_column(
        Text, comment="words of title, text and place without diacritics, for searching"
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    due_on: Mapped[date | None] = mapped_column(
        comment="end of the legal term, as of the clock's last stop or start"
    )
    department_id: Mapped[Id | None] = mapped_column(ForeignKey("departments.id"), index=True)
    reviewer_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"))
    reviewer_name: Mapped[str] = mapped_column(String(120), default="")
    merged_into_id: Mapped[Id | None] = mapped_column(ForeignKey("ideas.id"))
    support_count: Mapped[int] = mapped_column(default=0)
    event_count: Mapped[int] = mapped_column(
        default=0, comment="entries on the timeline; the next one's position"
    )

    @property
    def author_ids(self) -> frozenset[Id]:
        """Whose idea it is: its author and its co-authors."""
        own = set() if self.author_id is None else {self.author_id}
        return frozenset(own | {uuid.UUID(one) for one in self.co_author_ids})

    def move_to(self, state: IdeaState) -> None:
        """Change the state. Raises: IllegalMove."""
        check_move(IdeaState(self.state), state)
        self.state = state.value


class Department(Base):
    """A part of the town hall that owns ideas."""

    __tablename__ = "departments"

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_en: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), comment="public")
    created_at: Mapped[datetime]


class DepartmentMember(Base):
    """A reviewer works in a department; its heads are told what is overdue."""

    __tablename__ = "department_members"

    department_id: Mapped[Id] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    is_head: Mapped[bool]


class OfficerConflict(Base):
    """An official has an interest in an idea and is off its file. That there is one is public, not whose."""

    __tablename__ = "officer_conflicts"

    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"), primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    why: Mapped[str] = mapped_column(Text, comment="internal")
    at: Mapped[datetime]


class Reminder(Base):
    """Somebody was told of a deadline (of an idea, a contestation, an advice: `subject_id`): once before it,
    once after it. Another deadline is told anew.
    """

    __tablename__ = "deadline_reminders"
    __table_args__ = (CheckConstraint("kind IN ('before', 'after')", name="kind_known"),)

    subject_id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class IdeaEvent(Base):
    """One entry of an idea's public timeline. Append-only."""

    __tablename__ = "idea_events"
    __table_args__ = (UniqueConstraint("idea_id", "position"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    position: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    by_name: Mapped[str] = mapped_column(
        String(120), comment="an official's name, or the author as shown in public"
    )
    text: Mapped[str] = mapped_column(Text, comment="what was asked, answered or explained; Markdown")
    facts: Mapped[str] = mapped_column(Text, comment="JSON object: reason, costs, other idea")


class IdeaNote(Base):
    """An internal note of the department: never public."""

    __tablename__ = "idea_notes"
    __table_args__ = (Index("ix_idea_notes_idea_id_at", "idea_id", "at"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    author_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)


class Photo(Base):
    """A photo of an idea, re-encoded without metadata; the files are in the storage."""

    __tablename__ = "idea_photos"
    __table_args__ = (Index("ix_idea_photos_idea_id_position", "idea_id", "position"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    position: Mapped[int]
    large_key: Mapped[str] = mapped_column(String(80))
    small_key: Mapped[str] = mapped_column(String(80))
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str] = mapped_column(String(250), comment="what is in the picture, for who cannot see it")
    created_at: Mapped[datetime]


class Attachment(Base):
    """A document of an idea, cleaned of what was hidden in it; the file is in the storage."""

    __tablename__ = "idea_attachments"
    __table_args__ = (
        UniqueConstraint("idea_id", "position"),
        CheckConstraint("title <> ''", name="titled"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(80))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    created_at: Mapped[datetime]


class Support(Base):
    """A verified resident supports an idea: one row each, gone when withdrawn."""

    __tablename__ = "idea_supports"

    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"), primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class ClockPause(Base):
    """The legal clock of an idea stood still: from the question to the author until the answer, or until the
    author's own term for it had passed.
    """

    __tablename__ = "clock_pauses"
    __table_args__ = (Index("ix_clock_pauses_idea_id", "idea_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    paused_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]
    answer_due_on: Mapped[date | None] = mapped_column(
        comment="the author's term; after it the clock runs again by itself"
    )


class ReviewRules(Base):
    """The published settings of a cycle's review. A cycle without a row has the defaults of
    queries.get_rules.
    """

    __tablename__ = "review_rules"
    __table_args__ = (
        CheckConstraint("second_eyes_bani >= 0", name="amount_not_negative"),
        CheckConstraint("most_supports >= 0", name="limit_not_negative"),
        CheckConstraint("debate_bani >= 0", name="debate_not_negative"),
        CheckConstraint("keep_days >= 90", name="kept_through_contestations"),
        CheckConstraint("answer_days > 0 AND contest_days > 0 AND decide_days > 0", name="terms_positive"),
    )

    cycle_id: Mapped[Id] = mapped_column(ForeignKey("cycles.id"), primary_key=True)
    second_eyes_bani: Mapped[int] = mapped_column(
        BigInteger, comment="an acceptance that costs more takes two reviewers"
    )
    answer_days: Mapped[int] = mapped_column(comment="working days in which an author completes an idea")
    contest_days: Mapped[int] = mapped_column(comment="working days in which an author contests a verdict")
    decide_days: Mapped[int] = mapped_column(comment="working days in which a contestation is decided")
    publish_at: Mapped[datetime | None] = mapped_column(
        comment="verdicts are published together at this moment; none: each at once"
    )
    most_supports: Mapped[int] = mapped_column(
        server_default="0",
        comment="how many ideas of the cycle one resident may support; 0: as many as they like",
    )
    debate_bani: Mapped[int] = mapped_column(
        BigInteger,
        server_default="0",
        comment="a project that costs more is debated in public before the vote; 0: none has to be",
    )
    keep_days: Mapped[int] = mapped_column(
        server_default="365",
        comment="calendar days after an idea's last step for which it is known who sent it on paper",
    )
    changed_at: Mapped[datetime]
    changed_by_name: Mapped[str] = mapped_column(String(120))


class Reason(Base):
    """A reason of the published catalogue, in one of its versions. Append-only: an edit is a new version."""

    __tablename__ = "reasons"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(12), comment="short and permanent, e.g. R03")
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, comment="in plain words, Romanian")
    text_en: Mapped[str] = mapped_column(Text)
    legal_ground: Mapped[str] = mapped_column(String(400))
    is_retired: Mapped[bool] = mapped_column(comment="from this version on it can't be used for new verdicts")
    created_at: Mapped[datetime]
    created_by_name: Mapped[str] = mapped_column(String(120))


class Verdict(Base):
    """A decision of the department. Append-only: a correction is a new verdict that supersedes one."""

    __tablename__ = "verdicts"
    __table_args__ = (
        UniqueConstraint("idea_id", "position"),
        UniqueConstraint("supersedes_id"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("(kind = 'rejected') = (reason_id IS NOT NULL)", name="rejected_with_reason"),
        CheckConstraint("(kind = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_something"),
        CheckConstraint("(kind = 'forwarded') = (authority IS NOT NULL)", name="forwarded_to_somebody"),
        CheckConstraint("(kind = 'changed') = (changes IS NOT NULL)", name="changes_in_words"),
        CheckConstraint("text <> ''", name="explained"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    position: Mapped[int] = mapped_column(comment="1 for the first, then one for each correction")
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    reviewer_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    reviewer_name: Mapped[str] = mapped_column(String(120))
    second_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"))
    second_name: Mapped[str | None] = mapped_column(
        String(120), comment="who confirmed it as a second reviewer"
    )
    text: Mapped[str] = mapped_column(Text, comment="the department's own words; Markdown")
    reason_id: Mapped[Id | None] = mapped_column(ForeignKey("reasons.id"), index=True)
    merged_into_id: Mapped[Id | None] = mapped_column(ForeignKey("ideas.id"))
    supersedes_id: Mapped[Id | None] = mapped_column(ForeignKey("verdicts.id"))
    total_bani: Mapped[int | None] = mapped_column(
        BigInteger, comment="accepted: what it costs, margin included"
    )
    margin_bani: Mapped[int | None] = mapped_column(BigInteger)
    margin_percent: Mapped[int | None]
    yearly_bani: Mapped[int | None] = mapped_column(BigInteger, comment="accepted: yearly upkeep")
    changes: Mapped[str | None] = mapped_column(Text, comment="changed: what was changed, in words")
    title: Mapped[str | None] = mapped_column(String(120), comment="changed: the project's title")
    body: Mapped[str | None] = mapped_column(Text, comment="changed: the project's text; Markdown")
    contest_days: Mapped[int | None] = mapped_column(
        comment="working days in which its author may contest it, by the rules of that day"
    )
    authority: Mapped[str | None] = mapped_column(String(200), comment="forwarded: to whom it was sent on")
    reference: Mapped[str | None] = mapped_column(String(60), comment="forwarded: number of the letter")


class PreparedVerdict(Base):
    """A verdict that is not public yet: it waits for a second reviewer, for the moment at which the cycle
    publishes all of them, or for both. At most one of an idea is open.
    """

    __tablename__ = "prepared_verdicts"
    __table_args__ = (
        CheckConstraint("second_id IS NULL OR second_id <> by_id", name="four_eyes"),
        CheckConstraint("ended_as IN ('published', 'sent_back', 'lapsed')", name="end_known"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        Index(
            "uq_prepared_verdicts_open_idea_id",
            "idea_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    ruling: Mapped[str] = mapped_column(Text, comment="JSON: proposals/service/verdicts.py, Ruling")
    corrects_id: Mapped[Id | None] = mapped_column(ForeignKey("verdicts.id"), comment="the one to supersede")
    needs_second: Mapped[bool] = mapped_column(comment="by the cycle's rules, when it was prepared")
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    second_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"))
    second_name: Mapped[str | None] = mapped_column(String(120))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(20))
    ended_by_name: Mapped[str] = mapped_column(String(120), default="")
    why: Mapped[str] = mapped_column(Text, default="", comment="why it was sent back; internal")
    problem: Mapped[str] = mapped_column(
        String(300), default="", comment="msgid of what kept it from being published"
    )


class Contestation(Base):
    """The author contests a verdict, once: another reviewer upholds it, or gives one that supersedes it."""

    __tablename__ = "contestations"
    __table_args__ = (
        UniqueConstraint("verdict_id"),
        CheckConstraint("outcome IN ('upheld', 'superseded')", name="outcome_known"),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided_somehow"),
        CheckConstraint("text <> ''", name="reasoned"),
        Index("ix_contestations_outcome_due_on", "outcome", "due_on"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"), index=True)
    verdict_id: Mapped[Id] = mapped_column(ForeignKey("verdicts.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text, comment="the author's reasons; public; Markdown")
    due_on: Mapped[date] = mapped_column(comment="until when it has to be decided")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"))
    decided_by_name: Mapped[str] = mapped_column(String(120), default="")
    outcome: Mapped[str | None] = mapped_column(String(20))
    answer_id: Mapped[Id | None] = mapped_column(
        ForeignKey("verdicts.id"), unique=True, comment="the verdict that superseded the contested one"
    )


class CostLine(Base):
    """One line of the costing of a verdict; amounts are computed in integers. Append-only."""

    __tablename__ = "cost_lines"
    __table_args__ = (UniqueConstraint("verdict_id", "position"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    verdict_id: Mapped[Id] = mapped_column(ForeignKey("verdicts.id"))
    position: Mapped[int]
    description: Mapped[str] = mapped_column(String(200))
    quantity_milli: Mapped[int] = mapped_column(BigInteger, comment="thousandths of the unit")
    unit: Mapped[str] = mapped_column(String(20))
    unit_price_bani: Mapped[int] = mapped_column(BigInteger, comment="without VAT")
    vat_percent: Mapped[int]
    source: Mapped[str] = mapped_column(
        String(200),
        server_default="",
        comment="where the price comes from; empty: entered before that was asked",
    )
    net_bani: Mapped[int] = mapped_column(BigInteger)
    vat_bani: Mapped[int] = mapped_column(BigInteger)


class Project(Base):
    """What is voted on, under a short number that is never given again."""

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        UniqueConstraint("cycle_id", "position"),
        CheckConstraint("cost_bani >= 0", name="cost_not_negative"),
        CheckConstraint("outcome IN ('funded', 'not_funded')", name="outcome_known"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[Id] = mapped_column(ForeignKey("cycles.id"))
    number: Mapped[str] = mapped_column(String(60), comment="e.g. P07; the file's own id when imported")
    position: Mapped[int] = mapped_column(comment="order in which numbers were given")
    idea_id: Mapped[Id | None] = mapped_column(ForeignKey("ideas.id"), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text, comment="Markdown")
    area_id: Mapped[Id | None] = mapped_column(ForeignKey("areas.id"))
    cost_bani: Mapped[int] = mapped_column(BigInteger)
    folded: Mapped[str] = mapped_column(Text, comment="words without diacritics, for searching")
    created_at: Mapped[datetime]
    poll_id: Mapped[Id | None] = mapped_column(
        ForeignKey("polls.id"), comment="set when put to the vote: frozen"
    )
    withdrawn_at: Mapped[datetime | None] = mapped_column(
        comment="its verdict was superseded before the vote"
    )
    outcome: Mapped[str | None] = mapped_column(String(20))
    decided_at: Mapped[datetime | None]
