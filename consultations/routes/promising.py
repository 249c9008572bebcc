"""Promising, reporting on what was promised, changing it; the pages of an official."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.db import new_id
from app.kit.errors import DomainError, Forbidden, FormErrors, Invalid
from app.kit.forms import Form, parse, typed_id
from app.kit.i18n import N_
from app.kit.images import StoredPhoto, store_photo
from app.kit.policy import require
from app.kit.web import WebRequest, explain_refusal, get, official, page, post, see_other
from consultations import queries, service
from consultations.errors import AnsweredMeanwhile, NothingChanged, ReportedMeanwhile
from consultations.forms.asked import EvidenceForm, PromiseForm, WhyForm
from consultations.models import Commitment, Consultation
from consultations.pages.commitments import (
    MinePage,
    OwedView,
    PhotoPage,
    PromisePage,
    ReportPage,
    tally,
    view_commitment,
    view_photo,
)
from consultations.pages.desk import host_choices
from consultations.policy import may_answer, may_keep_commitment, may_organize
from consultations.queries import Chosen
from consultations.queries import commitments as promised
from consultations.queries import questions as asked
from consultations.routes.commitments import BASE, list_cards
from consultations.routes.public import get_visible, view_cards
from consultations.routes.questions import NO_FORM, view_with_group
from consultations.rules.commitments import EntryKind, IllegalCommitment
from consultations.rules.questions import IllegalAnswer
from proposals.queries import list_departments

PROMISE, REPORT = "consultations/promise.html", "consultations/commitment_report.html"
PHOTO = "consultations/commitment_photo.html"
REFUSED = (FormErrors, AnsweredMeanwhile, IllegalAnswer, ReportedMeanwhile, IllegalCommitment, NothingChanged)
PAST_SHOWN = 10
Typed = dict[str, str]


# ── promising ─────────────────────────────────────────────────────────────────
async def _choices(
    session: AsyncSession, ctx: Ctx, chosen: str
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Officials and departments that can own something."""
    departments = [
        (str(one.id), one.name if ctx.locale == "ro" else one.name_en)
        for one in await list_departments(session)
    ]
    return host_choices(await queries.list_hosts(session), chosen), departments


async def _require_answer(session: AsyncSession, ctx: Ctx, row: Consultation) -> None:
    """Raises: Forbidden."""
    host = await queries.get_host(session, row.host_id)
    require(may_answer(ctx.actor, row, host_account=host.account_id))


async def _new_page(
    session: AsyncSession, ctx: Ctx, consultation_id: UUID, typed: Typed, errors: Typed | None = None
) -> PromisePage:
    """A promise that nobody asked for. Raises: Forbidden."""
    one = await get_visible(session, ctx, consultation_id)
    await _require_answer(session, ctx, one.row)
    hosts, departments = await _choices(session, ctx, typed.get("host_id", ""))
    return PromisePage(
        title=N_("Write down what was promised"),
        action=f"/consultations/{consultation_id}/commitments",
        back=f"/consultations/{consultation_id}",
        about=f"{one.row.number}, {one.row.title}",
        hosts=hosts,
        departments=departments,
        group="",
        others=0,
        is_change=False,
        form_id=_form_id(typed),
        seen=0,
        typed=typed,
        errors=errors or {},
    )


def _form_id(typed: Typed) -> str:
    known = typed_id(typed.get("form", ""))
    return str(known if known.int else new_id())


@get("/consultations/{consultation_id:uuid}/commitments", audience=official, include_in_schema=False)
async def show_new(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of a promise."""
    row = await queries.get_consultation(session, consultation_id)
    model = await _new_page(session, ctx, consultation_id, {"host_id": str(row.host_id)})
    return page(request, PROMISE, model)


@post("/consultations/{consultation_id:uuid}/commitments", audience=official, include_in_schema=False)
async def commit(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Write down what was promised."""
    await get_visible(session, ctx, consultation_id)
    try:
        typed, form_id = _read_promise(form)
        made = await service.commit(
            session, ctx.actor, consultation_id, typed.read_promise(), form_id=form_id, now=ctx.now
        )
    except REFUSED as refused:
        errors, status = explain_refusal(ctx.locale, refused)
        model = await _new_page(session, ctx, consultation_id, dict(form.fields), errors)
        return page(request, PROMISE, model, status=status)
    return _made(request, ctx, made)


def _read_promise(form: Form) -> tuple[PromiseForm, UUID]:
    """Raises: FormErrors."""
    typed, form_id = parse(PromiseForm, form), typed_id(form.get("form"))
    if form_id.int == 0:
        raise FormErrors({"": Invalid(NO_FORM)})
    return typed, form_id


def _made(request: WebRequest, ctx: Ctx, made: Commitment) -> Response[bytes]:
    notice = ctx.gettext("It is promised in public, as %(number)s.", number=made.number)
    return see_other(request, f"{BASE}/{made.id}", notice=notice)


async def _answer_page(
    session: AsyncSession, ctx: Ctx, question_id: UUID, typed: Typed, errors: Typed | None = None
) -> PromisePage:
    """A promise that answers a question. Raises: Forbidden."""
    question = await asked.get_question(session, question_id)
    one = await get_visible(session, ctx, question.consultation_id)
    await _require_answer(session, ctx, one.row)
    view, group, others = await view_with_group(session, ctx, question_id)
    hosts, departments = await _choices(session, ctx, typed.get("host_id", ""))
    return PromisePage(
        title=N_("Answer by a promise"),
        action=f"{view.path}/commitment",
        back=view.path,
        about=view.body,
        hosts=hosts,
        departments=departments,
        group=group,
        others=len(others),
        is_change=False,
        form_id=_form_id(typed),
        seen=len(view.answers),
        typed=typed,
        errors=errors or {},
    )


@get("/consultations/questions/{question_id:uuid}/commitment", audience=official, include_in_schema=False)
async def show_promise(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    question_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of a promise that answers a question."""
    question = await asked.get_question(session, question_id)
    row = await queries.get_consultation(session, question.consultation_id)
    typed = {"host_id": str(row.host_id), "whole_group": "yes"}
    return page(request, PROMISE, await _answer_page(session, ctx, question_id, typed))


@post("/consultations/questions/{question_id:uuid}/commitment", audience=official, include_in_schema=False)
async def answer_by_promise(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    question_id: FromPath[UUID],
) -> Response[bytes]:
    """Answer a question by a promise."""
    try:
        typed, form_id = _read_promise(form)
        made = await service.answer_by_promise(
            session,
            ctx.actor,
            question_id,
            typed.read_promise(),
            whole_group=typed.whole_group,
            seen=typed.seen,
            form_id=form_id,
            now=ctx.now,
        )
    except REFUSED as refused:
        errors, status = explain_refusal(ctx.locale, refused)
        model = await _answer_page(session, ctx, question_id, dict(form.fields), errors)
        return page(request, PROMISE, model, status=status)
    return _made(request, ctx, made)


# ── changing ──────────────────────────────────────────────────────────────────
async def _require_keeping(session: AsyncSession, ctx: Ctx, row: Commitment) -> None:
    """Raises: Forbidden."""
    require(may_keep_commitment(ctx.actor, owns=await promised.owns(session, row, ctx.actor.id)))


async def _change_page(
    session: AsyncSession, ctx: Ctx, commitment_id: UUID, typed: Typed, errors: Typed | None = None
) -> PromisePage:
    row = await promised.get_commitment(session, commitment_id)
    await _require_keeping(session, ctx, row)
    hosts, departments = await _choices(session, ctx, str(row.host_id or ""))
    return PromisePage(
        title=N_("Change what is promised"),
        action=f"{BASE}/{row.id}/change",
        back=f"{BASE}/{row.id}",
        about=f"{row.number}, {row.what}",
        hosts=hosts,
        departments=departments,
        group="",
        others=0,
        is_change=True,
        form_id="",
        seen=await promised.count_entries(session, row.id),
        typed=typed,
        errors=errors or {},
    )


@get(f"{BASE}/{{commitment_id:uuid}}/change", audience=official, include_in_schema=False)
async def show_change(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    commitment_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of another day, or of another owner."""
    row = await promised.get_commitment(session, commitment_id)
    typed = {
        "what": row.what,
        "due_on": row.due_on.isoformat(),
        "host_id": str(row.host_id or ""),
        "department_id": str(row.department_id or ""),
    }
    return page(request, PROMISE, await _change_page(session, ctx, commitment_id, typed))


@post(f"{BASE}/{{commitment_id:uuid}}/change", audience=official, include_in_schema=False)
async def change(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    commitment_id: FromPath[UUID],
) -> Response[bytes]:
    """Promise another day, or let somebody else own it, for a reason."""
    try:
        typed = parse(PromiseForm, form)
        async with session.begin_nested():  # a refusal is a page, which ends without rolling back
            await service.change_commitment(
                session,
                ctx.actor,
                commitment_id,
                typed.read_promise(),
                reason=typed.reason,
                seen=typed.seen,
                now=ctx.now,
            )
    except REFUSED as refused:
        errors, status = explain_refusal(ctx.locale, refused)
        model = await _change_page(session, ctx, commitment_id, dict(form.fields), errors)
        return page(request, PROMISE, model, status=status)
    notice = ctx.gettext("It is changed, in public, with the reason.")
    return see_other(request, f"{BASE}/{commitment_id}", notice=notice)


# ── reporting ─────────────────────────────────────────────────────────────────
async def _report_page(
    session: AsyncSession, ctx: Ctx, commitment_id: UUID, typed: Typed, errors: Typed | None = None
) -> ReportPage:
    one = await promised.get_promised(session, commitment_id)
    await _require_keeping(session, ctx, one.row)
    return ReportPage(
        card=view_commitment(one, today=local_date(ctx.now), locale=ctx.locale),
        may_reopen=bool(may_organize(ctx.actor)),
        seen=await promised.count_entries(session, commitment_id),
        typed=typed,
        errors=errors or {},
    )


@get(f"{BASE}/{{commitment_id:uuid}}/report", audience=official, include_in_schema=False)
async def show_report(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    commitment_id: FromPath[UUID],
) -> Response[bytes]:
    """The form in which an owner reports."""
    return page(request, REPORT, await _report_page(session, ctx, commitment_id, {}))


@post(f"{BASE}/{{commitment_id:uuid}}/report", audience=official, uploads=True, include_in_schema=False)
async def report(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    commitment_id: FromPath[UUID],
) -> Response[bytes]:
    """Say how far it is, or that it is done, with what shows it."""
    await _require_keeping(session, ctx, await promised.get_commitment(session, commitment_id))
    try:
        typed = parse(EvidenceForm, form)
        evidence = typed.read_evidence(await _read_photo(ctx, form))
        await service.report_on(
            session, ctx.actor, commitment_id, EntryKind(typed.kind), evidence, seen=typed.seen, now=ctx.now
        )
    except (*REFUSED, Forbidden) as refused:
        return await _report_again(request, session, ctx, commitment_id, form, refused)
    notice = ctx.gettext("It is public. Who asked and who follows it is told.")
    return see_other(request, f"{BASE}/{commitment_id}", notice=notice)


async def _read_photo(ctx: Ctx, form: Form) -> StoredPhoto | None:
    """Raises: FormErrors."""
    uploads = form.chosen("photo")
    if not uploads:
        return None
    try:
        return await store_photo(ctx.services.storage, uploads[0].content)
    except Invalid as refused:
        raise FormErrors({"photo": refused}) from None


async def _report_again(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    commitment_id: UUID,
    form: Form,
    refused: DomainError,
) -> Response[bytes]:
    errors, status = explain_refusal(ctx.locale, refused)
    model = await _report_page(session, ctx, commitment_id, dict(form.fields), errors)
    return page(request, REPORT, model, status=status)


@get(f"{BASE}/photos/{{photo_id:uuid}}/withdraw", audience=official, include_in_schema=False)
async def show_withdrawal(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    photo_id: FromPath[UUID],
) -> Response[bytes]:
    """Ask why a photo is withdrawn."""
    return page(request, PHOTO, await _photo_page(session, ctx, photo_id))


async def _photo_page(
    session: AsyncSession, ctx: Ctx, photo_id: UUID, *, why: str = "", errors: Typed | None = None
) -> PhotoPage:
    """Raises: Forbidden, CommitmentNotFound."""
    require(may_organize(ctx.actor))
    photo = await promised.get_photo(session, photo_id)
    row = await promised.get_commitment_of(session, photo)
    path = f"{BASE}/{row.id}"
    return PhotoPage(photo=view_photo(photo), path=path, what=row.what, why=why, errors=errors or {})


@post(f"{BASE}/photos/{{photo_id:uuid}}/withdraw", audience=official, include_in_schema=False)
async def withdraw_photo(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    photo_id: FromPath[UUID],
) -> Response[bytes]:
    """No longer show a photo."""
    model = await _photo_page(session, ctx, photo_id)
    try:
        why = parse(WhyForm, form).why
        await service.withdraw_commitment_photo(session, ctx.actor, photo_id, why=why, now=ctx.now)
    except FormErrors as refused:
        errors, status = explain_refusal(ctx.locale, refused)
        again = await _photo_page(session, ctx, photo_id, why=form.get("why"), errors=errors)
        return page(request, PHOTO, again, status=status)
    return see_other(request, model.path, notice=ctx.gettext("The photo is no longer shown."))


# ── the official's own ────────────────────────────────────────────────────────
@get("/consultations/as-official", audience=official, include_in_schema=False)
async def show_mine(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What an official has to hold, to answer and to keep."""
    host = await promised.find_host_of(session, ctx.actor.id)
    if host is None:
        return page(request, "consultations/official_nobody.html")
    chosen = Chosen(host=host.slug)
    coming = await queries.list_listed(session, chosen, since=ctx.now)
    past = await queries.list_listed(session, chosen, ended_by=ctx.now, newest_first=True, limit=PAST_SHOWN)
    owed = await asked.list_owed(session, host_id=host.id)
    cards = await list_cards(session, ctx, wanted=promised.Wanted(host=host.slug))
    today = local_date(ctx.now)
    model = MinePage(
        name=host.name,
        slug=host.slug,
        coming=await view_cards(session, ctx, coming),
        past=await view_cards(session, ctx, past),
        questions=[
            OwedView(
                path=f"/consultations/questions/{question.id}",
                text=words.body,
                number=row.number or "",
                due_on=question.due_on,
                is_late=question.due_on is not None and question.due_on < today,
                support_count=question.support_count,
            )
            for question, words, row in owed
        ],
        cards=cards,
        tally=tally(cards),
    )
    return page(request, "consultations/official.html", model)


HANDLERS = [
    show_new,
    commit,
    show_promise,
    answer_by_promise,
    show_change,
    change,
    show_report,
    report,
    show_withdrawal,
    withdraw_photo,
    show_mine,
]
