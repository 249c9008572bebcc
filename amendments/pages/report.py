"""The report on a debate: what was received and from whom, in writing and by word of mouth, what was taken
in, what was not and why, and how the council voted.

It is made of the answers and votes that hold and of the published minutes, and of nothing else, so that it
cannot say what they do not.
Source: Law 52/2003, art. 7 (10) d) and art. 12 (3).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from amendments.models import Act, ActEvent, AmendmentRow, CouncilVote, Debate, Sitting, TakeOver
from amendments.pages.printed import heading, paragraph, table_block
from amendments.pages.sitting import MotionView, view_head, view_motions
from amendments.pages.table import TablePage, TableRow
from amendments.pages.words import ACT_STATES, AUTHOR_KINDS, OUTCOMES, STEPS
from amendments.queries import fates_of, read_order, read_roll
from amendments.queries.debates import Minutes
from amendments.rules.procedure import Event
from amendments.states import INTO_TEXT, UNANSWERED, ActState, AmendmentState, AuthorKind, Outcome
from app.kit.i18n import N_, Locale, show_date, translate
from app.kit.pdf import Imprint, print_frame

TITLE = N_("Report on the public debate")


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What came from one kind of author: how many amendments, from how many of them."""

    title: str
    amendments: int
    authors: int


class Oral(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody recommended at a meeting; `number` and `href` of the amendment as which it was
    registered, if it was.
    """

    speaker: str
    body: str
    number: str
    href: str


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """A public debate meeting as its published minutes tell of it."""

    held_at: datetime
    place: str
    href: str
    attendance: int
    spoke: int
    recommendations: list[Oral]


class CouncilPart(msgspec.Struct, frozen=True, kw_only=True):
    """How the council voted: in the order of its votes, each as it holds."""

    held_on: date
    majority: str
    decision: str
    href: str
    motions: list[MotionView]


class DebateReport(msgspec.Struct, frozen=True, kw_only=True):
    """The report on the debate of an act. `is_final`: nothing waits for an answer any more."""

    act_id: str
    act_number: str
    act_title: str
    initiator: str
    department: str
    officer: str
    state_title: str
    steps: list[tuple[str, date]]
    received: list[Received]
    total: int
    supporters: int
    outcomes: list[tuple[str, int]]
    taken_in: list[TableRow]
    not_taken_in: list[TableRow]
    others: list[TableRow]
    waiting: int
    is_final: bool
    meetings: list[Meeting]
    council: CouncilPart | None


def build_report(
    act: Act,
    table: TablePage,
    rows: Sequence[AmendmentRow],
    steps: Sequence[ActEvent],
    *,
    meetings: list[Meeting],
    council: CouncilPart | None,
) -> DebateReport:
    """The report. `table`: every amendment of the act, in the order of the text."""
    waiting = sum(1 for row in rows if AmendmentState(row.state) in UNANSWERED)
    states = Counter(row.view.state for row in table.rows)
    outcomes = [
        (title, states[outcome.value]) for outcome, title in OUTCOMES.items() if states[outcome.value]
    ]
    by_fate: dict[str, list[TableRow]] = {"in": [], "out": [], "other": []}
    for row in table.rows:
        by_fate[_fate(row.view.state)].append(row)
    return DebateReport(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        initiator=act.initiator,
        department=act.department,
        officer=act.officer,
        state_title=ACT_STATES[ActState(act.state)],
        steps=[(STEPS[Event(one.event)], one.happened_on) for one in steps],
        received=_received(rows),
        total=len(rows),
        supporters=sum(row.support_count for row in rows),
        outcomes=outcomes,
        taken_in=by_fate["in"],
        not_taken_in=by_fate["out"],
        others=by_fate["other"],
        waiting=waiting,
        is_final=not waiting and act.state != ActState.DEBATE,
        meetings=meetings,
        council=council,
    )


def view_meeting(debate: Debate, minutes: Minutes, rows: Sequence[AmendmentRow]) -> Meeting:
    """A meeting whose minutes are published."""
    speakers = {one.position: one.name for one in minutes.speakers}
    addresses = {row.number: f"/acts/{row.act_id}/amendments/{row.id}" for row in rows}
    return Meeting(
        held_at=minutes.starts_at,
        place=minutes.place,
        href=f"/acts/{debate.act_id}/debates/{debate.position}",
        attendance=minutes.attendance,
        spoke=sum(one.spoke for one in minutes.speakers),
        recommendations=[
            Oral(
                speaker=speakers.get(one.speaker, ""),
                body=one.body,
                number=one.amendment,
                href=addresses.get(one.amendment, ""),
            )
            for one in minutes.recommendations
        ],
    )


def view_council_part(
    act: Act,
    sitting: Sitting,
    table: TablePage,
    taken: Mapping[str, TakeOver],
    votes: Sequence[CouncilVote],
) -> CouncilPart | None:
    """How the council voted; nothing before its vote begins."""
    order = read_order(sitting)
    if order is None:
        return None
    views = {row.view.id: row.view for row in table.rows}
    head = view_head(act, sitting)
    return CouncilPart(
        held_on=sitting.held_on,
        majority=head.majority,
        decision=head.decision,
        href=f"/acts/{act.id}/sitting",
        motions=view_motions(order, views, taken, votes, fates_of(order, votes), read_roll(sitting)),
    )


def _fate(state: str) -> str:
    """Whether an answer put an amendment into the text, or refused it; all else is neither."""
    if state in {outcome.value for outcome in INTO_TEXT}:
        return "in"
    return "out" if state in (Outcome.REJECTED.value, Outcome.OUT_OF_SCOPE.value) else "other"


def _received(rows: Sequence[AmendmentRow]) -> list[Received]:
    """By kind of author. An association is one author, whoever signs for it."""
    found: list[Received] = []
    for kind, title in AUTHOR_KINDS.items():
        own = [row for row in rows if row.author_kind == kind.value]
        authors = {
            row.on_behalf_of.casefold()
            if kind in (AuthorKind.ASSOCIATION, AuthorKind.BUSINESS)
            else row.author_id
            for row in own
        }
        if own:
            found.append(Received(title=title, amendments=len(own), authors=len(authors)))
    return found


# ── printed ───────────────────────────────────────────────────────────────────
def print_report(report: DebateReport, imprint: Imprint) -> dict[str, Any]:
    """The report as it is printed."""
    locale = imprint.locale

    def say(message: str, **facts: object) -> str:
        return translate(locale, message, **facts)

    frame = print_frame(imprint, title=say(TITLE), number=report.act_number, description=report.act_title)
    blocks = [
        paragraph(f"{report.act_number} · {report.act_title}"),
        paragraph(
            f"{say(N_('Initiator'))}: {report.initiator}. {say(N_('Department'))}: {report.department}."
        ),
    ]
    if not report.is_final:
        blocks.append(paragraph(say(N_("The debate goes on: this report is not final yet."))))
    blocks += [heading(say(N_("Procedure"))), {"kind": "list", "items": _steps(report, locale)}]
    blocks.append(heading(say(N_("What was received"))))
    rows = [([say(one.title)], [str(one.amendments)], [str(one.authors)]) for one in report.received]
    rows.append(
        ([say(N_("In all"))], [str(report.total)], [str(sum(one.authors for one in report.received))])
    )
    head = [say(one) for one in (N_("From"), N_("Amendments"), N_("Authors"))]
    blocks.append(table_block(head, rows, columns=[3, 1, 1], size=10))
    if report.outcomes:
        outcomes = [([say(title)], [str(number)]) for title, number in report.outcomes]
        blocks += [
            heading(say(N_("What was answered"))),
            table_block([say(N_("The answer")), say(N_("Amendments"))], outcomes, columns=[4, 1], size=10),
        ]
    blocks += _meetings(report, locale)
    for title, chosen in _parts(report):
        blocks += [heading(say(title)), *_amendments(chosen, locale)]
    blocks += _council(report, locale)
    return {**frame, "blocks": blocks}


def _steps(report: DebateReport, locale: Locale) -> list[str]:
    return [f"{show_date(on, locale)}: {translate(locale, title)}" for title, on in report.steps]


def _parts(report: DebateReport) -> list[tuple[str, list[TableRow]]]:
    return [
        (N_("Taken into the text"), report.taken_in),
        (N_("Not taken in, and why"), report.not_taken_in),
        (N_("All others"), report.others),
    ]


def _amendments(rows: Sequence[TableRow], locale: Locale) -> list[dict[str, Any]]:
    if not rows:
        return [paragraph(translate(locale, N_("None.")))]
    head = [translate(locale, one) for one in (N_("Amendment"), N_("What is proposed"), N_("The answer"))]
    cells = [
        (
            [row.view.number, row.view.author],
            [said for change in row.view.changes for said in change.sentences],
            [translate(locale, row.view.state_title), *([row.because] if row.because else [])],
        )
        for row in rows
    ]
    return [table_block(head, cells, columns=[3, 6, 5], size=9)]


def said_of(meeting: Meeting, locale: Locale) -> str:
    """When and where it was, and how many were there."""
    return translate(
        locale,
        N_("%(day)s, %(place)s. People there: %(attendance)s. Speakers: %(spoke)s."),
        day=show_date(meeting.held_at, locale),
        place=meeting.place,
        attendance=meeting.attendance,
        spoke=meeting.spoke,
    )


def _meetings(report: DebateReport, locale: Locale) -> list[dict[str, Any]]:
    """What was recommended by word of mouth."""
    blocks: list[dict[str, Any]] = []
    for one in report.meetings:
        rows = [([said.speaker], [said.body], [said.number or "–"]) for said in one.recommendations]
        head = [translate(locale, text) for text in (N_("Who"), N_("What was recommended"), N_("Amendment"))]
        blocks.append(paragraph(said_of(one, locale)))
        if rows:
            blocks.append(table_block(head, rows, columns=[3, 8, 3], size=9))
        else:
            blocks.append(paragraph(translate(locale, N_("Nobody recommended anything by word of mouth."))))
    return [heading(translate(locale, N_("Said at the public debate"))), *blocks] if blocks else []


def _council(report: DebateReport, locale: Locale) -> list[dict[str, Any]]:
    council = report.council
    if council is None:
        return []
    rows = [
        (
            [one.amendment.number if one.amendment else report.act_number, one.councillor],
            [translate(locale, one.fate_title), one.felled_by],
            [f"{translate(locale, title)}: {number}" for title, number in one.vote.counts]
            if one.vote
            else ["–"],
        )
        for one in council.motions
    ]
    head = [
        translate(locale, text)
        for text in (N_("What was voted"), N_("What became of it"), N_("Counted votes"))
    ]
    said = f"{show_date(council.held_on, locale)}, {translate(locale, council.majority)}."
    return [
        heading(translate(locale, N_("The council’s vote"))),
        paragraph(f"{said} {council.decision}".strip()),
        table_block(head, rows, columns=[4, 4, 5], size=9),
    ]
