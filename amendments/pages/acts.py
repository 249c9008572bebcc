"""Lists of acts, and an act with its text, papers, procedure and amendments."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from accounts.policy import Actor
from amendments.models import Act, ActEvent, ActPaper, ActVersion, AmendmentRow
from amendments.pages.changes import touched_units
from amendments.pages.debates import DebatesView
from amendments.pages.proposing import Offer
from amendments.pages.words import (
    ACT_STATES,
    STEPS,
    VERSION_KINDS,
    AheadView,
    ClockView,
    view_ahead,
    view_clock,
)
from amendments.policy import may_change_papers, may_follow, may_prepare, may_propose, may_see_answers
from amendments.queries.discussed import Said
from amendments.rules.procedure import Clock, Event
from amendments.states import DECIDED_ACTS, ActState, VersionKind
from amendments.text.labels import cite, written_label
from amendments.text.lines import Layout
from amendments.text.operations import Amendment
from amendments.text.sentences import whole
from amendments.text.units import Unit, UnitType, Version, nested
from app.kit.i18n import Locale
from app.kit.policy import Verdict

KINDS = {"title": "title", "article": "article", "table": "table"} | dict.fromkeys(
    ("part", "title_group", "chapter", "section", "annex"), "heading"
)
IN_TABLES = ("row", "cell")
INDENTED = {"alin": 1, "lit": 2, "pct": 2, "text": 0, "recital": 1}


class ActCard(msgspec.Struct, frozen=True, kw_only=True):
    """An act in a list."""

    id: str
    number: str
    title: str
    summary: str
    state: str
    state_title: str
    initiator: str
    announced_on: date | None
    proposals_until: date | None
    amendment_count: int
    takes_proposals: bool


class ActsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Acts in debate, and all others."""

    open: list[ActCard]
    others: list[ActCard]
    is_subscribed: bool
    may_prepare: bool


def view_card(act: Act, count: int, *, today: date) -> ActCard:
    """An act as a card."""
    return ActCard(
        id=str(act.id),
        number=act.number or "",
        title=act.title,
        summary=act.summary,
        state=act.state,
        state_title=ACT_STATES[ActState(act.state)],
        initiator=act.initiator,
        announced_on=act.announced_on,
        proposals_until=act.proposals_until,
        amendment_count=count,
        takes_proposals=bool(
            act.state == ActState.DEBATE and act.proposals_until and today <= act.proposals_until
        ),
    )


def build_acts(
    acts: Sequence[Act],
    counts: Mapping[object, int],
    actor: Actor | None,
    *,
    is_subscribed: bool,
    today: date,
) -> ActsPage:
    """The list: what takes proposals first, by its last day."""
    cards = [view_card(act, counts.get(act.id, 0), today=today) for act in acts]
    return ActsPage(
        open=sorted(
            (card for card in cards if card.takes_proposals), key=lambda card: card.proposals_until or today
        ),
        others=[card for card in cards if not card.takes_proposals],
        is_subscribed=is_subscribed,
        may_prepare=bool(may_prepare(actor)),
    )


# ── the text ──────────────────────────────────────────────────────────────────
class CellView(msgspec.Struct, frozen=True):
    """A cell of a table; an empty one is known by its place alone."""

    id: str
    text: str
    place: str
    amendment_count: int


class RowView(msgspec.Struct, frozen=True):
    """A row of a table with the first and last of its numbered lines."""

    lines: tuple[int, int] | None
    cells: tuple[CellView, ...]


class UnitView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the text. `kind`: title, heading, article, text or table; `lines`: its numbered lines; `rows`
    of a table; `offers`: what can be proposed at it, on a part's page.
    """

    id: str
    type: UnitType
    kind: str
    indent: int
    label: str
    text: str
    place: str
    lines: tuple[tuple[int, str], ...]
    amendment_count: int
    rows: tuple[RowView, ...] = ()
    offers: Sequence[Offer] = ()


def view_units(
    version: Version,
    layout: Layout,
    amendments: Mapping[str, Amendment],
    locale: Locale,
    *,
    below: str | None = None,
) -> list[UnitView]:
    """The units of a version, or of a part of it, with how many amendments touch each."""
    counts = {unit: len(ids) for unit, ids in touched_units(amendments).items()}
    units = version.units[1:] if below is None else version.subtree(below)
    if below is not None and version[below].type in IN_TABLES:
        return [_view_unit(version, layout, version[below], counts, locale)]
    return [
        _view_unit(version, layout, unit, counts, locale)
        for unit in units
        if unit.type == "table" or (unit.type not in IN_TABLES and (unit.text or written_label(unit)))
    ]


def _view_unit(
    version: Version, layout: Layout, unit: Unit, counts: Mapping[str, int], locale: Locale
) -> UnitView:
    return UnitView(
        id=unit.id,
        type=unit.type,
        kind=KINDS.get(unit.type, "text"),
        indent=INDENTED.get(unit.type, 0),
        label=written_label(unit),
        text=unit.text,
        place=cite(version, unit.id, locale),
        lines=tuple((line.number, line.text) for line in layout.of(unit.id)),
        amendment_count=counts.get(unit.id, 0),
        rows=_rows(version, layout, unit, counts, locale) if unit.type == "table" else (),
    )


def view_row(version: Version, layout: Layout, row: Unit, locale: Locale) -> UnitView:
    """A row by itself, in one line."""
    view = _view_unit(version, layout, row, {}, locale)
    return msgspec.structs.replace(view, text=whole(nested(version, row.id)))


def _rows(
    version: Version, layout: Layout, table: Unit, counts: Mapping[str, int], locale: Locale
) -> tuple[RowView, ...]:
    return tuple(
        RowView(
            layout.range_of(version.children(row)),
            tuple(
                CellView(cell, version[cell].text, cite(version, cell, locale), counts.get(cell, 0))
                for cell in version.children(row)
            ),
        )
        for row in version.children(table.id)
    )


# ── an act ────────────────────────────────────────────────────────────────────
class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """A supporting document; `why` it was withdrawn, if it was."""

    position: int
    title: str
    href: str
    size: int
    added_at: datetime
    withdrawn_at: datetime | None
    why: str


def view_paper(paper: ActPaper) -> PaperView:
    """A paper as it is listed."""
    return PaperView(
        position=paper.position,
        title=paper.title,
        href=f"/acts/{paper.act_id}/papers/{paper.position}",
        size=paper.size,
        added_at=paper.added_at,
        withdrawn_at=paper.withdrawn_at,
        why=paper.withdrawn_why,
    )


class StepView(msgspec.Struct, frozen=True):
    """A step of the procedure that happened."""

    title: str
    on: date
    text: str
    by: str


class VersionView(msgspec.Struct, frozen=True):
    """A version in the list of versions."""

    sequence: int
    kind: str
    published_at: datetime
    is_shown: bool


class ActPage(msgspec.Struct, frozen=True, kw_only=True):
    """An act in one of its versions."""

    card: ActCard
    department: str
    officer: str
    contact: str
    round: int
    version: VersionView
    versions: list[VersionView]
    units: list[UnitView]
    papers: list[PaperView]
    may_change_papers: bool
    steps: list[StepView]
    ahead: list[AheadView]
    clocks: list[ClockView]
    conflict_groups: list[list[str]]
    may_propose: Verdict
    sees_answers: bool
    has_drafts: int
    said: Said
    debates: DebatesView
    follows: bool
    may_follow: Verdict
    is_newest: bool
    is_pinned: bool = False  # at the lasting address of this version
    to: str = ""  # a place that was asked for and is not in this text
    errors: dict[str, str] = {}


class StopPage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a message leads whose reader wants no more of them; without a title nobody follows by it."""

    token: str
    title: str
    act_id: str


def build_act(
    act: Act,
    actor: Actor | None,
    *,
    version: ActVersion,
    versions: Sequence[ActVersion],
    units: list[UnitView],
    papers: Sequence[ActPaper],
    events: Sequence[ActEvent],
    happened: Mapping[Event, date],
    clocks: Sequence[Clock],
    rows: Sequence[AmendmentRow],
    groups: list[list[str]],
    drafts: int,
    said: Said,
    debates: DebatesView,
    follows: bool,
    today: date,
) -> ActPage:
    """The page of an act."""
    return ActPage(
        card=view_card(act, len(rows), today=today),
        department=act.department,
        officer=act.officer,
        contact=act.contact,
        round=act.round,
        version=_view_version(version, version),
        versions=[_view_version(one, version) for one in versions],
        units=units,
        papers=[view_paper(paper) for paper in papers],
        may_change_papers=bool(may_change_papers(actor, act)),
        steps=[StepView(STEPS[Event(one.event)], one.happened_on, one.text, one.by_name) for one in events],
        ahead=[]
        if act.state in DECIDED_ACTS
        else view_ahead(happened, clocks, proposals_until=act.proposals_until),
        clocks=[view for clock in clocks if (view := view_clock(clock))],
        conflict_groups=groups,
        may_propose=may_propose(actor, act, today=today),
        sees_answers=bool(may_see_answers(actor)),
        has_drafts=drafts,
        said=said,
        debates=debates,
        follows=follows,
        may_follow=may_follow(actor, act),
        is_newest=version.sequence == versions[-1].sequence,
    )


def _view_version(one: ActVersion, shown: ActVersion) -> VersionView:
    kind = VERSION_KINDS[VersionKind(one.kind)]
    return VersionView(one.sequence, kind, one.published_at, one.id == shown.id)
