"""The legal clock of a draft decision: vectors for each step, and a second, naive calendar beside it."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amendments.rules.procedure import (
    LAW,
    ONE_DAY,
    Clock,
    Event,
    Provision,
    Sense,
    Standing,
    clocks,
    may_happen,
    moved_by,
)
from app.kit.deadlines import Term, Unit
from tests.amendments.conftest import SOME

ANNOUNCED = date(2026, 11, 20)  # a Friday
NONE: frozenset[date] = frozenset()
DAYS = st.dates(date(2024, 1, 1), date(2031, 1, 1))


def clock_of(step: Event, happened: dict[Event, date], today: date, **more: object) -> Clock:
    """The step's clock that has begun; the first, where none has."""
    found = [one for one in clocks(happened, today=today, **more) if one.provision.step is step]  # type: ignore[arg-type]
    found = [one for one in found if one.standing is not Standing.WAITING] or found[:1]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("after", "begun", "step", "due_on", "skipped"),
    [
        # across 30 Nov, 1 Dec, Christmas (25; the 26th is a Saturday), 1, 6 and 7 Jan (the 2nd is a Saturday)
        (Event.ANNOUNCED, date(2026, 11, 20), Event.SENT_TO_ENDORSEMENT, date(2027, 1, 11), 6),
        # across Good Friday 30 April, Easter Monday 3 May and 1 June 2027 (1 May is a Saturday)
        (Event.ANNOUNCED, date(2027, 4, 22), Event.SENT_TO_ENDORSEMENT, date(2027, 6, 8), 3),
        # ten days after 20 Nov is 30 Nov, a holiday, and 1 Dec is one too
        (Event.ANNOUNCED, date(2026, 11, 20), Event.PROPOSALS_ENDED, date(2026, 12, 2), 0),
        (Event.ANNOUNCED, date(2027, 3, 1), Event.PROPOSALS_ENDED, date(2027, 3, 11), 0),
        (Event.REOPENED, date(2027, 3, 1), Event.PROPOSALS_ENDED, date(2027, 3, 11), 0),
        # a Sunday, then Easter Monday: until Tuesday
        (Event.DEBATE_ENDED, date(2027, 4, 22), Event.DEBATE_PAPERS, date(2027, 5, 4), 0),
        (Event.DEBATE_CALLED, date(2026, 12, 15), Event.DEBATE_ENDED, date(2026, 12, 28), 0),
        (Event.SITTING_CALLED, date(2027, 1, 3), Event.SITTING, date(2027, 1, 8), 0),
    ],
)
def test_each_step_across_the_holidays(
    after: Event, begun: date, step: Event, due_on: date, skipped: int
) -> None:
    clock = clock_of(step, {after: begun}, begun)
    assert clock.deadline is not None
    assert (clock.deadline.due_on, clock.deadline.holidays_skipped) == (due_on, skipped)
    assert clock.provision.term.source.startswith("Legea 52/2003")


@pytest.mark.parametrize(
    ("after", "begun", "step", "days_off", "due_on"),
    [
        # Christmas to 7 January: a bridge day, and three of them
        (
            Event.ANNOUNCED,
            date(2026, 11, 20),
            Event.SENT_TO_ENDORSEMENT,
            [date(2026, 12, 24)],
            date(2027, 1, 12),
        ),
        (
            Event.ANNOUNCED,
            date(2026, 11, 20),
            Event.SENT_TO_ENDORSEMENT,
            [date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 8)],
            date(2027, 1, 14),
        ),
        # Orthodox Easter: Maundy Thursday, and the Tuesday after
        (
            Event.ANNOUNCED,
            date(2027, 4, 22),
            Event.SENT_TO_ENDORSEMENT,
            [date(2027, 4, 29), date(2027, 5, 4)],
            date(2027, 6, 10),
        ),
        # ten days end on 30 November, then 1 December; the Wednesday and Thursday after are declared
        (
            Event.ANNOUNCED,
            date(2026, 11, 20),
            Event.PROPOSALS_ENDED,
            [date(2026, 12, 2), date(2026, 12, 3)],
            date(2026, 12, 4),
        ),
        # in the middle of calendar days nothing moves
        (Event.ANNOUNCED, date(2027, 3, 1), Event.PROPOSALS_ENDED, [date(2027, 3, 5)], date(2027, 3, 11)),
        (Event.REOPENED, date(2027, 3, 1), Event.PROPOSALS_ENDED, [date(2027, 3, 11)], date(2027, 3, 12)),
        (
            Event.DEBATE_CALLED,
            date(2026, 12, 15),
            Event.DEBATE_ENDED,
            [date(2026, 12, 28)],
            date(2026, 12, 29),
        ),
        (Event.DEBATE_ENDED, date(2027, 4, 22), Event.DEBATE_PAPERS, [date(2027, 5, 4)], date(2027, 5, 5)),
        (Event.SITTING_CALLED, date(2027, 1, 3), Event.SITTING, [date(2027, 1, 8)], date(2027, 1, 11)),
    ],
)
def test_each_step_across_holidays_and_bridge_days(
    after: Event, begun: date, step: Event, days_off: list[date], due_on: date
) -> None:
    clock = clock_of(step, {after: begun}, begun, days_off=frozenset(days_off))
    assert clock.deadline is not None
    assert clock.deadline.due_on == due_on


def test_every_step_of_the_law_has_a_vector_of_its_own() -> None:
    assert [one.step for one in LAW] == [
        Event.PROPOSALS_ENDED,
        Event.PROPOSALS_ENDED,
        Event.SENT_TO_ENDORSEMENT,
        Event.DEBATE_ENDED,
        Event.DEBATE_PAPERS,
        Event.SITTING,
    ]


def test_the_draft_may_not_be_sent_to_endorsement_before_the_whole_term_has_passed() -> None:
    happened = {Event.ANNOUNCED: ANNOUNCED}
    last = date(2027, 1, 11)
    [broken] = may_happen(Event.SENT_TO_ENDORSEMENT, last, happened)
    assert (broken.standing, broken.from_on) == (Standing.BROKEN, last + ONE_DAY)
    assert may_happen(Event.SENT_TO_ENDORSEMENT, last + ONE_DAY, happened) == ()


def test_proposals_are_received_through_the_last_day() -> None:
    happened = {Event.ANNOUNCED: ANNOUNCED}
    assert may_happen(Event.PROPOSALS_ENDED, date(2026, 12, 1), happened)
    assert may_happen(Event.PROPOSALS_ENDED, date(2026, 12, 2), happened) == ()


@pytest.mark.parametrize(
    ("today", "done_on", "standing"),
    [
        (date(2027, 3, 20), None, Standing.RUNNING),
        (
            date(2027, 3, 22),
            None,
            Standing.RUNNING,
        ),  # the last day: Saturday the 20th's term went on to Monday
        (date(2027, 3, 23), None, Standing.LATE),
        (date(2027, 3, 23), date(2027, 3, 22), Standing.KEPT),
        (date(2027, 3, 23), date(2027, 3, 23), Standing.BROKEN),
    ],
)
def test_the_papers_of_a_debate(today: date, done_on: date | None, standing: Standing) -> None:
    happened = {Event.DEBATE_ENDED: date(2027, 3, 10)}
    if done_on:
        happened[Event.DEBATE_PAPERS] = done_on
    assert clock_of(Event.DEBATE_PAPERS, happened, today).standing is standing


def test_a_step_whose_term_has_not_begun_waits() -> None:
    clock = clock_of(Event.DEBATE_PAPERS, {Event.ANNOUNCED: ANNOUNCED}, ANNOUNCED)
    assert (clock.standing, clock.deadline) == (Standing.WAITING, None)


def test_a_bridge_day_moves_what_is_open_and_nothing_else() -> None:
    bridge = date(2026, 12, 24)
    happened = {Event.ANNOUNCED: ANNOUNCED, Event.PROPOSALS_ENDED: date(2026, 12, 10)}
    [(before, after)] = moved_by(NONE, frozenset({bridge}), happened, today=date(2026, 12, 11))
    assert before.provision.step is Event.SENT_TO_ENDORSEMENT
    assert before.deadline is not None
    assert after.deadline is not None
    assert (before.deadline.due_on, after.deadline.due_on) == (date(2027, 1, 11), date(2027, 1, 12))
    sent = {**happened, Event.SENT_TO_ENDORSEMENT: date(2027, 1, 12)}
    assert moved_by(NONE, frozenset({bridge}), sent, today=date(2027, 1, 13)) == ()
    saturday = frozenset({date(2026, 12, 26)})
    assert moved_by(NONE, saturday, happened, today=date(2026, 12, 11)) == (), "a Saturday moves nothing"
    [(_, back)] = moved_by(frozenset({bridge}), NONE, happened, today=date(2026, 12, 11))
    assert back.deadline is not None
    assert back.deadline.due_on == date(2027, 1, 11), "taken back, it is as it was"


def test_a_town_may_give_more_time() -> None:
    ours = Provision(
        step=Event.PROPOSALS_ENDED,
        after=Event.ANNOUNCED,
        sense=Sense.AT_LEAST_UNTIL,
        term=Term(15, Unit.CALENDAR_DAYS, "Regulamentul consiliului, art. 40"),
    )
    [clock] = clocks({Event.ANNOUNCED: date(2027, 3, 1)}, today=date(2027, 3, 1), provisions=[ours])
    assert clock.from_on == date(2027, 3, 16)


# ── a second calendar, written another way ────────────────────────────────────
def second_due(begun: date, provision: Provision, days_off: frozenset[date]) -> date:
    """The last day of a term: all days of the next two years are listed, and the right one is picked."""
    closed = set(holidays.country_holidays("RO", years=range(begun.year, begun.year + 3))) | days_off
    after = [begun + timedelta(days=n) for n in range(1, 700)]
    working = [day for day in after if day.isoweekday() <= 5 and day not in closed]
    if provision.term.unit is Unit.WORKING_DAYS:
        return working[provision.term.days - 1]
    return next(day for day in working if day >= after[provision.term.days - 1])


@SOME
@given(begun=DAYS, off=st.frozensets(st.integers(1, 60), max_size=6), index=st.integers(0, len(LAW) - 1))
def test_a_second_calendar_agrees(begun: date, off: frozenset[int], index: int) -> None:
    provision, days_off = LAW[index], frozenset(begun + timedelta(days=n) for n in off)
    clock = clock_of(provision.step, {provision.after: begun}, begun, days_off=days_off)
    assert clock.deadline is not None
    assert clock.deadline.due_on == second_due(begun, provision, days_off)


@SOME
@given(begun=DAYS, later=st.integers(-5, 90), index=st.integers(0, len(LAW) - 1))
def test_a_step_breaks_a_provision_exactly_when_it_is_too_early_or_too_late(
    begun: date, later: int, index: int
) -> None:
    provision, on = LAW[index], begun + timedelta(days=later)
    due_on = second_due(begun, provision, frozenset())
    wrong = {
        Sense.NOT_BEFORE: on <= due_on,
        Sense.AT_LEAST_UNTIL: on < due_on,
        Sense.AT_THE_LATEST: on > due_on,
    }[provision.sense]
    assert bool(may_happen(provision.step, on, {provision.after: begun})) is wrong


@SOME
@given(
    DAYS,
    st.dictionaries(st.sampled_from(list(Event)), st.integers(0, 90)),
    st.frozensets(st.integers(-60, 60)),
    st.integers(1, 60),
)
def test_a_day_that_is_still_to_come_never_changes_what_was_judged(
    today: date, ago: dict[Event, int], off: frozenset[int], ahead: int
) -> None:
    """So only such days can be declared or taken back (app/kit/days_off.py)."""
    happened = {event: today - timedelta(days=days) for event, days in ago.items()}
    known, day = frozenset(today + timedelta(days=n) for n in off), today + timedelta(days=ahead)
    before, after = (clocks(happened, today=today, days_off=off) for off in (known - {day}, known | {day}))
    for old, new in zip(before, after, strict=True):
        if old.done_on is not None:
            assert old.standing is new.standing
