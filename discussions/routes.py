"""The web of comments: on a subject, one alone, the newest of a scope; reports, decisions, the log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, Router
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from app.kit.context import Ctx
from app.kit.errors import Conflict, DomainError, Forbidden, FormErrors
from app.kit.forms import Form, parse, query_form, whole_number
from app.kit.paging import Paging, paging
from app.kit.policy import Verdict, require
from app.kit.tables import Rows, as_csv
from app.kit.web import (
    WebRequest,
    anyone,
    explain_refusal,
    get,
    official,
    page,
    post,
    see_other,
    signed_in,
    stream,
)
from discussions import queries, service
from discussions.forms import AppealDecisionForm, AppealForm, CommentForm, HideForm, KeepForm, ReportForm
from discussions.models import Comment
from discussions.pages import (
    SORTS,
    CommentPage,
    DiscussionPage,
    Facts,
    LogPage,
    Looking,
    NewestPage,
    QueuePage,
    build_comment,
    view_comment,
    view_decision,
)
from discussions.policy import may_act_here, may_comment, may_decide_appeal, may_see_moderation
from discussions.queries import Subject
from discussions.queries.facts import DecisionRow, read_decisions
from discussions.states import CommentState, Sort

PAGE, REPLIES = 20, 50
Refusals = (FormErrors, Forbidden, Conflict)


async def _looking(session: AsyncSession, ctx: Ctx, comments: Sequence[Comment]) -> Looking:
    """Who looks at some comments: one query for what they support, one for what is hidden."""
    accounts = await list_same_person(session, ctx.actor.id) if ctx.actor else []
    ids = [one.id for one in comments]
    hidden = [one.id for one in comments if one.state == CommentState.HIDDEN]
    return Looking(
        actor=ctx.actor,
        accounts=accounts,
        supported=await queries.supported_by(session, accounts, ids) if accounts else set(),
        hidings=await queries.last_hidings(session, hidden) if hidden else {},
    )


# ── on a subject ──────────────────────────────────────────────────────────────
@get("/discussions/{subject:str}", audience=anyone)
async def show_discussion(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    subject: FromPath[str],
) -> Response[bytes]:
    """What is said on a subject: a page of comments with their first replies, and the form of another."""
    found = await queries.get_subject(session, ctx.actor, subject)
    model = await _discussion(session, ctx, found, query_form(request))
    return page(request, "discussions/discussion.html", model)


async def _discussion(
    session: AsyncSession,
    ctx: Ctx,
    subject: Subject,
    asked: Form,
    *,
    typed: Form | None = None,
    errors: dict[str, str] | None = None,
) -> DiscussionPage:
    sort = Sort(asked.get("sort")) if asked.get("sort") in set(Sort) else Sort.NEWEST
    paged = paging(asked.get("page"), await queries.count_first(session, subject.ref), size=PAGE)
    comments = await queries.list_first(session, subject.ref, sort, paged)
    with_replies = [one.id for one in comments if one.reply_count]
    replies = await queries.first_replies(session, with_replies) if with_replies else {}
    looking = await _looking(session, ctx, [*comments, *(one for some in replies.values() for one in some)])
    thread = await queries.get_thread(session, subject.ref)
    return DiscussionPage(
        subject=subject,
        comments=[view_comment(one, subject, looking, replies.get(one.id, ())) for one in comments],
        total=thread.comment_count if thread else 0,
        paging=paged,
        sort=sort.value,
        sorts=[(one.value, title) for one, title in SORTS.items()],
        may_comment=may_comment(ctx.actor, subject.takes_comments),
        is_moderator=bool(may_see_moderation(ctx.actor)),
        typed=typed.get("body") if typed else "",
        wants_mail=bool(typed and "wants_mail" in typed),
        errors=errors or {},
    )


@post("/discussions/{subject:str}", audience=signed_in, include_in_schema=False)
async def write(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    subject: FromPath[str],
) -> Response[bytes]:
    """Say something on a subject. What is refused stays in the form."""
    found = await queries.get_subject(session, ctx.actor, subject)
    try:
        typed = parse(CommentForm, form)
        async with session.begin_nested():  # a refusal is a page, which ends without rolling back
            written = await service.write_comment(
                session, ctx.actor, found, typed.body, wants_mail=typed.wants_mail, now=ctx.now
            )
    except Refusals as refusal:
        errors, status = explain_refusal(ctx.locale, refusal, "body")
        model = await _discussion(session, ctx, found, Form(), typed=form, errors=errors)
        return page(request, "discussions/discussion.html", model, status=status)
    notice = ctx.gettext("Your comment is public. You can change it for 15 minutes.")
    return see_other(request, f"/discussions/{subject}", notice=notice, anchor=f"c-{written.id}")


@get("/discussions/{subject:str}/newest", audience=anyone)
async def show_newest(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    subject: FromPath[str],
) -> Response[bytes]:
    """The newest comments on whatever belongs to a subject, each with where it stands."""
    scope = await queries.get_subject(session, ctx.actor, subject)
    counts = await queries.count_comments(session, scope.ref)
    paged = paging(query_form(request).get("page"), sum(counts.values()), size=PAGE)
    comments = await queries.list_newest(session, scope.ref, paged)
    looking = await _looking(session, ctx, comments)
    places = await queries.list_subjects(session, ctx.actor, [one.subject for one in comments])
    model = NewestPage(
        ref=scope.ref,
        title=scope.title,
        path=scope.path,
        parents=scope.parents,
        comments=[
            (view_comment(one, None, looking), places[one.subject].title, f"/discussions/{one.subject}")
            for one in comments
            if one.subject in places
        ],
        paging=paged,
    )
    return page(request, "discussions/newest.html", model)


# ── one comment ───────────────────────────────────────────────────────────────
@get("/comments/{comment_id:uuid}", audience=anyone)
async def show_comment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    comment_id: FromPath[UUID],
) -> Response[bytes]:
    """A comment with all its replies, and what may be done with it."""
    comment = await queries.get_comment(session, comment_id)
    model = await _comment_page(session, ctx, comment, query_form(request))
    return page(request, "discussions/comment.html", model)


async def _comment_page(
    session: AsyncSession,
    ctx: Ctx,
    comment: Comment,
    asked: Form,
    *,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> CommentPage:
    """`form`: what was typed and refused."""
    subject = await queries.get_subject(session, ctx.actor, comment.subject)
    parent = await queries.get_comment(session, comment.parent_id) if comment.parent_id else None
    paged = paging(asked.get("page"), comment.reply_count, size=REPLIES)
    replies = await queries.list_replies(session, comment.id, paged)
    looking = await _looking(session, ctx, [comment, *replies, *([parent] if parent else [])])
    hiding = looking.hidings.get(comment.id)
    facts = Facts(
        decisions=await queries.list_decisions(session, comment.id),
        reports=await queries.list_open_reports(session, comment.id),
        appeal=await queries.find_appeal(session, hiding.id) if hiding else None,
    )
    return build_comment(
        comment,
        subject,
        looking,
        facts,
        parent=parent,
        replies=replies,
        paging=paged,
        may_comment=may_comment(ctx.actor, subject.takes_comments),
        do=form.get("do") if form else "",
        typed=dict(form.fields) if form else {},
        errors=errors or {},
        now=ctx.now,
    )


async def _reply(session: AsyncSession, ctx: Ctx, comment: Comment, form: Form) -> str:
    body = parse(CommentForm, form).body
    subject = await queries.get_subject(session, ctx.actor, comment.subject)
    await service.write_comment(session, ctx.actor, subject, body, parent_id=comment.id, now=ctx.now)
    return ctx.gettext("Your comment is public. You can change it for 15 minutes.")


async def _require_here(session: AsyncSession, ctx: Ctx, comment: Comment) -> None:
    """Raises: Forbidden where what is said is changed and supported elsewhere, or nowhere."""
    subject = await queries.get_subject(session, ctx.actor, comment.subject)
    require(may_act_here(only_moderated=subject.only_moderated))


async def _edit(session: AsyncSession, ctx: Ctx, comment: Comment, form: Form) -> str:
    await _require_here(session, ctx, comment)
    await service.edit_comment(session, ctx.actor, comment.id, parse(CommentForm, form).body, now=ctx.now)
    return ctx.gettext("The comment is changed.")


async def _withdraw(session: AsyncSession, ctx: Ctx, comment: Comment, form: Form) -> str:
    await _require_here(session, ctx, comment)
    await service.withdraw_comment(session, ctx.actor, comment.id)
    return ctx.gettext("The comment is withdrawn. Its words are deleted.")


async def _report(session: AsyncSession, ctx: Ctx, comment: Comment, form: Form) -> str:
    typed = parse(ReportForm, form)
    await service.report_comment(session, ctx.actor, comment.id, typed.ground, typed.text, now=ctx.now)
    return ctx.gettext("Thank you. A moderator looks at it and decides in public.")


async def _appeal(session: AsyncSession, ctx: Ctx, comment: Comment, form: Form) -> str:
    await service.appeal(session, ctx.actor, comment.id, parse(AppealForm, form).appeal, now=ctx.now)
    return ctx.gettext("Another moderator looks at it again. We write to you then.")


_DO = {"reply": _reply, "edit": _edit, "withdraw": _withdraw, "report": _report, "appeal": _appeal}


@post("/comments/{comment_id:uuid}", audience=signed_in, include_in_schema=False)
async def act_on_comment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    comment_id: FromPath[UUID],
) -> Response[bytes]:
    """Reply, change, withdraw, report or appeal. What is refused stays in the form."""
    comment = await queries.get_comment(session, comment_id)
    await queries.get_subject(session, ctx.actor, comment.subject)  # that they may know of it
    try:
        async with session.begin_nested():
            notice = await _DO.get(form.get("do"), _reply)(session, ctx, comment, form)
    except Refusals as refusal:
        return await _show_refusal(request, session, ctx, comment_id, form, refusal)
    return see_other(request, f"/comments/{comment_id}", notice=notice)


async def _show_refusal(
    request: WebRequest, session: AsyncSession, ctx: Ctx, comment_id: UUID, form: Form, refusal: DomainError
) -> Response[bytes]:
    errors, status = explain_refusal(ctx.locale, refusal)
    comment = await queries.get_comment(session, comment_id)
    model = await _comment_page(session, ctx, comment, Form(), form=form, errors=errors)
    return page(request, "discussions/comment.html", model, status=status)


@post("/comments/{comment_id:uuid}/support", audience=signed_in, include_in_schema=False)
async def support(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    comment_id: FromPath[UUID],
) -> Response[bytes]:
    """Support a comment, or no longer; back to where it was read."""
    comment = await queries.get_comment(session, comment_id)
    await _require_here(session, ctx, comment)
    wanted = form.get("wanted") == "yes"
    await service.support_comment(session, ctx.actor, comment_id, wanted=wanted, now=ctx.now)
    back = _back(form, comment)
    return see_other(request, back, anchor=f"c-{comment_id}")


def _back(form: Form, comment: Comment) -> str:
    """The page on which the button was: one of ours, with its order and place."""
    if form.get("from") == "comment":
        return f"/comments/{comment.parent_id or comment.id}"
    sort = form.get("sort") if form.get("sort") in set(Sort) else Sort.NEWEST.value
    return f"/discussions/{comment.subject}?sort={sort}&page={whole_number(form.get('page')) or 1}"


# ── moderation ────────────────────────────────────────────────────────────────
async def _hide(session: AsyncSession, ctx: Ctx, comment_id: UUID, form: Form) -> str:
    typed = parse(HideForm, form)
    await service.hide_comment(session, ctx.actor, comment_id, typed.ground, typed.reason, now=ctx.now)
    return ctx.gettext("The comment is hidden. Its author was told and may appeal once.")


async def _keep(session: AsyncSession, ctx: Ctx, comment_id: UUID, form: Form) -> str:
    await service.keep_comment(session, ctx.actor, comment_id, parse(KeepForm, form).reason, now=ctx.now)
    return ctx.gettext("The comment stays. Its reports are closed.")


async def _decide(session: AsyncSession, ctx: Ctx, comment_id: UUID, form: Form) -> str:
    typed = parse(AppealDecisionForm, form)
    restore = typed.outcome == "restore"
    await service.decide_appeal(
        session, ctx.actor, comment_id, restore=restore, reason=typed.reason, now=ctx.now
    )
    return ctx.gettext("The appeal is decided. Its author was told.")


_DECISIONS = {"hide": _hide, "keep": _keep, "decide": _decide}


@post("/comments/{comment_id:uuid}/moderate", audience=official, include_in_schema=False)
async def moderate(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    comment_id: FromPath[UUID],
) -> Response[bytes]:
    """Hide a comment, leave it, or decide on an appeal."""
    require(may_see_moderation(ctx.actor))
    try:
        async with session.begin_nested():
            notice = await _DECISIONS.get(form.get("do"), _keep)(session, ctx, comment_id, form)
    except Refusals as refusal:
        return await _show_refusal(request, session, ctx, comment_id, form, refusal)
    return see_other(request, "/moderation", notice=notice)


@get("/moderation", audience=official, include_in_schema=False)
async def show_queue(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Comments that were reported, and appeals: what waits for a moderator."""
    require(may_see_moderation(ctx.actor))
    reported, appealed = await queries.list_reported(session), await queries.list_appealed(session)
    comments = [row[0] for row in reported] + [row[0] for row in appealed]
    looking = await _looking(session, ctx, comments)

    def may_decide(comment: Comment, hidden_by: UUID) -> Verdict:
        return may_decide_appeal(ctx.actor, comment, hidden_by=hidden_by, accounts=looking.accounts)

    model = QueuePage(
        reported=[(view_comment(one, None, looking), count) for one, count in reported],
        reported_count=await queries.count_reported(session),
        appealed=[
            (view_comment(one, None, looking), row.text, may_decide(one, hiding.by_id))
            for one, row, hiding in appealed
        ],
    )
    return page(request, "discussions/queue.html", model)


@get("/moderation/log", audience=anyone)
async def show_log(request: WebRequest, session: NamedDependency[AsyncSession]) -> Response[bytes]:
    """Every decision of the moderators with its reason; it names nobody."""
    paged: Paging = paging(
        query_form(request).get("page"), await queries.count_decisions(session), size=REPLIES
    )
    entries = await queries.list_log(session, paged)
    model = LogPage(entries=[(view_decision(row[2]), f"/comments/{row[1]}") for row in entries], paging=paged)
    return page(request, "discussions/log.html", model)


@get("/moderation/log.csv", audience=anyone, include_in_schema=False)
async def export_log(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[Any]:
    """The same for spreadsheets, the oldest first."""

    async def read() -> Rows:
        async with ctx.services.database.read() as session:
            async for rows in read_decisions(session):
                yield rows

    return stream(
        request, lambda: as_csv(DecisionRow, read()), media_type="text/csv", filename="moderation.csv"
    )


router = Router(
    path="/",
    route_handlers=[
        show_discussion,
        write,
        show_newest,
        show_comment,
        act_on_comment,
        support,
        moderate,
        show_queue,
        show_log,
        export_log,
    ],
)
