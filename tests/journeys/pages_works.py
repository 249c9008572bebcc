"""The pages of the works on funded projects, for the page gate."""

from sqlalchemy import select

from proposals.models import Milestone, Opinion, Spending, WorksPhoto
from tests.journeys.case import PageCase, first

WORKS: tuple[PageCase, ...] = (
    PageCase("/works"),
    PageCase("/works?state=late", note="late"),
    PageCase("/works?area=nowhere", note="nothing"),
    PageCase("/works/{received_works}"),
    PageCase("/works/{received_works}", who="resident"),
    PageCase("/works/{received_works}", who="reviewer"),
    PageCase("/works/{received_works}", who="moderator"),
    PageCase("/works/{late_works}"),
    PageCase("/works/{late_works}/milestones/contract", who="reviewer"),
    PageCase(
        "/works/{late_works}/milestones/contract", note="seen earlier", who="reviewer", status=409, send={}
    ),
    PageCase("/works/{late_works}/milestones/new", who="reviewer"),
    PageCase("/works/{late_works}/payments/new", who="reviewer"),
    PageCase("/works/{late_works}/payments/new", note="empty", who="reviewer", status=422, send={}),
    PageCase("/works/{received_works}/payments/1/correct", who="reviewer"),
    PageCase("/works/{received_works}/photos", who="reviewer"),
    PageCase("/works/{received_works}/photos", note="empty", who="reviewer", status=422, send={}),
    PageCase("/works/photos/{works_photo}/withdraw", who="reviewer"),
    PageCase("/works/{received_works}/built", who="resident"),
    PageCase("/works/{received_works}/built", note="empty", who="resident", status=422, send={}),
    PageCase("/works/opinions/{opinion}/reply", who="reviewer"),
    PageCase("/comments/{opinion_words}", who="moderator"),
    PageCase("/works/{received_works}/charge", who="reviewer"),
    PageCase("/works/{received_works}/charge", note="empty", who="reviewer", status=422, send={}),
)

WORKS_FACTS = {
    "received_works": first(Opinion.project_id),
    "late_works": first(
        Milestone.project_id,
        Milestone.kind == "works_begin",
        Milestone.note != "",
        Milestone.project_id.in_(select(Spending.project_id)),
    ),
    "works_photo": first(WorksPhoto.id, WorksPhoto.opinion_id.is_(None)),
    "opinion": first(Opinion.id, Opinion.words_id.is_not(None)),
    "opinion_words": first(Opinion.words_id, Opinion.words_id.is_not(None)),
}
