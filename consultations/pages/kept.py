"""Whether the programme was kept: by official and by neighbourhood."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction

import msgspec

from app.kit.clock import local_date
from app.kit.i18n import N_
from consultations.pages.tables import SatisfactionView
from consultations.queries import Listed
from consultations.rules.commitments import Tally as Promises
from consultations.rules.door import Attendance
from consultations.rules.kept import Kept, Record, judge, notice_days, rate, report_by, shortest_notice
from consultations.states import State

KEPT_TITLES: dict[Kept, str] = {
    Kept.KEPT: N_("kept"),
    Kept.NOT_KEPT: N_("not kept"),
    Kept.PENDING: N_("still to come"),
    Kept.EXTRA: N_("announced too late to count"),
}
CSV_HEAD = (
    "number",
    "season",
    "season_ends_on",
    "official",
    "office",
    "neighbourhood",
    "venue",
    "first_notice_days",
    "first_starts_on",
    "starts_on",
    "report_by",
    "state",
    "moves",
    "shortest_notice_days",
    "as_of",
    "people_least",
    "people_most",
)


class Judged(msgspec.Struct, frozen=True):
    """A consultation with what became of it."""

    one: Listed
    record: Record
    kept: Kept


def judge_all(records: Iterable[tuple[Listed, Record]], *, today: date) -> list[Judged]:
    """By the rule, as of `today`."""
    return [
        Judged(one, record, judge(record, season_ends_on=one.season.ends_on, today=today))
        for one, record in records
    ]


def write_row(judged: Judged, counted: Attendance | None, *, today: date) -> list[str]:
    """The raw facts of a consultation, as published: what the rule needs, and not its verdict; and how many
    people were `counted` at the door of one that was held.
    """
    people = counted.people if counted else None
    one, record = judged.one, judged.record
    shortest = shortest_notice(record)
    return [
        one.row.number or "",
        one.season.title,
        one.season.ends_on.isoformat(),
        one.host.name,
        one.host.office,
        one.venue.area,
        f"{one.venue.name}, {one.venue.address}",
        str(notice_days(record.published_at, record.first_starts_at)),
        local_date(record.first_starts_at).isoformat(),
        local_date(record.starts_at).isoformat(),
        report_by(record, season_ends_on=one.season.ends_on).isoformat(),
        one.row.state,
        str(len(record.moves)),
        "" if shortest is None else str(shortest),
        today.isoformat(),
        "" if people is None else str(people.least),
        "" if people is None else str(people.most),
    ]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many were kept, of one official or of all. `percent`: None while nothing has been due."""

    name: str
    office: str
    path: str
    kept: int
    not_kept: int
    pending: int
    extra: int
    percent: int | None


def count(judged: Sequence[Judged], *, name: str = "", office: str = "", path: str = "") -> Tally:
    """Percent are rounded down: 99.6 is not 100."""
    verdicts = [one.kept for one in judged]
    share: Fraction | None = rate(verdicts)
    return Tally(
        name=name,
        office=office,
        path=path,
        kept=verdicts.count(Kept.KEPT),
        not_kept=verdicts.count(Kept.NOT_KEPT),
        pending=verdicts.count(Kept.PENDING),
        extra=verdicts.count(Kept.EXTRA),
        percent=None if share is None else int(share * 100),
    )


def count_hosts(judged: Sequence[Judged]) -> list[Tally]:
    """By official, in the order of their names."""
    by_host: dict[str, list[Judged]] = {}
    for one in judged:
        by_host.setdefault(one.one.host.slug, []).append(one)
    tallies = [
        count(
            own, name=own[0].one.host.name, office=own[0].one.host.office, path=f"/consultations/hosts/{slug}"
        )
        for slug, own in by_host.items()
    ]
    return sorted(tallies, key=lambda one: one.name)


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation that was not kept, with the reason. `state`: of it, `why`: what was said."""

    number: str
    title: str
    path: str
    host: str
    starts_at: datetime
    state: str
    why: str


class Visited(msgspec.Struct, frozen=True, kw_only=True):
    """A neighbourhood: how often somebody came, and comes."""

    code: str
    name: str
    held: int
    last_at: datetime | None
    next_at: datetime | None


def count_visits(
    judged: Sequence[Judged], areas: Sequence[tuple[str, str]], *, now: datetime
) -> list[Visited]:
    """Those where nobody was first, then by how often."""
    visits = []
    for code, name in areas:
        own = [one.one.row for one in judged if one.one.venue.area_code == code]
        held = [row.starts_at for row in own if row.state == State.HELD]
        coming = [row.starts_at for row in own if row.state == State.PUBLISHED and row.starts_at > now]
        visits.append(
            Visited(
                code=code,
                name=name,
                held=len(held),
                last_at=max(held, default=None),
                next_at=min(coming, default=None),
            )
        )
    return sorted(visits, key=lambda one: (one.held, one.name))


class KeptPage(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the programme was kept."""

    season: str
    seasons: list[tuple[str, str]]
    total: Tally
    hosts: list[Tally]
    broken: list[Broken]
    visits: list[Visited]
    satisfaction: SatisfactionView | None
    promised: Promises
    query: str
