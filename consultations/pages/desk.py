"""What organizers and operators see: the plan, its forms, who comes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.kit.clock import BUCHAREST
from app.kit.i18n import N_
from app.kit.policy import Verdict
from consultations.models import Host, Registration, Season, Venue
from consultations.pages.programme import Card
from consultations.pages.turnout import Turnout
from consultations.rules.clashes import Clash, ClashKind
from consultations.rules.door import Span
from consultations.service import Plan
from consultations.states import Via

CLASH_WORDS: dict[ClashKind, str] = {
    ClashKind.HOST: N_("The official is elsewhere: %(title)s"),
    ClashKind.VENUE: N_("The venue is taken: %(title)s"),
    ClashKind.HOLIDAY: N_("A public holiday or a day off"),
    ClashKind.EVENT: N_("Also at that time: %(title)s"),
    ClashKind.OUTSIDE: N_("Outside the season"),
    ClashKind.PAST: N_("In the past"),
}
VIA_WORDS: dict[Via, str] = {
    Via.WEB: N_("on the site"),
    Via.PHONE: N_("by telephone"),
    Via.DOOR: N_("at the door"),
}


class ClashView(msgspec.Struct, frozen=True):
    """What stands against a date. `words`: a msgid whose place `title` fills."""

    words: str
    title: str
    path: str
    is_blocking: bool


def view_clashes(clashes: Sequence[Clash]) -> list[ClashView]:
    """In their order."""
    return [ClashView(CLASH_WORDS[one.kind], one.title, one.path, one.is_blocking) for one in clashes]


class Proposal(msgspec.Struct, frozen=True):
    """A consultation that is not published yet, and what stands against it."""

    card: Card
    clashes: list[ClashView]


class DeskPage(msgspec.Struct, frozen=True, kw_only=True):
    """The organizers' desk."""

    proposals: list[Proposal]
    unreported: list[Card]
    coming: list[Card]
    has_season: bool
    has_host: bool
    has_venue: bool
    errors: Mapping[str, str] = {}


class PlanFormPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a consultation: a new one, or of the one with `id`."""

    typed: Mapping[str, str]
    seasons: list[tuple[str, str]]
    hosts: list[tuple[str, str]]
    venues: list[tuple[str, str]]
    themes: list[tuple[str, str]]  # value, msgid
    id: str = ""
    title: str = ""
    is_public: bool = False
    seen: int = 0
    errors: Mapping[str, str] = {}


def type_plan(plan: Plan) -> dict[str, str]:
    """A plan as it stands in the form's fields."""
    starts, ends = plan.starts_at.astimezone(BUCHAREST), plan.ends_at.astimezone(BUCHAREST)
    return {
        "season_id": str(plan.season_id),
        "host_id": str(plan.host_id),
        "venue_id": str(plan.venue_id),
        "theme": plan.theme.value,
        "title": plan.title,
        "about": plan.about,
        "streets": plan.streets,
        "day": starts.date().isoformat(),
        "begins": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "capacity": str(plan.capacity or ""),
        "has_childcare": "yes" if plan.has_childcare else "",
        "languages": plan.languages,
    }


def season_choices(seasons: Sequence[Season]) -> list[tuple[str, str]]:
    return [(str(one.id), one.title) for one in seasons]


def host_choices(hosts: Sequence[Host], chosen: str) -> list[tuple[str, str]]:
    """Those that can be chosen, and the one that is."""
    return [
        (str(one.id), f"{one.name}, {one.office}") for one in hosts if one.is_active or str(one.id) == chosen
    ]


def venue_choices(venues: Sequence[Venue], chosen: str) -> list[tuple[str, str]]:
    """Those that can be chosen, and the one that is."""
    return [
        (str(one.id), f"{one.area}: {one.name}, {one.address} ({one.seats})")
        for one in venues
        if one.is_active or str(one.id) == chosen
    ]


class PlannedDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day of a series, before it is proposed."""

    value: str
    starts_at: datetime
    ends_at: datetime
    clashes: list[ClashView]

    @property
    def is_free(self) -> bool:
        return not self.clashes


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """The days of a series with what stands against each, to choose from."""

    title: str
    days: list[PlannedDay]
    fields: list[tuple[str, str]]
    warnings: list[str] = []  # of streets that are on no list
    errors: Mapping[str, str] = {}


class StepPage(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmation with a reason: calling off, taking place after all, held, not held."""

    step: str
    card: Card
    expected: int
    needs_reason: bool
    verdict: Verdict
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class SettingPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a season, official or venue. `id`: of the one that is changed."""

    what: str
    typed: Mapping[str, str]
    id: str = ""
    areas: list[tuple[str, str]] = []
    errors: Mapping[str, str] = {}


class SettingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Seasons, officials and venues."""

    seasons: list[Season]
    hosts: list[Host]
    venues: list[Venue]


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who comes. `via` is a msgid."""

    id: str
    name: str
    state: str
    places: int
    children: int
    needs: str
    language: str
    phone: str
    email: str
    via: str
    code: str
    sequence: int  # of the consultation, as this page shows it


def view_person(one: Registration, *, sequence: int) -> PersonRow:
    """`sequence`: of the consultation."""
    return PersonRow(
        id=str(one.id),
        name=one.name,
        state=one.state,
        places=one.places,
        children=one.children,
        needs=one.needs,
        language=one.language,
        phone=one.phone,
        email=one.email,
        via=VIA_WORDS[Via(one.via)],
        code=one.code,
        sequence=sequence,
    )


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes to a consultation."""

    card: Card
    people: list[PersonRow]
    taken: int
    may_add: Verdict
    came: Mapping[str, Span]  # of those who registered, by id; empty while nobody was counted
    turnout: Turnout | None
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class CallsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The operators' page: where somebody who calls can be registered, and who has to be called."""

    coming: list[Card]
    calls: list[tuple[Card, list[PersonRow]]]
