"""The rules of the programme: days that recur, clashes, who has a place, whether it was kept."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.clock import BUCHAREST, local_date
from consultations.rules.clashes import ClashKind, Occasion, Slot, find_clashes
from consultations.rules.kept import Kept, Move, Record, judge, notice_days, rate
from consultations.rules.places import Party, count_free, list_promoted
from consultations.rules.recurrence import MOST_DAYS, Every, Recurrence, at, list_days

FIRST = date(2027, 2, 16)  # the third Tuesday


# ── days that recur ───────────────────────────────────────────────────────────
def test_every_second_week() -> None:
    weeks = Recurrence(every=Every.WEEKS, step=2, until=date(2027, 4, 1))
    assert list_days(FIRST, weeks) == [FIRST, date(2027, 3, 2), date(2027, 3, 16), date(2027, 3, 30)]


def test_the_fifth_of_a_month_is_its_last() -> None:
    months = Recurrence(every=Every.MONTHS, step=1, until=date(2027, 6, 30))
    assert list_days(date(2027, 3, 29), months) == [  # the fifth Monday
        date(2027, 3, 29),
        date(2027, 4, 26),
        date(2027, 5, 31),
        date(2027, 6, 28),
    ]


@given(
    first=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    every=st.sampled_from(Every),
    step=st.integers(1, 6),
    lasts=st.integers(0, 800),
)
def test_every_day_is_on_the_same_weekday_and_within(
    first: date, every: Every, step: int, lasts: int
) -> None:
    until = first + timedelta(days=lasts)
    days = list_days(first, Recurrence(every=every, step=step, until=until))
    assert days[0] == first
    assert days == sorted(set(days))
    assert {day.weekday() for day in days} == {first.weekday()}
    assert days[-1] <= until
    assert len(days) <= MOST_DAYS


def test_an_hour_of_the_wall_clock_stays_across_the_change() -> None:
    weeks = Recurrence(every=Every.WEEKS, step=1, until=date(2027, 4, 1))
    hours = [at(day, time(18, 0)) for day in list_days(date(2027, 3, 23), weeks)]
    assert [moment.astimezone(BUCHAREST).hour for moment in hours] == [18, 18]
    assert [moment.hour for moment in hours] == [16, 15]  # UTC, before and after 28 March


# ── clashes ───────────────────────────────────────────────────────────────────
SEASON = (date(2027, 2, 1), date(2027, 6, 30))
NOW = datetime(2027, 2, 1, 8, 0, tzinfo=UTC)


def slot(key: str, start: str, **given: Any) -> Slot:
    starts_at = datetime.fromisoformat(start).replace(tzinfo=BUCHAREST)
    facts = {"title": key, "host": "popa", "venue": "280", "ends_at": starts_at + timedelta(hours=2)}
    return Slot(**{"key": key, "starts_at": starts_at, "path": f"/{key}"} | facts | given)


@pytest.mark.parametrize(
    ("other", "kinds"),
    [
        (slot("b", "2027-02-16T18:00"), [ClashKind.HOST, ClashKind.VENUE]),
        (slot("b", "2027-02-16T18:00", venue="7"), [ClashKind.HOST]),
        (slot("b", "2027-02-16T18:00", host="ene"), [ClashKind.VENUE]),
        (slot("b", "2027-02-16T20:00", venue="7"), [ClashKind.HOST]),  # no time to get there
        (slot("b", "2027-02-16T20:30", venue="7"), []),
        (slot("b", "2027-02-16T20:00", host="ene"), [ClashKind.VENUE]),  # the room has to be emptied
        (slot("b", "2027-02-16T20:15"), [ClashKind.VENUE]),
        (slot("b", "2027-02-16T15:30"), []),
        (slot("b", "2027-02-17T18:00"), []),
        (slot("a", "2027-02-16T18:00"), []),  # itself
    ],
)
def test_nobody_is_in_two_places_and_no_room_is_taken_twice(other: Slot, kinds: list[ClashKind]) -> None:
    found = find_clashes(
        slot("a", "2027-02-16T18:00"),
        others=[other],
        occasions=[],
        season=SEASON,
        days_off=frozenset(),
        now=NOW,
    )
    assert [one.kind for one in found] == kinds
    assert all(one.is_blocking for one in found)


def test_holidays_bridge_days_other_events_and_days_outside_are_told() -> None:
    debate = Occasion(
        title="Dezbatere",
        starts_at=datetime(2027, 5, 4, 15, 0, tzinfo=UTC),
        ends_at=datetime(2027, 5, 4, 17, 0, tzinfo=UTC),
        path="/acts/1",
    )

    def kinds(start: str) -> list[ClashKind]:
        return [
            one.kind
            for one in find_clashes(
                slot("a", start),
                others=[],
                occasions=[debate],
                season=SEASON,
                days_off=frozenset({date(2027, 4, 29)}),
                now=NOW,
            )
        ]

    assert kinds("2027-05-03T18:00") == [ClashKind.HOLIDAY]  # the Monday of Orthodox Easter
    assert kinds("2027-04-29T18:00") == [ClashKind.HOLIDAY]  # declared
    assert kinds("2027-05-04T18:00") == [ClashKind.EVENT]
    assert kinds("2027-05-05T18:00") == []
    assert kinds("2027-07-01T18:00") == [ClashKind.OUTSIDE]
    assert kinds("2027-02-01T09:00") == [ClashKind.PAST]


# ── places ────────────────────────────────────────────────────────────────────
parties = st.lists(st.integers(1, 5), max_size=12).map(
    lambda sizes: [Party(str(place), size) for place, size in enumerate(sizes)]
)


@given(waiting=parties, free=st.none() | st.integers(0, 30))
def test_the_list_is_served_in_its_order_and_nobody_is_passed_over(
    waiting: list[Party], free: int | None
) -> None:
    promoted = list_promoted(free, waiting)
    assert promoted == waiting[: len(promoted)]
    taken = sum(party.places for party in promoted)
    if free is None:
        assert promoted == waiting
    else:
        assert taken <= free
        assert len(promoted) == len(waiting) or taken + waiting[len(promoted)].places > free


def test_an_overfull_room_has_no_free_places() -> None:
    assert count_free(3, [Party("a", 5)]) == 0
    assert count_free(None, [Party("a", 5)]) is None


# ── kept or not ───────────────────────────────────────────────────────────────
STARTS = datetime(2027, 2, 16, 16, 0, tzinfo=UTC)


def record(**given: Any) -> Record:
    facts = {
        "published_at": NOW,
        "first_starts_at": STARTS,
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(hours=2),
    }
    return Record(**facts | given)


def moved(days_before: int, *, to: datetime = STARTS) -> dict[str, Any]:
    move = Move(STARTS - timedelta(days=days_before), STARTS)
    return {"moves": (move,), "starts_at": to, "ends_at": to + timedelta(hours=2)}


LATER = STARTS + timedelta(days=14)


@pytest.mark.parametrize(
    ("one", "today", "verdict"),
    [
        (record(), "2027-02-16", Kept.PENDING),
        (record(), "2027-02-19", Kept.PENDING),
        (record(), "2027-02-20", Kept.NOT_KEPT),  # nobody said what became of it
        (record(is_held=True), "2027-02-16", Kept.KEPT),
        (record(is_held=False), "2027-02-16", Kept.NOT_KEPT),
        (record(is_cancelled=True), "2027-02-15", Kept.PENDING),  # it may take place after all
        (record(is_cancelled=True), "2027-02-16", Kept.NOT_KEPT),
        (record(is_held=True, **moved(7)), "2027-02-16", Kept.KEPT),
        (record(is_held=True, **moved(6)), "2027-02-16", Kept.NOT_KEPT),
        (record(**moved(7, to=LATER)), "2027-02-20", Kept.PENDING),
        (record(**moved(7, to=LATER)), "2027-03-06", Kept.NOT_KEPT),
        (record(is_cancelled=True, **moved(7, to=LATER)), "2027-02-16", Kept.NOT_KEPT),
        # put off to after the season: not kept when the season is over, whatever happens later
        (record(**moved(7, to=datetime(2027, 9, 1, 16, 0, tzinfo=UTC))), "2027-07-03", Kept.PENDING),
        (record(**moved(7, to=datetime(2027, 9, 1, 16, 0, tzinfo=UTC))), "2027-07-04", Kept.NOT_KEPT),
        (
            record(is_held=True, **moved(7, to=datetime(2027, 9, 1, 16, 0, tzinfo=UTC))),
            "2027-09-02",
            Kept.NOT_KEPT,
        ),
        (record(published_at=STARTS - timedelta(days=6), is_held=True), "2027-02-16", Kept.EXTRA),
        (record(published_at=STARTS - timedelta(days=6), is_held=False), "2027-02-16", Kept.EXTRA),
        (record(published_at=STARTS - timedelta(days=7), is_held=True), "2027-02-16", Kept.KEPT),
    ],
)
def test_whether_a_consultation_was_kept(one: Record, today: str, verdict: Kept) -> None:
    assert judge(one, season_ends_on=SEASON[1], today=date.fromisoformat(today)) is verdict


def test_notice_is_counted_in_days_of_the_calendar_in_bucharest() -> None:
    midnight = datetime(2027, 2, 8, 22, 0, tzinfo=UTC)  # the 9th has just begun in Bucharest
    assert notice_days(midnight, STARTS) == 7
    assert notice_days(midnight - timedelta(seconds=1), STARTS) == 8
    assert local_date(midnight) == date(2027, 2, 9)


def test_the_rate_counts_what_was_due() -> None:
    assert rate([Kept.KEPT, Kept.KEPT, Kept.NOT_KEPT, Kept.PENDING, Kept.EXTRA]) == Fraction(2, 3)
    assert rate([Kept.PENDING]) is None
