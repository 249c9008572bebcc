"""Whether the programme was kept: the rule, and nothing else. `docs/kept.md` says it in words, with a program
of ten lines that applies it to the published file.

A consultation counts from the day on which it should have been held. It was KEPT when it was held, and every
move of its day, hour or venue had been announced at least `notice_days` before the moment that was then in
force. It was NOT KEPT when it was called off, was not held, was moved later than that, or nobody reported on
it within `report_days`. One that was published less than `notice_days` before its own beginning is EXTRA: it
was no programme that anybody could rely on, and it neither helps nor harms. One that was moved in time and
is still to come is PENDING, but not beyond the end of its season: a programme is not kept by moving it away.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

import msgspec

from app.kit.clock import local_date

NOTICE_DAYS = 7  # what people need to arrange to come
REPORT_DAYS = 3  # calendar days in which it is said whether it was held


class Kept(StrEnum):
    """What became of a consultation that was published."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    PENDING = "pending"
    EXTRA = "extra"


class Move(msgspec.Struct, frozen=True):
    """A move of the day, the hour or the venue, or that one called off takes place after all: when it was
    announced, and the beginning that was in force before.
    """

    at: datetime
    starts_before: datetime


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation as the public history tells it. `is_held`: as reported; None while nobody has."""

    published_at: datetime
    first_starts_at: datetime
    starts_at: datetime
    ends_at: datetime
    is_held: bool | None = None
    is_cancelled: bool = False
    moves: Sequence[Move] = ()


def notice_days(at: datetime, starts_at: datetime) -> int:
    """Whole days of the calendar in Bucharest between an announcement and the beginning it is about."""
    return (local_date(starts_at) - local_date(at)).days


def shortest_notice(record: Record) -> int | None:
    """The notice of the move that was announced last-minute the most; None when it was never moved."""
    return min((notice_days(move.at, move.starts_before) for move in record.moves), default=None)


def report_by(record: Record, *, season_ends_on: date) -> date:
    """The last day on which it is said in time whether it was held; never long after its season."""
    return min(local_date(record.ends_at), season_ends_on) + timedelta(days=REPORT_DAYS)


def judge(record: Record, *, season_ends_on: date, today: date) -> Kept:
    """What became of it, as of `today`."""
    if notice_days(record.published_at, record.first_starts_at) < NOTICE_DAYS:
        return Kept.EXTRA
    if record.is_cancelled:
        due_on = min(local_date(record.starts_at), local_date(record.first_starts_at))
        return Kept.NOT_KEPT if due_on <= today else Kept.PENDING
    if record.is_held is False:
        return Kept.NOT_KEPT
    if record.is_held:
        if local_date(record.starts_at) > season_ends_on:
            return Kept.NOT_KEPT
        shortest = shortest_notice(record)
        return Kept.KEPT if shortest is None or shortest >= NOTICE_DAYS else Kept.NOT_KEPT
    return Kept.NOT_KEPT if today > report_by(record, season_ends_on=season_ends_on) else Kept.PENDING


def rate(verdicts: Iterable[Kept]) -> Fraction | None:
    """Kept, of what was kept or not; None when nothing has been due yet."""
    counted = [one for one in verdicts if one in (Kept.KEPT, Kept.NOT_KEPT)]
    return Fraction(counted.count(Kept.KEPT), len(counted)) if counted else None
