"""The minutes of a consultation: what they hold, what is missing before they can be published, by when they
are due. Values in and out.

A recording is of no use to who does not hear: one without captions, and without a transcript, is refused.
"""

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import msgspec

from app.kit.deadlines import Deadline, Term, Unit, compute
from app.kit.errors import DomainError, Invalid
from app.kit.i18n import N_

MOST_TOPICS = 20
MOST_PEOPLE = 5_000
TERM = Term(10, Unit.WORKING_DAYS, N_("the rules of the programme of field consultations"))


class MinutesTopic(msgspec.Struct, frozen=True, kw_only=True):
    """What was talked about: what was said, and what was answered. Markdown."""

    title: str
    said: str = ""
    answers: str = ""


class MinutesText(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes. `officials`: who took part from the town hall, a line each; `captions`: where the captions
    of the recording are, in words; `transcript`: what it says, for who does not hear it.
    """

    attendance: int | None = None
    officials: str = ""
    topics: tuple[MinutesTopic, ...] = ()
    next_steps: str = ""
    recording: str = ""
    captions: str = ""
    transcript: str = ""


def due(held_on: date, *, today: date, days_off: frozenset[date]) -> Deadline:
    """By when the minutes of what was held on a day are public."""
    return compute(held_on, TERM, today=today, days_off=days_off)


def find_lacks(text: MinutesText) -> dict[str, DomainError]:
    """What stands against publishing, by the field that it is about."""
    return dict(_lacks(text))


def _lacks(text: MinutesText) -> Iterator[tuple[str, DomainError]]:
    if text.attendance is None:
        yield "attendance", Invalid(N_("Write how many people came; 0 if nobody did."))
    if not text.officials:
        yield "officials", Invalid(N_("Write who took part from the town hall, a line each."))
    if not text.topics:
        yield "topic-1-title", Invalid(N_("Write at least one topic."))
    for place, topic in enumerate(text.topics, start=1):
        if not topic.title:
            yield f"topic-{place}-title", Invalid(N_("Name this topic."))
        if not topic.said:
            yield f"topic-{place}-said", Invalid(N_("Write what was said of this topic."))
    if text.recording and not is_address(text.recording):
        yield "recording", Invalid(N_("Write an address that begins with https://"))
    if text.recording and not (text.captions or text.transcript):
        yield (
            "captions",
            Invalid(
                N_(
                    "Say where the captions of the recording are, or write a transcript: "
                    "not everybody hears it."
                )
            ),
        )


def is_address(typed: str) -> bool:
    """Whether this is an address on the web that nobody can read or change on its way."""
    try:
        parts = urlsplit(typed)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "https" and "." in host and not any(sign.isspace() for sign in typed)
