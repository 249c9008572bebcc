"""The pages of comments and of the debate meeting, for the page gate (pages.py)."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from discussions.models import Comment
from tests.journeys.case import PageCase, first

ON_AMENDMENT = "/discussions/amendment:{amendment}"

TALK: tuple[PageCase, ...] = (
    PageCase(ON_AMENDMENT),
    PageCase(ON_AMENDMENT + "?sort=supported", who="resident"),
    PageCase(ON_AMENDMENT, note="empty", who="resident", status=422, send={"body": ""}),
    PageCase("/discussions/act:{act}/newest"),
    PageCase("/comments/{comment}", who="resident"),
    PageCase("/comments/{comment}", note="empty report", who="author", status=422, send={"do": "report"}),
    PageCase("/comments/{reported_comment}", who="moderator"),
    PageCase("/comments/{hidden_comment}"),
    PageCase("/comments/{hidden_comment}", who="secretariat"),
    PageCase("/moderation", who="moderator"),
    PageCase("/acts/{act}/debates/ask", who="resident"),
    PageCase("/acts/{act}/debates/ask", note="empty", who="resident", status=422, send={}),
    PageCase("/acts/{act}/debates/1"),
    PageCase("/acts/{act}/debates/1", who="resident"),
    PageCase("/acts/{closed_act}/debates/1"),
    PageCase("/acts/{closed_act}/debates/new", who="secretariat"),
    PageCase("/acts/{closed_act}/debates/new", note="empty", who="secretariat", status=422, send={}),
    PageCase("/acts/{act}/debates/1/desk", who="secretariat"),
    PageCase(
        "/acts/{act}/debates/1/desk", note="too early", who="secretariat", status=422, send={"do": "end"}
    ),
    PageCase("/acts/{closed_act}/debates/1/desk", who="secretariat"),
    PageCase("/moderation/log"),
)

TALK_FACTS: dict[str, Callable[[AsyncSession], Awaitable[str]]] = {
    "comment": first(Comment.id, Comment.reply_count == 2),
    "hidden_comment": first(Comment.id, Comment.state == "hidden"),
    "reported_comment": first(Comment.id, Comment.body.like("Pe strada noastră%")),
}
