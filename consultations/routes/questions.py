"""Questions in public: those of a consultation, one of them; asking, supporting, withdrawing."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from app.kit.context import Ctx
from app.kit.db import new_id
from app.kit.errors import Forbidden, FormErrors, Invalid
from app.kit.forms import Form, parse, query_form, typed_id
from app.kit.i18n import N_
from app.kit.paging import paging
from app.kit.web import (
    WebRequest,
    anyone,
    explain_refusal,
    get,
    page,
    post,
    see_other,
    signed_in,
    verified,
)
from consultations import service
from consultations.errors import QuestionNotFound
from consultations.forms.asked import AskForm
from consultations.pages.questions import (
    SORT_TITLES,
    QuestionPage,
    QuestionsPage,
    QuestionView,
    view_question,
)
from consultations.policy import may_answer, may_ask, may_take_down
from consultations.queries import questions as asked
from consultations.routes.public import get_visible, view_cards
from consultations.routes.questions_views import know, questions_path, view_items
from consultations.rules.questions import MOST_QUESTIONS, QuestionSort, order_items
from proposals.pages.ideas import query_of
from proposals.policy.authors import may_take_in

PAGE_SIZE = 20
TEMPLATE = "consultations/questions.html"
NO_FORM = N_("This form is incomplete. Open it again.")


@get("/consultations/{consultation_id:uuid}/questions", audience=anyone, include_in_schema=False)
async def list_questions(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """What a consultation is asked, a page at a time."""
    model = await _questions_page(session, ctx, consultation_id, query_form(request))
    return page(request, TEMPLATE, model)


async def _questions_page(
    session: AsyncSession,
    ctx: Ctx,
    consultation_id: UUID,
    asking: Form,
    *,
    form_id: UUID | None = None,
    alike: Sequence[UUID] = (),
    errors: dict[str, str] | None = None,
) -> QuestionsPage:
    one = await get_visible(session, ctx, consultation_id)
    (card,) = await view_cards(session, ctx, [one])
    sort = QuestionSort(asking.get("sort")) if asking.get("sort") in set(QuestionSort) else None
    sort = sort or QuestionSort.SUPPORTED
    items = order_items(await asked.list_items(session, consultation_id), sort)
    place = paging(asking.get("page"), len(items), size=PAGE_SIZE)
    accounts = await list_same_person(session, ctx.actor.id) if ctx.actor else []
    count = await asked.count_asked(session, consultation_id, accounts) if accounts else 0
    return QuestionsPage(
        card=card,
        path=questions_path(consultation_id),
        items=await view_items(session, ctx, items[place.offset : place.offset + place.size]),
        count=sum(len(item.keys) for item in items),
        sort=sort.value,
        sorts=[(one.value, title) for one, title in SORT_TITLES.items()],
        paging=place,
        may_ask=may_ask(ctx.actor, one.row, asked=count, now=ctx.now),
        may_take_down=may_take_down(ctx.actor, one.row, now=ctx.now),
        form_id=str(form_id or new_id()),
        most=MOST_QUESTIONS,
        alike=await _view_alike(session, ctx, alike),
        typed={"text": asking.get("text")},
        errors=errors or {},
    )


async def _view_alike(session: AsyncSession, ctx: Ctx, ids: Sequence[UUID]) -> list[QuestionView]:
    if not ids:
        return []
    known = await know(session, ctx, ids)
    return [view_question(known.asked[one], known) for one in ids if one in known.asked]


@post("/consultations/{consultation_id:uuid}/questions", audience=verified, include_in_schema=False)
async def ask(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Ask; what was asked already is shown first, once."""
    await get_visible(session, ctx, consultation_id)
    form_id = typed_id(form.get("form"))
    try:
        text = parse(AskForm, form).text
        if form_id.int == 0:
            raise FormErrors({"": Invalid(NO_FORM)})
        is_new = await asked.find_question_of_form(session, form_id) is None
        is_sure = form.get("sure") == "yes" or not is_new  # a second click is sure
        alike = [] if is_sure else await asked.list_alike(session, consultation_id, text)
        if alike:
            model = await _questions_page(session, ctx, consultation_id, form, form_id=form_id, alike=alike)
            return page(request, TEMPLATE, model)
        question = await service.ask(session, ctx.actor, consultation_id, text, form_id=form_id, now=ctx.now)
    except (FormErrors, Forbidden) as refused:
        errors, status = explain_refusal(ctx.locale, refused, "text")
        again = form_id if form_id.int else None
        model = await _questions_page(session, ctx, consultation_id, form, form_id=again, errors=errors)
        return page(request, TEMPLATE, model, status=status)
    notice = ctx.gettext("Your question is public. You are told when it is answered.")
    path = questions_path(consultation_id) + "?sort=newest"
    return see_other(request, path, notice=notice, anchor=f"q-{question.id}")


@get("/consultations/questions/{question_id:uuid}", audience=anyone, include_in_schema=False)
async def show_question(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    question_id: FromPath[UUID],
) -> Response[bytes]:
    """One question with its answers."""
    question = await asked.get_question(session, question_id)
    one = await get_visible(session, ctx, question.consultation_id)
    (card,) = await view_cards(session, ctx, [one])
    view, group, others = await view_with_group(session, ctx, question_id)
    model = QuestionPage(
        card=card,
        question=view,
        group=group,
        others=others,
        may_answer=may_answer(ctx.actor, one.row, host_account=one.host.account_id),
        may_raise=may_take_in(ctx.actor),
    )
    return page(request, "consultations/question.html", model)


async def view_with_group(
    session: AsyncSession, ctx: Ctx, question_id: UUID
) -> tuple[QuestionView, str, list[QuestionView]]:
    """A question, the title of its group, and the others in it. Raises: QuestionNotFound."""
    question = await asked.get_question(session, question_id)
    members = [question]
    if question.group_id is not None:
        members = await asked.list_group_members(session, question.group_id)
    known = await know(
        session, ctx, [one.id for one in members], [question.group_id] if question.group_id else []
    )
    if question_id not in known.asked:
        raise QuestionNotFound()  # withdrawn
    group = known.groups.get(question.group_id) if question.group_id else None
    others = [
        view_question(known.asked[one.id], known)
        for one in members
        if one.id != question_id and one.id in known.asked
    ]
    return view_question(known.asked[question_id], known), group.title if group else "", others


def _back(form: Form, consultation_id: UUID, question_id: UUID) -> tuple[str, str]:
    """Where the button was: the list as it was sorted, or the question's own page."""
    if form.get("from") == "one":
        return f"/consultations/questions/{question_id}", ""
    query = query_of(sort=form.get("sort"), page=form.get("page"))
    path = questions_path(consultation_id)
    return f"{path}?{query}" if query else path, f"q-{question_id}"


@post("/consultations/questions/{question_id:uuid}/support", audience=verified, include_in_schema=False)
async def support(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    question_id: FromPath[UUID],
) -> Response[bytes]:
    """Support a question, or no longer."""
    wanted = form.get("wanted") != "no"
    question = await service.support_question(session, ctx.actor, question_id, wanted=wanted, now=ctx.now)
    notice = (
        ctx.gettext("You support the question, and are told when it is answered.")
        if wanted
        else ctx.gettext("You no longer support the question.")
    )
    path, anchor = _back(form, question.consultation_id, question.id)
    return see_other(request, path, notice=notice, anchor=anchor)


@post("/consultations/questions/{question_id:uuid}/withdraw", audience=signed_in, include_in_schema=False)
async def withdraw(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    question_id: FromPath[UUID],
) -> Response[bytes]:
    """Take one's question back."""
    question = await service.withdraw_question(session, ctx.actor, question_id, now=ctx.now)
    notice = ctx.gettext("Your question was withdrawn, and its words deleted.")
    return see_other(request, questions_path(question.consultation_id), notice=notice)


HANDLERS = [list_questions, ask, show_question, support, withdraw]
