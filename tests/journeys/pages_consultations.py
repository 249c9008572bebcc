"""The pages of field consultations, for the page gate."""

from consultations.models import Consultation, Host, Registration, Venue
from tests.journeys.case import Fields, PageCase, first

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
    PageCase(f"{BASE}/hosts/{{host_slug}}"),
    PageCase(f"{BASE}/kept"),
    PageCase(f"{BASE}/kept?season=none", note="nothing"),
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

CONSULTATIONS_FACTS = {
    "season": first(Consultation.season_id),
    "host": first(Host.id),
    "host_slug": first(Host.slug),
    "venue": first(Venue.id),
    "full_one": first(Consultation.id, Consultation.capacity == 6),
    "called_off": first(Consultation.id, Consultation.state == "cancelled"),
    "not_held": first(Consultation.id, Consultation.state == "not_held"),
    "proposed": first(Consultation.id, Consultation.state == "proposed"),
    "ticket": first(Registration.code, Registration.state == "confirmed"),
    "waiting_ticket": first(Registration.code, Registration.state == "waiting"),
}
