"""The public table of what participants say."""

import msgspec

from app.kit.i18n import Locale, show_number
from consultations.rules.satisfaction import POINTS, QUESTION_TITLES, Row, Table


class SatisfactionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A question. `title`: a msgid; `counts`: in the order of the points; * is hidden, 7+ at least 7."""

    title: str
    counts: list[str]
    average: str


class SatisfactionView(msgspec.Struct, frozen=True, kw_only=True):
    """The table."""

    answers: int
    rows: list[SatisfactionRow]


def _show(row: Row, point: str) -> str:
    count = row.counts[point]
    if count is None:
        return "*"
    return f"{count}+" if point in row.at_least else str(count)


def view_table(table: Table | None, locale: Locale) -> SatisfactionView | None:
    """As it is shown; None when there is none."""
    if table is None:
        return None
    return SatisfactionView(
        answers=table.answers,
        rows=[
            SatisfactionRow(
                title=QUESTION_TITLES[row.question],
                counts=[_show(row, point) for point in POINTS],
                average="" if row.average is None else show_number(float(row.average), locale),
            )
            for row in table.rows
        ],
    )
