"""The report on a debate: what was received and from whom, what was taken in, what was not and why.

It is made of the answers that hold, and of nothing else, so that it cannot say what they do not.
Source: Law 52/2003, art. 7 (10) d) and art. 12 (3).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from amendments.models import Act, ActEvent, AmendmentRow
from amendments.pages.printed import Imprint, heading, paragraph, print_frame, table_block
from amendments.pages.table import TablePage, TableRow
from amendments.pages.words import ACT_STATES, AUTHOR_KINDS, OUTCOMES, STEPS
from amendments.rules.procedure import Event
from amendments.states import INTO_TEXT, UNANSWERED, ActState, AmendmentState, AuthorKind, Outcome
from app.kit.i18n import N_, Locale, show_date, translate

TITLE = N_("Report on the public debate")


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What came from one kind of author: how many amendments, from how many of them."""

    title: str
    amendments: int
    authors: int


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


def build_report(
    act: Act, table: TablePage, rows: Sequence[AmendmentRow], steps: Sequence[ActEvent]
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
    for title, chosen in _parts(report):
        blocks += [heading(say(title)), *_amendments(chosen, locale)]
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
