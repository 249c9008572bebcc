"""The comparative table: what the text says, what was proposed, by whom, what was answered and why.

One row an amendment, in the order of the text. The same rows are a page, a CSV file, a DOCX and a PDF.
Source: Law 52/2003, art. 7 (10) d) and art. 12 (3).
"""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from amendments.models import Act, AmendmentRow, Answer
from amendments.pages.amendments import AmendmentView
from amendments.pages.changes import ChangeView
from amendments.pages.choosing import KINDS, STATES, Chosen
from amendments.states import AmendmentState
from app.kit.i18n import N_, Locale, show_date, translate

HEAD = (
    N_("Amendment"),
    N_("The text now"),
    N_("What is proposed"),
    N_("Author"),
    N_("The answer"),
    N_("Reason of the answer"),
)
SHARES = (9, 20, 26, 12, 14, 19)  # of the width of a printed page


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment with its answer. `counter`: the text that stands for it, where it was accepted otherwise
    or in part; `reason` is the author's, `because` the answer's.
    """

    view: AmendmentView
    reason: str
    answered_by: str
    because: str
    counter: list[ChangeView]


class TablePage(msgspec.Struct, frozen=True, kw_only=True):
    """The comparative table of an act, or the part of it that was asked for."""

    act_id: str
    act_number: str
    act_title: str
    rows: list[TableRow]
    total: int
    chosen: Chosen
    articles: list[tuple[str, str]]
    states: tuple[tuple[str, str], ...] = STATES
    author_kinds: tuple[tuple[str, str], ...] = KINDS


def build_table(
    act: Act,
    rows: Sequence[AmendmentRow],
    views: Mapping[uuid.UUID, AmendmentView],
    answers: Mapping[uuid.UUID, Answer],
    counters: Mapping[uuid.UUID, list[ChangeView]],
    *,
    places: Mapping[uuid.UUID, int],
    total: int,
    chosen: Chosen,
    articles: list[tuple[str, str]],
) -> TablePage:
    """The rows in the order of the text, then of the register. `places`: where each amendment begins."""
    ordered = sorted(rows, key=lambda row: (places.get(row.id, -1), row.rank or 0))
    return TablePage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        rows=[
            _view_row(row, views[row.id], answers.get(row.id), counters.get(row.id, [])) for row in ordered
        ],
        total=total,
        chosen=chosen,
        articles=articles,
    )


def _view_row(
    row: AmendmentRow, view: AmendmentView, answer: Answer | None, counter: list[ChangeView]
) -> TableRow:
    holds = answer if row.state == AmendmentState.ANSWERED else None
    return TableRow(
        view=view,
        reason=row.reason,
        answered_by=f"{holds.by_name}, {holds.by_function}" if holds else "",
        because=holds.reason if holds else row.state_reason,
        counter=counter if holds else [],
    )


# ── the same rows as plain words, for files ───────────────────────────────────
class PlainRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table in words, a list of paragraphs for each cell, in the order of HEAD."""

    cells: tuple[tuple[str, ...], ...]


def before_of(change: ChangeView) -> str:
    """The text of a unit without what is added to it."""
    return "".join(piece.text for piece in change.segments if piece.fate != "added")


def plain_rows(table: TablePage, locale: Locale) -> list[PlainRow]:
    """The table as words in the reader's language."""
    return [PlainRow(cells=_plain_cells(row, locale)) for row in table.rows]


def _plain_cells(row: TableRow, locale: Locale) -> tuple[tuple[str, ...], ...]:
    view = row.view
    now = tuple(f"{change.place}: {before_of(change) or '–'}" for change in view.changes)
    proposed = [said for change in view.changes for said in change.sentences]
    counter = [said for change in row.counter for said in change.sentences]
    if counter:
        counter.insert(0, translate(locale, N_("The text that stands for it:")))
    author = [view.author, translate(locale, view.author_kind)]
    if view.submitted_at:
        author.append(show_date(view.submitted_at, locale))
    return (
        (view.number,),
        now,
        (*proposed, *((f"{translate(locale, N_('Why'))}: {row.reason}",) if row.reason else ())),
        tuple(author),
        (translate(locale, view.state_title), *((row.answered_by,) if row.answered_by else ()), *counter),
        (row.because,) if row.because else (),
    )
