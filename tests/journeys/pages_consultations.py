"""The pages of field consultations, for the page gate."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.kit.clock import now
from consultations.models import Consultation, ConsultationPhoto, Host, Minutes, Registration, Venue
from tests.journeys.case import Fields, PageCase, first
from tests.journeys.pages_questions import QUESTIONS, QUESTIONS_FACTS

PLAN: Fields = {
    "season_id": "{season}",
    "host_id": "{host}",
    "venue_id": "{venue}",
    "theme": "general",
    "title": "Întrebări în cartier",
    "day": "2020-01-01",
    "begins": "18:00",
    "ends": "20:00",
    "repeat": "none",
    "step": "1",
}
BASE = "/consultations"
CONSULTATIONS: tuple[PageCase, ...] = (
    PageCase(BASE),
    PageCase(BASE, who="organizer"),
    PageCase(f"{BASE}?view=month"),
    PageCase(f"{BASE}?view=month&month=2001-01", note="nothing"),
    PageCase(f"{BASE}?view=map"),
    PageCase(f"{BASE}?when=past"),
    PageCase(f"{BASE}?area=nowhere", note="nothing"),
    PageCase(f"{BASE}/{{full_one}}"),
    PageCase(f"{BASE}/{{full_one}}", who="resident"),
    PageCase(f"{BASE}/{{full_one}}", who="organizer"),
    PageCase(
        f"{BASE}/{{full_one}}/registration",
        note="many guests",
        who="resident",
        status=422,
        send={"guests": "9"},
    ),
    PageCase(f"{BASE}/{{called_off}}"),
    PageCase(f"{BASE}/{{not_held}}"),
    PageCase(f"{BASE}/{{proposed}}", who="organizer"),
    *QUESTIONS,
    PageCase(f"{BASE}/hosts/{{host_slug}}"),
    PageCase(f"{BASE}/kept"),
    PageCase(f"{BASE}/kept?season=none", note="nothing"),
    PageCase(f"{BASE}/{{minuted}}"),
    PageCase(f"{BASE}/{{minuted}}/minutes"),
    PageCase(f"{BASE}/{{minuted}}/minutes/versions/1"),
    PageCase(f"{BASE}/{{minuted}}/minutes/edit", who="organizer"),
    PageCase(
        f"{BASE}/{{minuted}}/minutes/edit",
        note="meanwhile",
        who="organizer",
        status=409,
        send={"seen": "0", "attendance": "3", "topic-1-title": "Parcări"},
    ),
    PageCase(
        f"{BASE}/{{overdue}}/minutes/edit",
        note="empty",
        who="organizer",
        status=422,
        send={"do": "publish", "seen": "0", "recording": "video.exemplu.ro"},
    ),
    PageCase(f"{BASE}/{{overdue}}", who="organizer"),
    PageCase(f"{BASE}/minutes"),
    PageCase(f"{BASE}/tickets/{{past_ticket}}/opinion", note="too late"),
    PageCase(f"{BASE}/tickets/{{asked_ticket}}/opinion"),
    PageCase(f"{BASE}/tickets/{{asked_ticket}}/opinion", note="empty", status=422, send={}),
    PageCase(f"{BASE}/{{minuted}}/opinions", who="organizer"),
    PageCase(f"{BASE}/mine", who="resident"),
    PageCase(f"{BASE}/coverage"),
    PageCase(f"{BASE}/coverage?area=nowhere", note="nothing"),
    PageCase(f"{BASE}/settings/streets", who="organizer"),
    PageCase(
        f"{BASE}/settings/streets",
        note="no neighbourhood",
        who="organizer",
        status=422,
        send={"streets": "Strada Mare; Nicăieri"},
    ),
    PageCase(f"{BASE}/{{minuted}}/photos", who="organizer"),
    PageCase(f"{BASE}/{{minuted}}/photos", note="none chosen", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/photos/{{photograph}}/withdraw", who="organizer"),
    PageCase(
        f"{BASE}/photos/{{photograph}}/withdraw", note="no reason", who="organizer", status=422, send={}
    ),
    PageCase(f"{BASE}/calendars"),
    PageCase(f"{BASE}/posters"),
    PageCase(f"{BASE}/posters?area=nowhere", note="nothing"),
    PageCase(f"{BASE}/tickets/{{ticket}}"),
    PageCase(f"{BASE}/tickets/{{waiting_ticket}}"),
    PageCase(f"{BASE}/desk", who="organizer"),
    PageCase(f"{BASE}/publish", note="nothing chosen", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/calls", who="organizer"),
    PageCase(f"{BASE}/{{full_one}}/people", who="organizer"),
    PageCase(f"{BASE}/{{full_one}}/people", note="empty", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/plan", who="organizer"),
    PageCase(f"{BASE}/plan", note="empty", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/plan", note="its days", who="organizer", send=PLAN),
    PageCase(
        f"{BASE}/plan", note="no day chosen", who="organizer", status=422, send=PLAN | {"do": "propose"}
    ),
    PageCase(f"{BASE}/{{full_one}}/change", who="organizer"),
    PageCase(f"{BASE}/{{full_one}}/steps/cancel", who="organizer"),
    PageCase(f"{BASE}/{{called_off}}/steps/reinstate", who="organizer", status=403),
    PageCase(f"{BASE}/settings", who="organizer"),
    PageCase(f"{BASE}/settings/season/new", who="organizer"),
    PageCase(f"{BASE}/settings/host/new", who="organizer"),
    PageCase(f"{BASE}/settings/host/new", note="empty", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/settings/venue/new", who="organizer"),
    PageCase(f"{BASE}/settings/host/{{host}}", who="organizer"),
    PageCase(f"{BASE}/settings/venue/{{venue}}", who="organizer"),
)

DOOR = f"{BASE}/door/{{tonight}}"
CONSULTATIONS += (
    PageCase(f"{BASE}/{{counted}}"),
    PageCase(f"{BASE}/{{counted}}/people", who="organizer"),
    PageCase(f"{BASE}/door", who="door"),
    PageCase(DOOR, who="door"),
    PageCase(f"{DOOR}/tablet", who="door"),
    PageCase(f"{DOOR}?q=zzz", note="nobody", who="door"),
    PageCase(f"{DOOR}/walk-ins", note="empty", who="door", status=422, send={"walk_in": "{tonight}"}),
    PageCase(f"{DOOR}/arrivals", note="nobody", who="door", status=422, send={}),
    PageCase(f"{DOOR}/doubts", who="organizer", note="none"),
    PageCase(f"{BASE}/door/{{counted}}/doubts", who="organizer"),
    PageCase(f"{BASE}/door/{{counted}}/doubts", note="empty", who="organizer", status=422, send={}),
)


def _ended(*, days: int, until: int) -> Any:
    """Those held that ended between so many days from now."""
    today = now()
    between = Consultation.ends_at.between(today + timedelta(days=days), today + timedelta(days=until))
    return select(Consultation.id).where(Consultation.state == "held", between)


CONSULTATIONS_FACTS = {
    **QUESTIONS_FACTS,
    "tonight": first(Consultation.id, Consultation.theme == "safety", Consultation.state == "published"),
    "counted": first(Consultation.id, Consultation.title == "Parcări de reședință în Cotroceni"),
    "season": first(Consultation.season_id),
    "host": first(Host.id),
    "host_slug": first(Host.slug),
    "venue": first(Venue.id),
    "full_one": first(Consultation.id, Consultation.capacity == 6),
    "minuted": first(Minutes.consultation_id, Minutes.position == 2),
    "overdue": first(
        Consultation.id,
        Consultation.state == "held",
        Consultation.id.not_in(select(Minutes.consultation_id)),
    ),
    "past_ticket": first(Registration.code, Registration.consultation_id.in_(_ended(days=-365, until=-31))),
    "asked_ticket": first(Registration.code, Registration.consultation_id.in_(_ended(days=-30, until=0))),
    "photograph": first(ConsultationPhoto.id),
    "called_off": first(Consultation.id, Consultation.state == "cancelled"),
    "not_held": first(Consultation.id, Consultation.state == "not_held"),
    "proposed": first(Consultation.id, Consultation.state == "proposed"),
    "ticket": first(Registration.code, Registration.state == "confirmed"),
    "waiting_ticket": first(Registration.code, Registration.state == "waiting"),
}
