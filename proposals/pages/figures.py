"""What the template of a cycle's figures is given."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from app.kit.i18n import N_, Locale
from cycles.models import Cycle
from proposals.pages.projects import title_of
from proposals.queries.figures import Counted, Living
from proposals.rules.figures import BAND_NAMES, FEW, Spread, band_of, hide_small, spread

STEP_NAMES = {
    "taken": N_("From sending to the beginning of the review"),
    "decided": N_("From sending to the first decision"),
    "answered": N_("From a question to the author until the clock ran again"),
    "advised": N_("From a question to another department to its answer"),
    "contested": N_("From a contestation to the decision on it"),
    "contracted": N_("From the result of the vote to the contract"),
    "built": N_("From the result of the vote to the reception of the works"),
}


class StepView(msgspec.Struct, frozen=True):
    """How long a step took. `key`: as in the file for spreadsheets."""

    key: str
    name: str
    spread: Spread


class PeopleTable(msgspec.Struct, frozen=True):
    """People by area or age band; None: hidden. `key`: as in the file for spreadsheets."""

    key: str
    rows: list[tuple[str, int | None]]
    total: int

    @property
    def is_some_hidden(self) -> bool:
        return any(count is None for _, count in self.rows)


class FiguresPage(msgspec.Struct, frozen=True):
    """The figures of a cycle."""

    cycle: str
    cycle_title: str
    steps: list[StepView]
    rejected: list[tuple[str, str, int]]
    areas: list[tuple[str, int, int]]
    loads: list[tuple[str, int, int, int]]  # department, received, open, overdue
    people: list[PeopleTable]


def build_figures(
    cycle: Cycle,
    locale: Locale,
    counted: Counted,
) -> FiguresPage:
    """The figures of a cycle; of people only what finds nobody."""
    people = [
        table
        for kind, some in (("authors", counted.authors), ("voters", counted.voters))
        for table in (_by_area(f"{kind}-area", some), _by_band(f"{kind}-age", some, cycle.year))
        if table.total >= FEW
    ]
    return FiguresPage(
        cycle=cycle.slug,
        cycle_title=title_of(cycle, locale),
        steps=[
            StepView(key, STEP_NAMES[key], found)
            for key in STEP_NAMES
            if (found := spread(counted.days.get(key, []))) is not None
        ],
        rejected=[
            (code, title if locale == "ro" else title_en, n) for code, title, title_en, n in counted.rejected
        ],
        areas=counted.areas,
        loads=[
            (one.name if locale == "ro" else one.name_en, one.received, one.open, one.overdue)
            for one in counted.loads
        ],
        people=people,
    )


def _by_area(key: str, people: Sequence[Living]) -> PeopleTable:
    counts: Counter[str] = Counter()
    for one in people:
        counts[one.area] += one.count
    return _table(key, dict(sorted(counts.items())))


def _by_band(key: str, people: Sequence[Living], year: int) -> PeopleTable:
    counts: Counter[str] = Counter(dict.fromkeys(BAND_NAMES, 0))
    for one in people:
        counts[band_of(year - one.birth_year) if one.birth_year else ""] += one.count
    return _table(key, dict(counts))


def _table(key: str, counts: Mapping[str, int]) -> PeopleTable:
    return PeopleTable(key, list(hide_small(counts).items()), sum(counts.values()))


def list_cells(page: FiguresPage) -> list[list[str]]:
    """Everything that the page says, a row each: table, row, count, median and p90 in days."""
    cells = [
        ["days", one.key, str(one.spread.count), str(one.spread.median), str(one.spread.p90)]
        for one in page.steps
    ]
    cells += [["rejected", code, str(count), "", ""] for code, _, count in page.rejected]
    cells += [["ideas-sent", name, str(sent), "", ""] for name, sent, _ in page.areas]
    cells += [["ideas-accepted", name, str(good), "", ""] for name, _, good in page.areas]
    for place, name in enumerate(("department-received", "department-open", "department-overdue"), 1):
        cells += [[name, str(load[0]), str(load[place]), "", ""] for load in page.loads]
    for table in page.people:
        cells += [[table.key, name, "" if n is None else str(n), "", ""] for name, n in table.rows]
    return cells
