"""Pages of ideas, their review and projects: see pages.py."""

import json

from tests.journeys.case import Fields, PageCase
from tests.journeys.pages_works import WORKS

NEW_DRAFT: tuple[str, Fields] = ("/ideas/new", {})
TEXT = {
    "title": "Umbrare pentru locul de joacă din Parcul Sebastian",
    "body": "Vara toboganul **arde**. Propun:\n\n- trei prelate\n- doi platani",
    "lang": "ro",
}
PREVIEW = {**TEXT, "do": "preview"}
LONG = {**TEXT, "title": "Umbră " * 40}
WRITTEN = (NEW_DRAFT, ("/ideas/{created}/edit/text", TEXT))
PINNED = (*WRITTEN, ("/ideas/{created}/edit/place", {"pin-large.x": "350", "pin-large.y": "150"}))
TERMS = {"answer_days": 10, "contest_days": 5, "decide_days": 5}
USUAL = json.dumps({"second_eyes_bani": 500_000_00, **TERMS, "publish_at": None})
HELD: tuple[str, Fields] = (
    "/cycles/{next_cycle}/review-rules/edit",
    {
        "second_eyes": "500000",
        **{name: str(days) for name, days in TERMS.items()},
        "publish_on": "2099-05-04",
        "reason": "Toate deciziile deodată",
        "seen": "{" + USUAL + "}",
    },
)

IDEAS: tuple[PageCase, ...] = (
    # ── residents
    PageCase("/ideas/supported", who="resident"),
    PageCase("/ideas/supported", note="none", who="newcomer"),
    PageCase("/ideas"),
    PageCase("/ideas?q=parc&order=support", note="found"),
    PageCase("/ideas?q=zmeură", note="nothing found"),
    PageCase("/ideas/new"),
    PageCase("/ideas/new", who="author"),
    PageCase("/ideas/{created}/edit/text", who="author", before=(NEW_DRAFT,)),
    PageCase("/ideas/{created}/edit/text", note="preview", who="author", before=(NEW_DRAFT,), send=PREVIEW),
    PageCase(
        "/ideas/{created}/edit/text",
        note="too long",
        who="author",
        status=422,
        before=(NEW_DRAFT,),
        send=LONG,
    ),
    PageCase("/ideas/{created}/edit/place", who="author", before=WRITTEN),
    PageCase("/ideas/{created}/edit/place", note="with a pin", who="author", before=PINNED),
    PageCase(
        "/ideas/{created}/edit/place",
        note="refused",
        who="author",
        status=422,
        before=WRITTEN,
        send={"latitude": "12", "pin-large.x": "a", "pin-large.y": "1"},
    ),
    PageCase("/ideas/{created}/edit/photos", who="author", before=WRITTEN),
    PageCase("/ideas/{created}/similar", who="author", before=WRITTEN),
    PageCase("/ideas/{created}/check", who="author", before=WRITTEN),
    PageCase("/ideas/{created}/check", note="with a pin", who="author", before=PINNED),
    PageCase("/ideas/{created}/delete", who="author", before=WRITTEN),
    PageCase("/ideas/{own_idea}/sent", who="author"),
    PageCase("/ideas/{own_idea}/withdraw", who="author"),
    PageCase("/ideas/{own_idea}", who="author"),
    PageCase("/ideas/{own_idea}", who="resident"),
    PageCase("/ideas/{own_idea}"),
    PageCase("/ideas/{asked_idea}"),
    PageCase("/ideas/{rejected_idea}"),
    PageCase("/ideas/{accepted_idea}"),
    PageCase("/ideas/{pinned_idea}"),
    *WORKS,
    PageCase("/projects"),
    PageCase("/projects?cycle={past_cycle}", note="of the last cycle"),
    PageCase("/projects/print"),
    PageCase("/cycles/{open_cycle}/projects/P01"),
    PageCase("/cycles/{past_cycle}/projects/P01"),
    PageCase("/cycles/{next_cycle}/put-to-vote", who="election"),
    PageCase("/reasons"),
    PageCase("/reasons/R01"),
    PageCase("/reasons/R01/edit", who="admin"),
    PageCase("/reasons/new", who="admin"),
    PageCase("/reasons/new", note="empty", who="admin", status=422, send={}),
    PageCase("/review", who="reviewer"),
    PageCase("/review/ideas/{own_idea}", who="reviewer"),
    PageCase("/review/ideas/{asked_idea}", who="reviewer"),
    PageCase("/review/ideas/{pinned_idea}", who="reviewer"),
    PageCase("/review/ideas/{reviewed_idea}", who="reviewer"),
    PageCase("/review/ideas/{rejected_idea}", who="reviewer"),
    PageCase("/review/ideas/{reviewed_idea}/accept", who="reviewer"),
    PageCase("/review/ideas/{reviewed_idea}/change", who="reviewer"),
    PageCase("/review/ideas/{reviewed_idea}/forward", who="reviewer"),
    PageCase("/ideas/{forwarded_idea}"),
    PageCase("/ideas/{changed_idea}"),
    PageCase("/cycles/{next_cycle}/review-rules"),
    PageCase("/cycles/{next_cycle}/review-rules/edit", who="admin"),
    PageCase("/cycles/{next_cycle}/review-rules/edit", note="empty", who="admin", status=422, send={}),
    PageCase("/ideas/{contestable_idea}/contest", who="author"),
    PageCase("/ideas/{contestable_idea}/contest", note="empty", who="author", status=422, send={}),
    PageCase("/ideas/{contested_idea}"),
    PageCase("/review/contestations", who="reviewer"),
    PageCase("/review/ideas/{contested_idea}", who="reviewer"),
    PageCase("/review/ideas/{contested_idea}/contestation", who="reviewer"),
    PageCase("/review/ideas/{contested_idea}/contestation", note="by a colleague", who="second_reviewer"),
    PageCase(
        "/review/ideas/{contested_idea}/contestation",
        note="empty",
        who="second_reviewer",
        status=422,
        send={},
    ),
    PageCase("/review/assign", note="nothing ticked", who="reviewer", status=422, send={}),
    PageCase("/ideas/overdue"),
    PageCase("/departments"),
    PageCase("/departments", who="admin"),
    PageCase("/departments", note="empty", who="admin", status=422, send={}),
    PageCase("/review/prepared", who="reviewer"),
    PageCase("/review/prepared/{prepared}", who="reviewer"),
    PageCase("/review/prepared/{prepared}", note="by a colleague", who="second_reviewer"),
    PageCase("/review/prepared/{prepared}/send-back", note="empty", who="reviewer", status=422, send={}),
    PageCase("/review/release/{next_cycle}", who="reviewer", before=(HELD,), begun_by="admin"),
    PageCase("/review/ideas/{prepared_idea}", who="reviewer"),
    PageCase("/review/ideas/{reviewed_idea}/merge", who="reviewer"),
    PageCase("/review/ideas/{reviewed_idea}/reject", who="reviewer"),
    PageCase("/review/ideas/{reviewed_idea}/reject", note="empty", who="reviewer", status=422, send={}),
    PageCase("/review/ideas/{reviewed_idea}/accept", note="empty", who="reviewer", status=422, send={}),
)
