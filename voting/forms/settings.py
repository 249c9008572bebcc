"""What an election officer types: how a vote is counted, and an election with its candidates and dates."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

import msgspec

from app.kit.clock import BUCHAREST
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import Form, parse, read_bani
from app.kit.i18n import N_
from voting.rules.papers import VoteType
from voting.rules.ties import Criterion
from voting.service import GRADES, MAX_CANDIDATES, Candidate, Election, Settings

ENVELOPE = "envelope-"  # and the code of an area
MOST = msgspec.Meta(ge=1, le=5000)
Text = Annotated[str, msgspec.Meta(max_length=300)]
NOT_POINTS = N_("Write whole numbers from the first place on, for example 5 4 3 2 1.")
NOT_A_GROUP = N_("Write the numbers of at least two projects on each line, for example P03 P07.")
SCALES = {"six": GRADES, "four": ("reject", "acceptable", "good", "excellent")}


class SettingsForm(msgspec.Struct, frozen=True):
    """How a vote is counted."""

    rule: Annotated[str, msgspec.Meta(max_length=60, extra={"missing": N_("Choose a counting rule.")})]
    vote_type: Annotated[
        Literal["ordinal", "approval", "scoring", "cumulative"],
        msgspec.Meta(extra={"missing": N_("Choose what voters do on the ballot.")}),
    ]
    min_length: Annotated[int, MOST] = 1
    max_length: Annotated[int, MOST] | None = None
    points_by_place: Text = ""
    threshold: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | None = None
    max_points: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    max_sum_points: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    grades: Literal["", "six", "four"] = ""
    envelope_kind: Literal["own", "most"] = "most"
    exclusive: Annotated[str, msgspec.Meta(max_length=5000)] = ""
    criterion_1: Criterion | None = None
    criterion_2: Criterion | None = None
    criterion_3: Criterion | None = None
    sealed: bool = False
    server_sealing: bool = False

    def settings(self, *, seats: int = 0, envelopes: dict[str, int] | None = None) -> Settings:
        """As values. Raises: FormErrors."""
        kind: VoteType = self.vote_type
        grades = SCALES.get(self.grades, ()) if kind == "scoring" else ()
        if kind == "scoring" and not grades and self.max_points is None:
            raise FormErrors({"max_points": Invalid(N_("Say how many points a voter may give to one."))})
        if kind == "cumulative" and self.max_sum_points is None:
            raise FormErrors({"max_sum_points": Invalid(N_("Say how many points a voter may divide."))})
        criteria = [one for one in (self.criterion_1, self.criterion_2, self.criterion_3) if one is not None]
        return Settings(
            rule=self.rule,
            vote_type=kind,
            min_length=self.min_length,
            max_length=self.max_length,
            points_by_place=_places(self.points_by_place) if kind == "ordinal" else (),
            threshold=self.threshold,
            max_points=None if grades else self.max_points,
            max_sum_points=self.max_sum_points,
            seats=seats,
            grades=grades,
            envelopes=envelopes or {},
            envelope_kind=self.envelope_kind,
            exclusive=_groups(self.exclusive),
            criteria=tuple(dict.fromkeys(criteria)),
            sealed=self.sealed,
            server_sealing=self.sealed and self.server_sealing,
        )


class ElectionForm(msgspec.Struct, frozen=True):
    """An election beside its settings and candidates."""

    title: Annotated[
        str, msgspec.Meta(min_length=3, max_length=200, extra={"missing": N_("Write what is voted on.")})
    ]
    title_en: Annotated[str, msgspec.Meta(max_length=200)] = ""
    summary: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    seats: Annotated[
        int, msgspec.Meta(ge=1, le=MAX_CANDIDATES, extra={"missing": N_("Say how many are elected.")})
    ] = 1


class OpeningForm(msgspec.Struct, frozen=True):
    """From when until when, in Bucharest time."""

    opens_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Enter the day on which the vote begins.")})]
    closes_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Enter the day on which the vote ends.")})]
    opens_time: Annotated[str, msgspec.Meta(max_length=8)] = "09:00"
    closes_time: Annotated[str, msgspec.Meta(max_length=8)] = "20:00"

    @property
    def opens_at(self) -> datetime:
        """Raises: FormErrors."""
        return _moment(self.opens_on, self.opens_time, "opens_time")

    @property
    def closes_at(self) -> datetime:
        """Raises: FormErrors."""
        return _moment(self.closes_on, self.closes_time, "closes_time")


def _moment(day: date, typed: str, field: str) -> datetime:
    if not re.fullmatch(r"([01]?\d|2[0-3])[:.][0-5]\d", typed):
        raise FormErrors({field: Invalid(N_("Write hours like 09:00 or 18:30."))})
    hour, minute = re.split("[:.]", typed)
    return datetime.combine(day, time(int(hour), int(minute)), BUCHAREST).astimezone(UTC)


def _places(typed: str) -> tuple[int, ...]:
    parts = [part for part in re.split(r"[\s,;–-]+", typed) if part]
    if not all(re.fullmatch(r"\d{1,6}", part) for part in parts):
        raise FormErrors({"points_by_place": Invalid(NOT_POINTS)})
    points = tuple(int(part) for part in parts)
    if list(points) != sorted(points, reverse=True):
        message = N_("A later place may not earn more points than an earlier one.")
        raise FormErrors({"points_by_place": Invalid(message)})
    return points


def _groups(typed: str) -> tuple[tuple[str, ...], ...]:
    """A group a line, by the projects' numbers. Raises: FormErrors."""
    lines = [re.split(r"[\s,;]+", line.strip(" ,;\t").upper()) for line in typed.splitlines()]
    groups = [tuple(dict.fromkeys(line)) for line in lines if line != [""]]
    if any(len(group) < 2 for group in groups):
        raise FormErrors({"exclusive": Invalid(NOT_A_GROUP)})
    return tuple(groups)


def read_settings(form: Form) -> Settings:
    """How a vote on projects is counted, with money set apart for areas. Raises: FormErrors."""
    errors: dict[str, DomainError] = {}
    envelopes: dict[str, int] = {}
    for name, typed in form.fields:
        if name.startswith(ENVELOPE) and typed:
            try:
                envelopes[name.removeprefix(ENVELOPE)] = read_bani(typed)
            except Invalid as problem:
                errors[name] = problem
    try:
        sent = parse(SettingsForm, form)
        settings = sent.settings(envelopes=envelopes)
        if settings.max_length is None:
            errors["max_length"] = Invalid(N_("Say how many projects one ballot may name at most."))
        elif settings.min_length > settings.max_length:
            errors["min_length"] = Invalid(N_("The least cannot be more than the most."))
    except FormErrors as refused:
        errors |= refused.errors
    if errors:
        raise FormErrors(errors)
    return settings


def read_candidates(form: Form) -> list[Candidate]:
    """The candidates in the order in which they were typed; empty lines are left out."""
    places = sorted({int(m[1]) for name, _ in form.fields if (m := re.fullmatch(r"name-(\d{1,2})", name))})
    typed = [Candidate(form.get(f"name-{place}"), form.get(f"text-{place}")) for place in places]
    return [one for one in typed if one.name or one.text]


def read_election(form: Form) -> Election:
    """An election as it was typed. Raises: FormErrors with everything that is wrong at once."""
    errors: dict[str, DomainError] = {}
    about = settings = None
    try:
        about = parse(ElectionForm, form)
    except FormErrors as refused:
        errors |= refused.errors
    try:
        settings = parse(SettingsForm, form).settings(seats=about.seats if about else 1)
    except FormErrors as refused:
        errors |= refused.errors
    candidates = read_candidates(form)
    names = [one.name for one in candidates]
    if len(candidates) < 2:
        errors["name-1"] = Invalid(N_("Write the names of 2 to %(most)s candidates."), most=MAX_CANDIDATES)
    elif not all(names):
        errors["name-1"] = Invalid(N_("Every candidate needs a name."))
    elif len(set(names)) < len(names):
        errors["name-1"] = Invalid(N_("Two candidates have the same name. Add what tells them apart."))
    elif any(len(one.name) > 200 or len(one.text) > 1000 for one in candidates):
        errors["name-1"] = Invalid(N_("A name has at most 200 characters, a text at most 1000."))
    if errors or about is None or settings is None:
        raise FormErrors(errors)
    return Election(
        title=about.title,
        title_en=about.title_en or about.title,
        summary=about.summary,
        candidates=tuple(candidates),
        settings=settings,
    )
