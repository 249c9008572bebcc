"""In the room: questions are written down, grouped, put in order, and answered."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.db import new_id
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import Form, parse, typed_id
from app.kit.policy import Verdict, require
from app.kit.text import uuids
from app.kit.web import WebRequest, explain_refusal, field_errors, get, official, page, post, see_other
from consultations import queries, service
from consultations.errors import AnsweredMeanwhile
from consultations.forms.asked import AnswerForm, SpokenForm
from consultations.models import Consultation
from consultations.pages.questions import AnswerPage, RoomPage
from consultations.policy import may_answer, may_arrange, may_take_down
from consultations.queries import questions as asked
from consultations.routes.public import get_visible, view_cards
from consultations.routes.questions import NO_FORM, view_with_group
from consultations.routes.questions_views import view_items
from consultations.rules.questions import IllegalAnswer, QuestionSort, order_items

ROOM, ANSWER = "consultations/room.html", "consultations/answer.html"


def room_path(consultation_id: UUID) -> str:
    """The page for the room."""
    return f"/consultations/{consultation_id}/room"


async def _ask_answer(session: AsyncSession, ctx: Ctx, row: Consultation) -> Verdict:
    host = await queries.get_host(session, row.host_id)
    return may_answer(ctx.actor, row, host_account=host.account_id)


async def _room_page(
    session: AsyncSession,
    ctx: Ctx,
    consultation_id: UUID,
    form: Form,
    *,
    form_id: UUID | None = None,
    errors: dict[str, str] | None = None,
) -> RoomPage:
    """Raises: Forbidden."""
    one = await get_visible(session, ctx, consultation_id)
    down, arrange = may_take_down(ctx.actor, one.row, now=ctx.now), may_arrange(ctx.actor, one.row)
    answers = await _ask_answer(session, ctx, one.row)
    if not arrange and not answers:
        require(down)
    (card,) = await view_cards(session, ctx, [one])
    items = order_items(await asked.list_items(session, consultation_id), QuestionSort.ROOM)
    return RoomPage(
        card=card,
        path=room_path(consultation_id),
        items=await view_items(session, ctx, items),
        groups=[
            (str(group.id), group.title) for group in await asked.list_groups_of(session, consultation_id)
        ],
        may_take_down=down,
        may_arrange=arrange,
        may_answer=answers,
        form_id=str(form_id or new_id()),
        chosen=form.get_all("ids"),
        typed=dict(form.fields),
        errors=errors or {},
    )


@get("/consultations/{consultation_id:uuid}/room", audience=official, include_in_schema=False)
async def show_room(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """What is used in the room, on a telephone."""
    return page(request, ROOM, await _room_page(session, ctx, consultation_id, Form()))


@post("/consultations/{consultation_id:uuid}/room", audience=official, include_in_schema=False)
async def take_down(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Write a question down."""
    await get_visible(session, ctx, consultation_id)
    form_id = typed_id(form.get("form"))
    try:
        spoken = parse(SpokenForm, form).read_spoken("ro")
        if form_id.int == 0:
            raise FormErrors({"": Invalid(NO_FORM)})
        question = await service.take_down(
            session, ctx.actor, consultation_id, spoken, form_id=form_id, now=ctx.now
        )
    except FormErrors as refused:
        errors, again = field_errors(ctx.locale, refused), form_id if form_id.int else None
        model = await _room_page(session, ctx, consultation_id, form, form_id=again, errors=errors)
        return page(request, ROOM, model, status=422)
    notice = ctx.gettext("The question of %(name)s is written down.", name=question.author_name)
    return see_other(request, room_path(consultation_id), notice=notice)


@post("/consultations/{consultation_id:uuid}/room/arrange", audience=official, include_in_schema=False)
async def arrange(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Group questions or undo it, take one up earlier or later."""
    await get_visible(session, ctx, consultation_id)
    do, key = form.get("do"), typed_id(form.get("key"))
    notice = ""
    try:
        if do in ("up", "down"):
            await service.move(session, ctx.actor, consultation_id, key, up=do == "up")
        elif do == "ungroup":
            await service.ungroup(session, ctx.actor, key)
            notice = ctx.gettext("The question stands alone again.")
        elif do == "dissolve":
            await service.dissolve(session, ctx.actor, key)
            notice = ctx.gettext("The questions of this group stand alone again.")
        else:
            group = await service.group_questions(
                session,
                ctx.actor,
                consultation_id,
                uuids(form.get_all("ids")),
                title=form.get("title")[:200],
                group_id=typed_id(form.get("group")) if form.get("group") else None,
                now=ctx.now,
            )
            key = group.id
            notice = ctx.gettext("The questions stand together.")
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        model = await _room_page(session, ctx, consultation_id, form, errors=errors)
        return page(request, ROOM, model, status=422)
    return see_other(request, room_path(consultation_id), notice=notice, anchor=f"i-{key}")


# ── answering ─────────────────────────────────────────────────────────────────
async def _answer_page(
    session: AsyncSession,
    ctx: Ctx,
    question_id: UUID,
    typed: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
) -> AnswerPage:
    """Raises: QuestionNotFound, Forbidden."""
    question = await asked.get_question(session, question_id)
    one = await get_visible(session, ctx, question.consultation_id)
    require(await _ask_answer(session, ctx, one.row))
    (card,) = await view_cards(session, ctx, [one])
    view, group, others = await view_with_group(session, ctx, question_id)
    return AnswerPage(
        card=card,
        question=view,
        group=group,
        others=others,
        seen=len(view.answers),
        typed=typed,
        errors=errors or {},
    )


@get("/consultations/questions/{question_id:uuid}/answer", audience=official, include_in_schema=False)
async def show_answer(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    question_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of an answer."""
    question = await asked.get_question(session, question_id)
    row = await queries.get_consultation(session, question.consultation_id)
    kind = (
        "spoken" if row.starts_at <= ctx.now and local_date(row.ends_at) == local_date(ctx.now) else "written"
    )
    typed = {"kind": kind, "whole_group": "yes"}
    return page(request, ANSWER, await _answer_page(session, ctx, question_id, typed))


@post("/consultations/questions/{question_id:uuid}/answer", audience=official, include_in_schema=False)
async def answer(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    question_id: FromPath[UUID],
) -> Response[bytes]:
    """Answer the question, or promise a written answer by a day."""
    try:
        typed = parse(AnswerForm, form)
        await service.answer(
            session,
            ctx.actor,
            question_id,
            typed.read_reply(),
            whole_group=typed.whole_group,
            seen=typed.seen,
            now=ctx.now,
        )
    except (FormErrors, AnsweredMeanwhile, IllegalAnswer) as refused:
        return await _again(request, session, ctx, question_id, form, refused)
    notice = ctx.gettext("The answer is public. Who asked and who supports it is told.")
    return see_other(request, f"/consultations/questions/{question_id}", notice=notice)


async def _again(
    request: WebRequest, session: AsyncSession, ctx: Ctx, question_id: UUID, form: Form, refused: DomainError
) -> Response[bytes]:
    """The form with what was typed; and with what a colleague has answered meanwhile."""
    errors, status = explain_refusal(ctx.locale, refused)
    model = await _answer_page(session, ctx, question_id, dict(form.fields), errors=errors)
    return page(request, ANSWER, model, status=status)


HANDLERS = [show_room, take_down, arrange, show_answer, answer]
