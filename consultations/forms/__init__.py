"""What is typed about consultations: planning, coming, streets. What is asked, noted at the door and said
afterwards has files of its own.
"""

import re
from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

import msgspec

from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.text import fold
from consultations.rules.coverage import street_key
from consultations.rules.recurrence import Every, Recurrence, at
from consultations.service import Caller, Party, Plan, VenueFacts
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
