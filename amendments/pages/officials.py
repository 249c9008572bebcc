"""What the secretariat and the councillors see: preparing an act, answering, consolidating."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from amendments.models import Act, ActPaper
from amendments.pages.acts import PaperView, UnitView, view_paper
from amendments.pages.amendments import AmendmentView
from amendments.pages.changes import ChangeView
from amendments.pages.warnings import WarningView
from amendments.pages.words import OUTCOMES
from amendments.rules.procedure import Duty, Event
from amendments.states import ActState
from amendments.text.reading.proposal import Remark
from amendments.text.units import UnitType
from app.kit.i18n import N_
from app.kit.paging import Paging

REMARKS: dict[str, str] = {
    "no_articles": N_("No article was found. Is this the text of the decision?"),
    "number_twice": N_("This number is there twice."),
    "number_out_of_order": N_("This number does not follow the one before it."),
    "strange_number": N_("This number is not of a usual kind."),
    "unit_too_long": N_("This part is very long: split it, so that it can be amended word by word."),
    "paragraphs_in_cell": N_("A cell of this table had several paragraphs; they were joined."),
    "page_edge_left_out": N_("This line stood on every page and was left out:"),
    "word_joined": N_("This word was split at the end of a line and was joined:"),
}
UNIT_KINDS: dict[UnitType, str] = {
    "title": N_("title"),
    "preamble": N_("preamble"),
    "recital": N_("reason of the preamble"),
    "legal_basis": N_("legal ground"),
    "enacting": N_("enacting words"),
    "part": N_("part"),
    "title_group": N_("title of a code"),
    "chapter": N_("chapter"),
    "section": N_("section"),
    "heading": N_("marginal title"),
    "article": N_("article"),
    "alin": N_("numbered paragraph"),
    "lit": N_("lettered point"),
    "pct": N_("numbered point"),
    "text": N_("paragraph without a number"),
    "table": N_("table"),
    "annex": N_("annex"),
    "signature": N_("signature"),
    "note": N_("note"),
}
OTHER_REMARK = N_("Something of the file could not be taken over. Compare the text with it.")


class ActFields(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an act's form, as they were typed."""

    title: str = ""
    summary: str = ""
    initiator: str = ""
    department: str = ""
    officer: str = ""
    contact: str = ""
    majority: str = "simple"
    text: str = ""


class NewActPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a new act."""

    fields: ActFields
    errors: dict[str, str] = {}


class PreparePage(msgspec.Struct, frozen=True, kw_only=True):
    """An act that is being prepared, with its text as it was read. `typed`: a form that was refused."""

    act_id: str
    fields: ActFields
    revision: int
    units: list[UnitView]
    kinds: dict[UnitType, str]
    written: str
    remarks: list[tuple[str, str, str]]
    papers: list[str]
    earliest: date
    until: str
    is_complete: bool
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}


def fields_of(act: Act) -> ActFields:
    """What is written down of an act."""
    return ActFields(
        title=act.title,
        summary=act.summary,
        initiator=act.initiator,
        department=act.department,
        officer=act.officer,
        contact=act.contact,
        majority=act.majority,
    )


def fields_typed(typed: Mapping[str, str]) -> ActFields:
    """What was typed into the form of an act."""
    return ActFields(**{name: typed.get(name, "") for name in ActFields.__struct_fields__})


def build_prepare(
    act: Act,
    *,
    units: list[UnitView],
    written: str,
    remarks: Sequence[Remark],
    papers: Sequence[ActPaper],
    earliest: date,
    until: str,
    typed: dict[str, str],
    errors: dict[str, str],
) -> PreparePage:
    """The page on which an act is prepared."""
    return PreparePage(
        act_id=str(act.id),
        fields=fields_typed(typed) if typed.get("do") == "fields" else fields_of(act),
        revision=act.revision,
        units=units,
        kinds=UNIT_KINDS,
        written=written,
        remarks=[(one.unit, REMARKS.get(one.code, OTHER_REMARK), one.said) for one in remarks],
        papers=[paper.title for paper in papers],
        earliest=earliest,
        until=until,
        is_complete=bool(papers) and len(units) > 1,
        typed=typed,
        errors=errors,
    )


# ── papers ────────────────────────────────────────────────────────────────────
class PapersPage(msgspec.Struct, frozen=True, kw_only=True):
    """The papers of an act for the secretariat. `refused`: the position of which a form was refused."""

    act_id: str
    number: str
    title: str
    is_draft: bool
    papers: list[PaperView]
    typed: dict[str, str]
    refused: str
    errors: dict[str, str]


def build_papers(
    act: Act, papers: Sequence[ActPaper], typed: dict[str, str], errors: dict[str, str]
) -> PapersPage:
    """The page on which papers are put up and withdrawn."""
    return PapersPage(
        act_id=str(act.id),
        number=act.number or "",
        title=act.title,
        is_draft=act.state == ActState.DRAFT,
        papers=[view_paper(paper) for paper in papers],
        typed=typed,
        refused=typed.get("position", ""),
        errors=errors,
    )


# ── answering ─────────────────────────────────────────────────────────────────
class PreparedView(msgspec.Struct, frozen=True, kw_only=True):
    """A prepared answer. `value`: its amendment and revision, as a form sends them."""

    amendment_id: str
    number: str
    author: str
    value: str
    revision: int
    title: str
    reason: str
    same_as: str
    changes: list[ChangeView]
    by: str
    at: datetime


class WaitingView(msgspec.Struct, frozen=True):
    """An amendment that waits for an answer, with number and address of those that propose the same."""

    view: AmendmentView
    others: list[tuple[str, str]]


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """Amendments that wait for an answer; those that propose the same stand together, `waiting_count` times
    on all pages. What is prepared comes first, so that it is read together. `answerable`: ids
    of those that this person may answer, `preparable`: of those for which they may prepare one; `adopted`:
    the prepared answers that were ticked; `lawful_end`: where it lies after `proposals_until`; `typed`: a
    form that was refused.
    """

    act_id: str
    act_number: str
    act_title: str
    waiting: list[WaitingView]
    waiting_count: int
    paging: Paging
    answered: list[AmendmentView]
    answerable: frozenset[str]
    may_close: bool
    may_consolidate: bool
    is_secretariat: bool
    may_withdraw: bool
    is_before_council: bool
    may_extend: bool
    proposals_until: date | None
    lawful_end: date | None
    state_title: str
    steps: list[tuple[str, str]]
    prepared: list[PreparedView]
    may_adopt: bool
    preparable: frozenset[str]
    adopted: list[str] = []
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}


class CounterField(msgspec.Struct, frozen=True, kw_only=True):
    """A part that can be worded otherwise. `fate`: it is edited, new (beside `place`), or would go (out)."""

    name: str
    place: str
    fate: str
    text: str


class AnswerPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of an answer. `counter`: what can be worded otherwise; `taking`: what is taken in or left out
    then, each by its place in the amendment, `taken` being those ticked; `parts`: the operations that may be
    accepted apart, each by its place in the amendment; `alike`: those that propose the same, each with how
    many answers it has; `in_text`: accepted ones that may hold the same; `may_answer`: else the department
    prepares.
    """

    act_id: str
    act_number: str
    act_title: str
    view: AmendmentView
    warnings: list[WarningView]
    seen: int
    outcome: str
    function: str
    reason: str
    counter: list[CounterField]
    taking: list[tuple[str, str]]
    taken: list[str]
    alike: list[tuple[str, str]]
    stands: bool
    parts: list[tuple[str, str]]
    chosen: list[str]
    outcomes: list[tuple[str, str]]
    same_as: str
    in_text: list[tuple[str, str]]
    prepared: PreparedView | None
    may_answer: bool
    errors: dict[str, str] = {}


ALL_OUTCOMES = [(one.value, title) for one, title in OUTCOMES.items()]


# ── consolidating ─────────────────────────────────────────────────────────────
class MeetingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Accepted amendments that meet at one place and wait for somebody to say in which order they stand."""

    unit: str
    gap: int | None
    after: str
    place: str
    amendments: list[tuple[str, str, str]]


class CorrectionView(msgspec.Struct, frozen=True, kw_only=True):
    """A correction of the wording, as it stands now."""

    unit: str
    change: ChangeView
    reason: str
    by: str


class Correcting(msgspec.Struct, frozen=True, kw_only=True):
    """The form in which a part is corrected."""

    unit: str
    place: str
    text: str
    reason: str


class ConsolidatePage(msgspec.Struct, frozen=True, kw_only=True):
    """The next text as it would be now, beside the one that was debated."""

    act_id: str
    act_number: str
    act_title: str
    waiting: int
    deferred: int
    changes: list[ChangeView]
    added: list[UnitView]
    removed: list[UnitView]
    meeting: list[MeetingPoint]
    corrections: list[CorrectionView]
    places: list[tuple[str, str]]
    correcting: Correcting | None
    reason: str
    untidy: list[str]
    earliest: date
    until: str
    said: Sequence[tuple[int, int]]  # at a meeting, and not registered: its place and theirs
    owed: Sequence[Duty]
    without_debate: str
    problem: str
    errors: dict[str, str] = {}

    @property
    def owes_debate(self) -> bool:
        """Whether a public debate was asked for and not held since."""
        return any(one.after is Event.DEBATE_REQUESTED for one in self.owed)
