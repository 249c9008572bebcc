"""Amendments in lists, one alone, those of a part of the text, and those that contradict each other."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

import msgspec

from accounts.policy import Actor
from amendments.models import Act, AmendmentAnchor, AmendmentConflict, AmendmentEvent, AmendmentRow, Answer
from amendments.pages.acts import UnitView
from amendments.pages.changes import ChangeView, view_changes
from amendments.pages.choosing import KINDS, STATES, Chosen
from amendments.pages.warnings import WarningView
from amendments.pages.words import (
    AMENDMENT_STATES,
    AUTHOR_KINDS,
    EVENT_KINDS,
    OUTCOME_TONES,
    OUTCOMES,
)
from amendments.policy import (
    may_answer,
    may_change_amendment,
    may_moderate,
    may_readmit,
    may_say_fate,
    may_withdraw,
)
from amendments.queries.discussed import Said
from amendments.states import AmendmentState, AuthorKind, Outcome
from amendments.text.conflicts import Conflict
from amendments.text.lines import Layout
from amendments.text.operations import Amendment
from amendments.text.units import Version
from app.kit.i18n import Locale
from app.kit.paging import Paging
from app.kit.policy import Verdict


class AmendmentView(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment with its changes. `tone` and `state_title` are of its answer where it has one."""

    id: str
    number: str
    href: str
    author: str
    author_kind: str
    submitted_at: datetime | None
    state: str
    state_title: str
    tone: str
    reason: str
    support_count: int
    changes: list[ChangeView]
    hard: list[tuple[str, str]]
    soft: list[tuple[str, str]]
    group: str = ""  # where those that contradict each other are compared


class Reading(msgspec.Struct, frozen=True):
    """A text in which amendments are read: the version, its lines, the language."""

    version: Version
    layout: Layout
    locale: Locale


def view_amendment(
    row: AmendmentRow,
    amendment: Amendment | None,
    reading: Reading,
    *,
    answer: Answer | None = None,
    conflicts: Sequence[AmendmentConflict] = (),
    rows: Mapping[uuid.UUID, AmendmentRow] | None = None,
) -> AmendmentView:
    """An amendment as it stands on the text; without changes where it stands no longer."""
    state = AmendmentState(row.state)
    outcome = Outcome(answer.outcome) if answer and state is AmendmentState.ANSWERED else None
    return AmendmentView(
        id=str(row.id),
        number=row.number or "",
        href=f"/acts/{row.act_id}/amendments/{row.id}",
        author=row.author_name,
        author_kind=AUTHOR_KINDS[AuthorKind(row.author_kind)],
        submitted_at=row.submitted_at,
        state=outcome.value if outcome else state.value,
        state_title=OUTCOMES[outcome] if outcome else AMENDMENT_STATES[state],
        tone=OUTCOME_TONES[outcome]
        if outcome
        else "info"
        if state is AmendmentState.SUBMITTED
        else "neutral",
        reason=row.reason,
        support_count=row.support_count,
        changes=view_changes(reading.version, reading.layout, amendment, reading.locale) if amendment else [],
        hard=_others(row, conflicts, rows or {}, "hard"),
        soft=_others(row, conflicts, rows or {}, "soft"),
        group=f"/acts/{row.act_id}/contradictions/{row.id}" if conflicts else "",
    )


def _others(
    row: AmendmentRow,
    conflicts: Sequence[AmendmentConflict],
    rows: Mapping[uuid.UUID, AmendmentRow],
    grade: str,
) -> list[tuple[str, str]]:
    """(number, address) of the amendments with which it conflicts."""
    ids = [
        one.second_id if one.first_id == row.id else one.first_id
        for one in conflicts
        if one.grade == grade and row.id in (one.first_id, one.second_id)
    ]
    found = sorted((rows[id] for id in ids if id in rows), key=lambda other: other.rank or 0)
    return [(other.number or "", f"/acts/{other.act_id}/amendments/{other.id}") for other in found]


def with_conflicts(
    view: AmendmentView, found: Sequence[Conflict], rows: Mapping[uuid.UUID, AmendmentRow]
) -> AmendmentView:
    """A draft with the conflicts that it would have, which are not written down yet."""
    named: dict[str, list[tuple[str, str]]] = {"hard": [], "soft": []}
    for one in found:
        other = rows.get(uuid.UUID(one.second if one.first == view.id else one.first))
        entry = (other.number or "", f"/acts/{other.act_id}/amendments/{other.id}") if other else None
        if entry and entry not in named[one.grade]:
            named[one.grade].append(entry)
    return msgspec.structs.replace(view, hard=named["hard"], soft=named["soft"])


# ── a part of the text ────────────────────────────────────────────────────────
class PartPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the text with all the amendments to it."""

    act_id: str
    act_number: str
    act_title: str
    place: str
    units: list[UnitView]
    amendments: list[AmendmentView]
    view: str
    said: Said
    may_propose: Verdict
    amendment_id: str
    paging: Paging
    previous: tuple[str, str] | None
    following: tuple[str, str] | None

    def query(self, view: str = "") -> str:
        """What an address of a part says beside the part: how changes are shown, and which draft is written
        on.
        """
        said = {"view": view or self.view, "amendment": self.amendment_id}
        return urlencode({name: value for name, value in said.items() if value})


class GroupPage(msgspec.Struct, frozen=True, kw_only=True):
    """Amendments that cannot all be adopted, side by side with the text they change."""

    act_id: str
    act_number: str
    act_title: str
    sequence: int
    is_newest: bool
    group_id: str
    paging: Paging
    places: list[str]
    units: list[UnitView]
    amendments: list[AmendmentView]


class RegisterPage(msgspec.Struct, frozen=True, kw_only=True):
    """The register of an act's amendments, with its filters. `total`: of all that were asked for."""

    act_id: str
    act_number: str
    act_title: str
    amendments: list[AmendmentView]
    said: Said
    total: int
    chosen: Chosen
    articles: list[tuple[str, str]]
    paging: Paging
    states: tuple[tuple[str, str], ...] = STATES
    author_kinds: tuple[tuple[str, str], ...] = KINDS


# ── one amendment ─────────────────────────────────────────────────────────────
class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """An answer; `changes` are the counter-text, or what was accepted of it; `same_as`: number and address of
    the amendment that holds the same.
    """

    title: str
    tone: str
    reason: str
    by: str
    at: datetime
    changes: list[ChangeView]
    same_as: tuple[str, str] | None
    is_superseded: bool


class CouncilView(msgspec.Struct, frozen=True, kw_only=True):
    """What an amendment's page says of the council: who stands for it, and its fate."""

    councillor: str
    reason: str
    fate_title: str
    tone: str
    felled_by: str


class AmendmentPage(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment with its answers, its timeline and what the reader may do. `complete_until`: of one that
    was returned; `typed`: a reason that was refused.
    """

    act_id: str
    act_number: str
    act_title: str
    view: AmendmentView
    operations_on: int
    stands: bool
    fate: str
    state_reason: str
    answers: list[AnswerView]
    events: list[tuple[str, datetime, str, str]]
    cosigners: Sequence[str]
    same: list[tuple[str, str]]
    is_mine: bool
    comment_count: int
    supports: bool
    may_support: Verdict
    may_withdraw: bool
    may_change: bool
    may_moderate: bool
    may_readmit: bool
    may_answer: bool
    may_say_fate: bool
    complete_until: date | None = None
    council: CouncilView | None = None  # once a councillor stands for it
    typed: str = ""
    errors: dict[str, str] = {}


def build_amendment(
    act: Act,
    row: AmendmentRow,
    actor: Actor | None,
    *,
    view: AmendmentView,
    sequence: int,
    stands: bool,
    anchor: AmendmentAnchor | None,
    answers: Sequence[tuple[Answer, list[ChangeView]]],
    rows: Mapping[uuid.UUID, AmendmentRow],
    events: Sequence[AmendmentEvent],
    cosigners: Sequence[str],
    same: list[tuple[str, str]],
    comment_count: int,
    supports: bool,
    may_support: Verdict,
    today: date,
    council: CouncilView | None,
    complete_until: date | None,
    errors: dict[str, str],
) -> AmendmentPage:
    """The page of an amendment."""
    asked = anchor.fate if anchor and anchor.confirmed_at is None else ""
    return AmendmentPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        view=view,
        operations_on=sequence,
        stands=stands,
        fate=anchor.fate if anchor else "",
        state_reason=row.state_reason,
        answers=[_view_answer(one, changes, rows, holds=one is answers[-1][0]) for one, changes in answers],
        events=[(EVENT_KINDS[event.kind], event.at, event.by_name, event.text) for event in events],
        cosigners=cosigners,
        same=same,
        is_mine=actor is not None and actor.id == row.author_id,
        comment_count=comment_count,
        supports=supports,
        may_support=may_support,
        may_withdraw=bool(may_withdraw(actor, act, row)),
        may_change=bool(may_change_amendment(actor, row)),
        may_moderate=bool(may_moderate(actor, row)),
        may_readmit=bool(may_readmit(actor, act, row)),
        complete_until=complete_until,
        may_answer=bool(may_answer(actor, act, row)),
        may_say_fate=bool(may_say_fate(actor, act, row, fate=asked, today=today)),
        council=council,
        errors=errors,
    )


def _view_answer(
    answer: Answer, changes: list[ChangeView], rows: Mapping[uuid.UUID, AmendmentRow], *, holds: bool
) -> AnswerView:
    outcome = Outcome(answer.outcome)
    other = rows.get(answer.same_as_id) if answer.same_as_id else None
    return AnswerView(
        title=OUTCOMES[outcome],
        tone=OUTCOME_TONES[outcome],
        reason=answer.reason,
        by=f"{answer.by_name}, {answer.by_function}",
        at=answer.at,
        changes=changes,
        same_as=(other.number or "", f"/acts/{other.act_id}/amendments/{other.id}") if other else None,
        is_superseded=not holds,
    )


# ── proposing ─────────────────────────────────────────────────────────────────
class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """The draft as the platform understood it, with who proposes it and why, before it is sent."""

    act_id: str
    act_number: str
    act_title: str
    amendment_id: str
    view: AmendmentView
    warnings: list[WarningView]
    near: Sequence[tuple[str, str, int]]
    same: list[tuple[str, str]]
    is_current: bool
    articles: list[tuple[str, str]]
    reason: str
    author_kind: str
    on_behalf_of: str
    separable: bool
    author_kinds: list[tuple[str, str]]
    until: date | None
    is_returned: bool
    complete_until: date | None
    state_reason: str
    errors: dict[str, str] = {}


class DraftsPage(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has begun and not sent."""

    act_id: str
    act_number: str
    act_title: str
    drafts: list[AmendmentView]
