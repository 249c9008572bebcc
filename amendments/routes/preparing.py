"""The department prepares answers; who answers gives them as they are, several at once."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from amendments import queries, service
from amendments.errors import AnswerClashes, AnswerOutdated, PreparedChanged, TextRefused
from amendments.forms import AdoptForm, PreparedForm
from amendments.policy import may_prepare_answer, may_see_answers
from amendments.routes.answering import answer_page, queue_page, typed_operations
from amendments.routes.public import visible_act, visible_amendment
from amendments.service import AnswerDraft
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, whole_number
from app.kit.policy import require
from app.kit.web import WebRequest, explain_refusal, official, page, post, see_other

COUNTER_FIELDS = ("text-", "new-", "take", "part")  # what the form has of the counter-text
REFUSALS = (FormErrors, AnswerClashes, AnswerOutdated, PreparedChanged, TextRefused)


@post(
    "/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/answer/prepare",
    audience=official,
    include_in_schema=False,
)
async def prepare_answer(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """Keep an answer for who will give it, or throw the kept one away."""
    act = await visible_act(session, ctx, act_id)
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    require(may_prepare_answer(ctx.actor, act, row, accounts=await list_same_person(session, ctx.actor.id)))
    try:
        if form.get("do") == "drop":
            revision = whole_number(form.get("revision"))
            await service.drop_prepared(session, ctx.actor, row.id, revision=revision)
            notice = ctx.gettext("Nothing is prepared for this amendment any more.")
        else:
            await _prepare(session, ctx, row.id, form)
            notice = ctx.gettext("The answer is prepared. It is public only when it is given.")
    except REFUSALS as problem:
        errors, status = explain_refusal(ctx.locale, problem, "outcome")
        model = await answer_page(session, ctx, act, row, form, errors)
        return page(request, "amendments/answer.html", model, status=status)
    return see_other(request, f"/acts/{act_id}/answers", notice=notice)


async def _prepare(session: AsyncSession, ctx: Ctx, amendment_id: UUID, form: Form) -> None:
    typed = parse(PreparedForm, form)
    row = await queries.get_amendment(session, amendment_id)
    newest = await queries.last_version(session, row.act_id)
    draft = AnswerDraft(
        outcome=typed.outcome,
        reason=typed.reason,
        function="",
        seen=typed.seen,
        same_as_id=typed.same_as,
        operations=await typed_operations(session, newest, row, typed.outcome, form),
    )
    await service.prepare_answer(
        session,
        ctx.actor,
        amendment_id,
        draft,
        revision=typed.revision,
        typed=[(name, value) for name, value in form.fields if name.startswith(COUNTER_FIELDS)],
        now=ctx.now,
    )


@post("/acts/{act_id:uuid}/answers/adopt", audience=official, include_in_schema=False)
async def adopt_answers(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Give the prepared answers that were ticked, as they are and in one's own name: all or none."""
    act = await visible_act(session, ctx, act_id)
    require(may_see_answers(ctx.actor))
    try:
        typed = parse(AdoptForm, form)
        chosen = dict(one.rpartition(":")[::2] for one in typed.adopt)
        revisions = {
            one.id: whole_number(chosen[str(one.id)])
            for one in await queries.list_registered(session, act_id)
            if str(one.id) in chosen
        }
        answers = await service.adopt_prepared(
            session, ctx.actor, act_id, revisions, function=typed.function, now=ctx.now
        )
    except REFUSALS as problem:
        errors, status = explain_refusal(ctx.locale, problem, "adopt")
        model = await queue_page(session, ctx, act, form, errors)
        return page(request, "amendments/queue.html", model, status=status)
    notice = ctx.ngettext(
        "%(num)s answer is public. Its author was told.",
        "%(num)s answers are public. Their authors were told.",
        len(answers),
    )
    return see_other(request, f"/acts/{act_id}/answers", notice=notice)


HANDLERS = [prepare_answer, adopt_answers]
