"""The programme as a list, a month and a map; one consultation; who holds them; calendars."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec
from markupsafe import Markup

from app.kit.clock import BUCHAREST, local_date
from app.kit.paging import Paging
from app.kit.policy import Verdict
from consultations.models import Registration
from consultations.pages.afterwards import AfterView
from consultations.pages.tables import SatisfactionView
from consultations.pages.turnout import Turnout
from consultations.pages.words import ChangeView
from consultations.queries import Chosen, Listed
from consultations.rules.commitments import Tally
from consultations.states import STATE_TITLES, THEME_TITLES, Coming, State, Theme
from proposals.pages.maps import PinsView

YEARS = 100  # before and after today: farther away there is no programme, and soon no calendar


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation in a list. `theme_title`, `state_title`: msgids; `free`: places, None: no limit."""

    id: str
    path: str
    number: str
    title: str
    state: str
    state_title: str
    theme: str
    theme_title: str
    starts_at: datetime
    ends_at: datetime
    host: str
    host_slug: str
    office: str
    venue: str
    address: str
    area: str
    area_code: str
    lat: float | None
    lon: float | None
    streets: list[str]
    capacity: int | None
    free: int | None
    waiting: int
    has_childcare: bool
    languages: str
    is_step_free: bool
    has_loop: bool
    has_toilet: bool
    is_over: bool

    @property
    def is_off(self) -> bool:
        """Whether it does not take place."""
        return self.state in (State.CANCELLED, State.NOT_HELD)


def view_card(one: Listed, places: tuple[int, int], *, now: datetime) -> Card:
    """`places`: those taken, and those waited for."""
    row, venue = one.row, one.venue
    return Card(
        id=str(row.id),
        path=f"/consultations/{row.id}",
        number=row.number or "",
        title=row.title,
        state=row.state,
        state_title=STATE_TITLES[State(row.state)],
        theme=row.theme,
        theme_title=THEME_TITLES[Theme(row.theme)],
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        host=one.host.name,
        host_slug=one.host.slug,
        office=one.host.office,
        venue=venue.name,
        address=venue.address,
        area=venue.area,
        area_code=venue.area_code,
        lat=venue.lat,
        lon=venue.lon,
        streets=row.streets.splitlines(),
        capacity=row.capacity,
        free=None if row.capacity is None else max(0, row.capacity - places[0]),
        waiting=places[1],
        has_childcare=row.has_childcare,
        languages=row.languages,
        is_step_free=venue.is_step_free,
        has_loop=venue.has_loop,
        has_toilet=venue.has_toilet,
        is_over=row.ends_at <= now,
    )


class Day(msgspec.Struct, frozen=True):
    """A day of the month's table, with what begins on it. Empty fields of the table have no number."""

    on: date | None
    is_today: bool
    cards: list[Card]


class MonthView(msgspec.Struct, frozen=True, kw_only=True):
    """A month as a table of weeks, from Monday."""

    first: date
    weeks: list[list[Day]]
    previous: str  # as in addresses: 2027-02
    next: str


def view_month(first: date, cards: Sequence[Card], *, today: date) -> MonthView:
    """The month that begins on `first`."""
    by_day: dict[date, list[Card]] = {}
    for card in cards:
        by_day.setdefault(local_date(card.starts_at), []).append(card)
    weeks = [
        [
            Day(day, day == today, by_day.get(day, [])) if day.month == first.month else Day(None, False, [])
            for day in week
        ]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    after = (first + timedelta(days=31)).replace(day=1)
    return MonthView(
        first=first,
        weeks=weeks,
        previous=f"{first - timedelta(days=1):%Y-%m}",
        next=f"{after:%Y-%m}",
    )


def read_month(typed: str, *, today: date) -> date:
    """The first day of the month asked for; of this one when it is none."""
    try:
        first = datetime.strptime(typed, "%Y-%m").replace(tzinfo=BUCHAREST).date()
    except ValueError:
        return today.replace(day=1)
    return first if abs(first.year - today.year) <= YEARS else today.replace(day=1)


class ProgrammePage(msgspec.Struct, frozen=True, kw_only=True):
    """The programme. `view`: list, month or map; `when`: next or past."""

    view: str
    when: str
    cards: list[Card]
    paging: Paging | None
    month: MonthView | None
    pins: PinsView | None
    chosen: Chosen
    areas: list[tuple[str, str]]
    hosts: list[tuple[str, str]]
    themes: list[tuple[str, str]]  # value, msgid
    seasons: list[tuple[str, str]]
    query: str  # of the filters alone
    calendar_path: str
    may_organize: Verdict
    may_answer_calls: Verdict


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """The reader's registration."""

    state: str
    places: int
    guests: int
    children: int
    needs: str
    language: str
    ahead: int  # of those who wait, how many are before them
    ticket_path: str

    @property
    def is_confirmed(self) -> bool:
        return self.state == Coming.CONFIRMED


def view_own(one: Registration | None, waiting: Sequence[Registration]) -> Own | None:
    """None when the reader does not come."""
    if one is None or one.state == Coming.WITHDRAWN:
        return None
    return Own(
        state=one.state,
        places=one.places,
        guests=one.guests,
        children=one.children,
        needs=one.needs,
        language=one.language,
        ahead=sum(other.position < one.position for other in waiting) if one.state == Coming.WAITING else 0,
        ticket_path=f"/consultations/tickets/{one.code}",
    )


class ConsultationPage(msgspec.Struct, frozen=True, kw_only=True):
    """One consultation. `kept`: the msgid of what became of it by the rule, empty while pending."""

    card: Card
    about: str
    access: str
    season: str
    changes: list[ChangeView]
    others: list[Card]  # of the same series, still to come
    after: AfterView | None
    pins: PinsView | None
    own: Own | None
    may_register: Verdict
    may_change: Verdict
    may_publish: Verdict
    may_cancel: Verdict
    may_reinstate: Verdict
    may_report: Verdict
    may_see_people: Verdict
    follows: bool
    questions: object  # QuestionsPart, which is made of cards of this module
    may_note: Verdict
    turnout: Turnout | None = None  # once it was held, and if people were counted
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class TicketPage(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket, for whoever has its address."""

    card: Card
    name: str
    own: Own | None
    code: str
    qr: Markup
    may_withdraw: Verdict
    may_give_opinion: Verdict


class HostPage(msgspec.Struct, frozen=True, kw_only=True):
    """An official and their consultations."""

    name: str
    office: str
    slug: str
    next: list[Card]
    past: list[Card]
    satisfaction: SatisfactionView | None
    topic: str
    follows: bool
    commitments: object  # list[CommitmentCard], which are made of cards of this module
    tally: Tally


class CalendarChoice(msgspec.Struct, frozen=True):
    """A calendar one can subscribe to."""

    title: str
    path: str
    feed_path: str
    webcal: str


class CalendarsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Every calendar, by what it is of."""

    everything: CalendarChoice
    areas: list[CalendarChoice]
    hosts: list[CalendarChoice]
    themes: list[CalendarChoice]
