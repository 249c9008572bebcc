"""What people type about field consultations."""

import re
from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import TOO_LONG, Form, whole_number
from app.kit.i18n import N_
from app.kit.images import StoredPhoto
from app.kit.text import clean, fold
from consultations.rules.coverage import street_key
from consultations.rules.door import MOST_AT_ONCE, MOST_CHILDREN, Kind
from consultations.rules.minutes import MOST_PEOPLE, MOST_TOPICS, MinutesText, MinutesTopic
from consultations.rules.questions import AnswerKind, How
from consultations.rules.recurrence import Every, Recurrence, at
from consultations.service import Answers, Caller, Here, Noted, Party, Plan, VenueFacts
from consultations.service.answers import Reply
from consultations.service.commitments import Evidence, Promise
from consultations.service.questions import Spoken
from consultations.states import MOST_PLACES, Theme

Line = Annotated[str, msgspec.Meta(max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=1000)]
_HOUR = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


def read_hour(typed: str) -> time | None:
    """An hour as people write it: 18:00, 18.00, 9:30. None when it is none."""
    found = _HOUR.fullmatch(typed.strip())
    return time(int(found[1]), int(found[2])) if found else None


class PlanForm(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation, or a series of them, as an organizer plans it."""

    season_id: Annotated[UUID, msgspec.Meta(extra={"missing": N_("Choose a season")})]
    host_id: Annotated[UUID, msgspec.Meta(extra={"missing": N_("Choose who holds it")})]
    venue_id: Annotated[UUID, msgspec.Meta(extra={"missing": N_("Choose where it is held")})]
    theme: Theme
    title: Annotated[
        str, msgspec.Meta(min_length=5, max_length=150, extra={"missing": N_("Say what it is about")})
    ]
    about: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    streets: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    day: Annotated[date, msgspec.Meta(extra={"missing": N_("Write the day")})]
    begins: Annotated[str, msgspec.Meta(max_length=5, extra={"missing": N_("Write when it begins")})]
    ends: Annotated[str, msgspec.Meta(max_length=5, extra={"missing": N_("Write when it ends")})]
    capacity: Annotated[int, msgspec.Meta(ge=1, le=MOST_PLACES)] | None = None
    has_childcare: bool = False
    languages: Line = ""
    repeat: Annotated[str, msgspec.Meta(pattern="^(none|weeks|months)$")] = "none"
    step: Annotated[int, msgspec.Meta(ge=1, le=12)] = 1
    until: date | None = None

    def __post_init__(self) -> None:
        wrong: dict[str, DomainError] = {
            name: Invalid(N_("Write hours like 09:00 or 18:30."))
            for name in ("begins", "ends")
            if read_hour(getattr(self, name)) is None
        }
        if not 2000 <= self.day.year <= 2100:
            wrong["day"] = Invalid(N_("This day is too far away. Look at the year again."))
        if self.repeat != "none" and self.until is None:
            wrong["until"] = Invalid(N_("Write until when it repeats."))
        elif self.until is not None and self.until < self.day:
            wrong["until"] = Invalid(N_("The last day comes after the first."))
        if wrong:
            raise FormErrors(wrong)

    @property
    def recurrence(self) -> Recurrence | None:
        """How it recurs; None for a single one."""
        if self.repeat == "none" or self.until is None:
            return None
        return Recurrence(every=Every(self.repeat), step=self.step, until=self.until)

    def plan_on(self, day: date) -> Plan:
        """The plan of one of its days."""
        return Plan(
            season_id=self.season_id,
            host_id=self.host_id,
            venue_id=self.venue_id,
            theme=self.theme,
            title=self.title,
            about=self.about,
            streets="\n".join(line.strip() for line in self.streets.splitlines() if line.strip()),
            starts_at=self._moment(day, self.begins),
            ends_at=self._moment(day, self.ends),
            capacity=self.capacity,
            has_childcare=self.has_childcare,
            languages=self.languages,
        )

    def _moment(self, day: date, typed: str) -> datetime:
        return at(day, read_hour(typed) or time(0))


class SeasonForm(msgspec.Struct, frozen=True, kw_only=True):
    """A season."""

    title: Annotated[
        str, msgspec.Meta(min_length=3, max_length=120, extra={"missing": N_("Name the season")})
    ]
    title_en: Annotated[str, msgspec.Meta(max_length=120)] = ""
    starts_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Write the first day")})]
    ends_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Write the last day")})]


class HostForm(msgspec.Struct, frozen=True, kw_only=True):
    """An official who holds consultations."""

    name: Annotated[str, msgspec.Meta(min_length=3, max_length=120, extra={"missing": N_("Write the name")})]
    office: Annotated[
        str, msgspec.Meta(min_length=3, max_length=120, extra={"missing": N_("Write the office")})
    ]
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    is_active: bool = False


class VenueForm(msgspec.Struct, frozen=True, kw_only=True):
    """A venue. `area`: the code of a neighbourhood."""

    name: Annotated[str, msgspec.Meta(min_length=3, max_length=120, extra={"missing": N_("Name the venue")})]
    address: Annotated[
        str, msgspec.Meta(min_length=5, max_length=200, extra={"missing": N_("Write the address")})
    ]
    area: Annotated[str, msgspec.Meta(max_length=60, extra={"missing": N_("Choose a neighbourhood")})]
    lat: Annotated[float, msgspec.Meta(ge=43, le=49)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=20, le=30)] | None = None
    seats: Annotated[
        int, msgspec.Meta(ge=1, le=MOST_PLACES, extra={"missing": N_("Write how many seats there are")})
    ]
    is_step_free: bool = False
    has_loop: bool = False
    has_toilet: bool = False
    access: Words = ""
    is_active: bool = False

    def __post_init__(self) -> None:
        if (self.lat is None) != (self.lon is None):
            raise FormErrors({"lon": Invalid(N_("Write both latitude and longitude, or neither."))})

    def read_facts(self, areas: dict[str, str]) -> VenueFacts:
        """What is said of the venue. `areas`: known neighbourhoods by code. Raises: FormErrors."""
        if self.area not in areas:
            raise FormErrors({"area": Invalid(N_("Choose a neighbourhood"))})
        stored = msgspec.structs.asdict(self)
        return VenueFacts(**stored | {"area_code": self.area, "area": areas[self.area]})


class ReasonForm(msgspec.Struct, frozen=True, kw_only=True):
    """Why something changes, in public."""

    reason: Words = ""


# ── questions ─────────────────────────────────────────────────────────────────
class AskForm(msgspec.Struct, frozen=True, kw_only=True):
    """A question; how long it may be is asked by the service."""

    text: Annotated[str, msgspec.Meta(max_length=4000, extra={"missing": N_("Write your question")})]


class SpokenForm(AskForm, frozen=True, kw_only=True):
    """A question that somebody else asks, on paper or by voice."""

    how: Annotated[str, msgspec.Meta(pattern="^(paper|voice)$")] = "voice"
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    phone: Annotated[str, msgspec.Meta(max_length=30, pattern=r"^[+0-9 ().-]*$")] = ""
    email: Annotated[str, msgspec.Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None

    def read_spoken(self, locale: str) -> Spoken:
        """As the service takes it. `locale`: in which messages are written."""
        return Spoken(
            text=self.text,
            how=How(self.how),
            name=self.name,
            phone=self.phone,
            email=self.email or "",
            locale=locale,
        )


class AnswerForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered; `seen`: how many answers the form showed."""

    kind: Annotated[
        str,
        msgspec.Meta(
            pattern="^(spoken|written|deferred)$", extra={"missing": N_("Choose what became of the question")}
        ),
    ]
    text: Annotated[str, msgspec.Meta(max_length=4000, extra={"missing": N_("Write the answer")})]
    due_on: date | None = None
    whole_group: bool = False
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0

    def read_reply(self) -> Reply:
        """As the service takes it."""
        kind = AnswerKind(self.kind)
        return Reply(kind=kind, text=self.text, due_on=self.due_on if kind is AnswerKind.DEFERRED else None)


# ── the door ──────────────────────────────────────────────────────────────────
MOST_LINES = 40  # of a tablet, sent together: what fits into a form
Ref = Annotated[str, msgspec.Meta(max_length=50)]
YEARS = range(1970, 2200)  # that a tablet's clock may believe in: the first is that of one that stopped


class HereForm(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a group are here. `seen`: what the page knew of them."""

    group: UUID
    people: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0
    children: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0
    seen: Annotated[list[Ref], msgspec.Meta(max_length=50)] = []

    def read_here(self) -> Here:
        """As the service takes it."""
        return Here(people=self.people, children=self.children, seen=tuple(self.seen))


class WalkInForm(msgspec.Struct, frozen=True, kw_only=True):
    """Who came without a registration. `walk_in`: made with the form."""

    walk_in: UUID
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    people: Annotated[
        int, msgspec.Meta(ge=1, le=999, extra={"missing": N_("Write how many people there are.")})
    ]
    children: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0

    def read_here(self) -> Here:
        """As the service takes it."""
        return Here(people=self.people, children=self.children)


class LineForm(msgspec.Struct, frozen=True, kw_only=True):
    """A line that a tablet sends."""

    sequence: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    kind: Literal["arrived", "walked_in", "undone"]
    group: UUID
    people: Annotated[int, msgspec.Meta(ge=0, le=MOST_AT_ONCE)]
    children: Annotated[int, msgspec.Meta(ge=0, le=MOST_CHILDREN)] = 0
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    replaces: Annotated[tuple[Ref, ...], msgspec.Meta(max_length=16)] = ()
    at: datetime

    def __post_init__(self) -> None:
        if (self.kind == "undone") != (self.people == 0) or (self.kind == "undone" and self.children):
            raise ValueError("undone is nobody, and nobody is undone")


class BatchForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a tablet sends together. `sent_at`: by its own clock, as the times of its lines are."""

    device: UUID
    sent_at: datetime
    events: Annotated[list[LineForm], msgspec.Meta(max_length=MOST_LINES)]

    def read_notes(self, *, now: datetime) -> list[Noted]:
        """As the service takes them."""
        return [
            Noted(
                sequence=one.sequence,
                kind=Kind(one.kind),
                group=one.group,
                people=one.people,
                children=one.children,
                name=" ".join(clean(one.name).split()),
                replaces=one.replaces,
                at=believe(one.at, now=now),
            )
            for one in self.events
        ]


def read_batch(sent: str) -> BatchForm:
    """Raises: Invalid for what no tablet of ours sends."""
    try:
        return msgspec.json.decode(sent.encode(), type=BatchForm)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Invalid(N_("This is not what a tablet sends. Open the door's page on it again.")) from error


def believe(stated: datetime, *, now: datetime) -> datetime:
    """A time as a tablet stated it; `now` for one that no calendar of ours holds."""
    return stated if stated.year in YEARS and stated.tzinfo is not None else now


# ── commitments ───────────────────────────────────────────────────────────────
class PromiseForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised, by whom and by when; `seen`: how much had happened, as the form showed it."""

    what: Annotated[str, msgspec.Meta(max_length=300, extra={"missing": N_("Write what is promised")})]
    due_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Write by when it will be done")})]
    host_id: UUID | None = None
    department_id: UUID | None = None
    whole_group: bool = False
    reason: Words = ""
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0

    def read_promise(self) -> Promise:
        """As the service takes it."""
        return Promise(
            what=self.what, due_on=self.due_on, host_id=self.host_id, department_id=self.department_id
        )


class WhyForm(msgspec.Struct, frozen=True, kw_only=True):
    """Why a photo is no longer shown."""

    why: Words = ""


class EvidenceForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a commitment, with what shows it; a photo comes beside it."""

    kind: Annotated[
        str,
        msgspec.Meta(
            pattern="^(reported|done|reopened|withdrawn)$", extra={"missing": N_("Choose what you report")}
        ),
    ]
    text: Annotated[str, msgspec.Meta(max_length=4000, extra={"missing": N_("Say what was done, or why")})]
    link: Annotated[str, msgspec.Meta(max_length=500)] = ""
    alt: Annotated[str, msgspec.Meta(max_length=250)] = ""
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0

    def read_evidence(self, photo: StoredPhoto | None) -> Evidence:
        """As the service takes it."""
        return Evidence(text=self.text, link=self.link, photo=photo, alt=self.alt)


# ── coming ────────────────────────────────────────────────────────────────────
class PartyForm(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes along, and what they need."""

    guests: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    children: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    needs: Words = ""
    language: Annotated[str, msgspec.Meta(max_length=60)] = ""

    def read_party(self) -> Party:
        """As the service takes it."""
        return Party(guests=self.guests, children=self.children, needs=self.needs, language=self.language)


class CallerForm(PartyForm, frozen=True, kw_only=True):
    """Somebody who calls."""

    name: Annotated[str, msgspec.Meta(min_length=3, max_length=120, extra={"missing": N_("Write the name")})]
    phone: Annotated[
        str,
        msgspec.Meta(
            min_length=6,
            max_length=30,
            pattern=r"^[+0-9 ().-]+$",
            extra={"missing": N_("Write the telephone number")},
        ),
    ]
    email: Annotated[str, msgspec.Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    locale: Annotated[str, msgspec.Meta(pattern="^(ro|en)$")] = "ro"

    def read_caller(self) -> Caller:
        """As the service takes it."""
        return Caller(name=self.name, phone=self.phone, email=self.email or "", locale=self.locale)


# ── afterwards ────────────────────────────────────────────────────────────────
LONGEST_WORDS = {
    "officials": 2000,
    "next_steps": 4000,
    "recording": 500,
    "captions": 500,
    "transcript": 40_000,
}


class TypedTopic(msgspec.Struct, frozen=True):
    """A topic of the minutes as it stands in the form."""

    title: str = ""
    said: str = ""
    answers: str = ""


class MinutesForm(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes as they stand in the form, whatever is missing or wrong."""

    attendance: str = ""
    officials: str = ""
    topics: tuple[TypedTopic, ...] = ()
    next_steps: str = ""
    recording: str = ""
    captions: str = ""
    transcript: str = ""

    def read_text(self) -> MinutesText:
        """As the service takes it; what is missing may be missing. Raises: FormErrors."""
        wrong: dict[str, DomainError] = {}
        attendance = whole_number(self.attendance)
        if self.attendance and (str(attendance) != self.attendance or attendance > MOST_PEOPLE):
            wrong["attendance"] = Invalid(N_("Write a number of people, up to %(most)s."), most=MOST_PEOPLE)
        typed = {name: (getattr(self, name), limit) for name, limit in LONGEST_WORDS.items()}
        for place, topic in enumerate(self.topics, start=1):
            typed[f"topic-{place}-title"] = (topic.title, 150)
            typed[f"topic-{place}-said"] = (topic.said, 6000)
            typed[f"topic-{place}-answers"] = (topic.answers, 6000)
        for name, (value, limit) in typed.items():
            if len(value) > limit:
                wrong[name] = Invalid(TOO_LONG, limit=limit)
        if wrong:
            raise FormErrors(wrong)
        return MinutesText(
            attendance=attendance if self.attendance else None,
            officials=self.officials,
            topics=tuple(
                MinutesTopic(title=one.title, said=one.said, answers=one.answers) for one in self.topics
            ),
            next_steps=self.next_steps,
            recording=self.recording,
            captions=self.captions,
            transcript=self.transcript,
        )


def type_minutes(form: Form) -> MinutesForm:
    """The minutes as they were typed; topics of which nothing was written fall out."""
    topics = (
        TypedTopic(*(form.get(f"topic-{place}-{part}") for part in ("title", "said", "answers")))
        for place in range(1, MOST_TOPICS + 1)
    )
    typed = {name: form.get(name) for name in ("attendance", *LONGEST_WORDS)}
    return MinutesForm(topics=tuple(one for one in topics if one != TypedTopic()), **typed)


def show_minutes(text: MinutesText) -> MinutesForm:
    """What was saved, as it stands in the form."""
    return MinutesForm(
        attendance="" if text.attendance is None else str(text.attendance),
        officials=text.officials,
        topics=tuple(TypedTopic(one.title, one.said, one.answers) for one in text.topics),
        next_steps=text.next_steps,
        recording=text.recording,
        captions=text.captions,
        transcript=text.transcript,
    )


class PhotographForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is on a photograph."""

    alt: Annotated[
        str,
        msgspec.Meta(
            min_length=10,
            max_length=250,
            extra={"missing": N_("Say what the photograph shows, for people who cannot see it.")},
        ),
    ]


class WithdrawalForm(msgspec.Struct, frozen=True, kw_only=True):
    """Why a photograph is no longer shown."""

    why: Annotated[
        str, msgspec.Meta(min_length=10, max_length=500, extra={"missing": N_("Say why. It is public.")})
    ]


Point = Annotated[int, msgspec.Meta(ge=1, le=5, extra={"missing": N_("Choose a point from 1 to 5")})]


class OpinionForm(msgspec.Struct, frozen=True, kw_only=True):
    """How it was."""

    heard: Point
    answered: Point
    place: Point
    comment: Words = ""

    def read_answers(self) -> Answers:
        """As the service takes it."""
        return Answers(heard=self.heard, answered=self.answered, place=self.place, comment=self.comment)


MOST_STREETS = 5_000
MOST_NAMED = 5  # lines that are named in a message


def read_streets(typed: str, areas: dict[str, str]) -> list[tuple[str, str]]:
    """(name, code of the neighbourhood) of each line "name; neighbourhood". `areas`: names by code.

    Raises: FormErrors, naming the first lines that are none.
    """
    codes = {fold(name): code for code, name in areas.items()}
    rows, wrong = [], []
    for place, line in enumerate(typed.splitlines(), start=1):
        if not line.strip():
            continue
        name, _, area = line.rpartition(";")
        code = codes.get(fold(area.strip()))
        if not 3 <= len(name.strip()) <= 120 or code is None or not street_key(name):
            wrong.append(f"{place} ({line.strip()[:60]})")
        else:
            rows.append((name.strip(), code))
    if wrong:
        more = f" +{len(wrong) - MOST_NAMED}" if len(wrong) > MOST_NAMED else ""
        message = N_(
            "Write each line as “street; neighbourhood”, with a neighbourhood of ours. Look at: %(lines)s"
        )
        raise FormErrors({"streets": Invalid(message, lines=", ".join(wrong[:MOST_NAMED]) + more)})
    if not rows or len(rows) > MOST_STREETS:
        raise FormErrors({"streets": Invalid(N_("Write from 1 to %(most)s streets."), most=MOST_STREETS)})
    return rows
