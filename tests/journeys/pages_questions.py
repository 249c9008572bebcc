"""The pages of questions and commitments, for the page gate."""

from consultations.models import Commitment, CommitmentPhoto, Consultation, Question
from tests.journeys.case import PageCase, first

BASE = "/consultations"
FORM = "00000000-0000-4000-8000-000000000001"
QUESTIONS: tuple[PageCase, ...] = (
    PageCase(f"{BASE}/{{on_safety}}"),
    PageCase(f"{BASE}/{{on_safety}}/questions"),
    PageCase(f"{BASE}/{{full_one}}/questions", who="resident"),
    PageCase(f"{BASE}/{{full_one}}/questions", note="empty", who="resident", status=422, send={}),
    PageCase(
        f"{BASE}/{{full_one}}/questions",
        note="alike",
        who="resident",
        send={
            "form": "00000000-0000-4000-8000-000000000001",
            "text": "Când se repară trotuarul de pe Zețarilor?",
        },
    ),
    PageCase(f"{BASE}/questions/{{answered}}"),
    PageCase(f"{BASE}/questions/{{answered}}", who="organizer"),
    PageCase(f"{BASE}/questions/{{answered}}/answer", who="organizer"),
    PageCase(f"{BASE}/questions/{{answered}}/answer", note="empty", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/{{on_safety}}/room", who="organizer"),
    PageCase(f"{BASE}/{{full_one}}/room", note="empty", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/{{full_one}}/room/arrange", note="none chosen", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/questions/{{answered}}/idea", who="reviewer"),
    PageCase(f"{BASE}/questions/{{answered}}/commitment", who="organizer"),
    PageCase(f"{BASE}/questions/{{answered}}/commitment", note="empty", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/{{on_safety}}/commitments", who="organizer"),
    PageCase(f"{BASE}/commitments"),
    PageCase(f"{BASE}/commitments?state=withdrawn", note="nothing"),
    PageCase(f"{BASE}/commitments/{{put_off}}"),
    PageCase(f"{BASE}/commitments/{{put_off}}", who="organizer"),
    PageCase(f"{BASE}/commitments/{{put_off}}/report", who="organizer"),
    PageCase(f"{BASE}/commitments/{{put_off}}/report", note="empty", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/commitments/{{put_off}}/change", who="organizer"),
    PageCase(f"{BASE}/commitments/{{put_off}}/change", note="empty", who="organizer", status=422, send={}),
    PageCase(f"{BASE}/commitments/photos/{{promised_photo}}/withdraw", who="organizer"),
    PageCase(f"{BASE}/as-official", who="councillor"),
    PageCase(f"{BASE}/as-official", note="holds none", who="organizer"),
)
QUESTIONS_FACTS = {
    "promised_photo": first(CommitmentPhoto.id),
    "put_off": first(Commitment.id, Commitment.due_on > Commitment.first_due_on),
    "on_safety": first(Consultation.id, Consultation.theme == "safety", Consultation.state == "held"),
    "answered": first(Question.id, Question.group_id.is_not(None)),
}
