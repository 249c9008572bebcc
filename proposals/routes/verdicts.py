"""Giving a verdict in two steps: the form, then the question whether it is meant. Nothing by one slip."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse, query_form
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.web import WebRequest, field_errors, get, official, page, post, see_other
from proposals import queries, service
from proposals.errors import AlreadyJudged, IdeaNotFound, MergeTargetInvalid
from proposals.forms import (
    AcceptForm,
    ChangeForm,
    ForwardForm,
    MergeForm,
    RejectForm,
    TypedLine,
    read_costing,
    read_id,
    typed_lines,
)
from proposals.models import Idea, PreparedVerdict, Verdict
from proposals.pages import review as pages
from proposals.pages.ideas import reason_codes, view_events, view_linked
from proposals.pages.words import name_of, view_reason
from proposals.policy import is_held, may_correct, may_judge, may_review, may_touch, needs_second
from proposals.routes.review import find_barred, find_similar, get_sent
from proposals.rules.costing import VAT_RATES
from proposals.service import Ruling
from proposals.states import VerdictKind, forward_deadline

FIELDS = {
    "accept": ("text", "margin", "yearly"),
    "change": ("changes", "title", "body", "text", "margin", "yearly"),
    "merge": ("into", "text"),
    "reject": ("reason", "text"),
    "forward": ("authority", "reference", "text"),
}


@get("/review/ideas/{idea_id:uuid}/{kind:str}", audience=official, include_in_schema=False)
async def show_verdict(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
    kind: FromPath[str],
) -> Response[bytes]:
    """The form of a verdict, or of its correction (`?correct=` names the one that is to be superseded)."""
    idea = await _get_judgeable(session, ctx, idea_id, kind, query_form(request).get("correct"))
    asked = query_form(request)
    values = {name: asked.get(name) for name in FIELDS[kind]}
    if kind == "change":
        values |= {"title": values["title"] or idea.title, "body": values["body"] or idea.body}
    model = await _build_form(session, ctx, idea, kind, asked.get("correct"), values, typed_lines(Form()))
    return page(request, f"proposals/verdict_{kind}.html", model)


@post("/review/ideas/{idea_id:uuid}/{kind:str}", audience=official, include_in_schema=False)
async def give_verdict(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
    kind: FromPath[str],
) -> Response[bytes]:
    """Check what was typed and ask; given the second time with "confirmed", decide."""
    correct, deed = form.get("correct"), form.get("do")
    if kind not in FIELDS:
        raise IdeaNotFound()
    require(may_review(ctx.actor))
    idea = await get_sent(session, idea_id)
    values = {name: form.get(name) for name in FIELDS[kind]}
    lines = typed_lines(form, at_least=3) + typed_lines(Form(), at_least=3 if deed == "more" else 0)
    model = await _build_form(session, ctx, idea, kind, correct, values, lines)
    if deed in ("more", "back"):
        return page(request, f"proposals/verdict_{kind}.html", model)
    try:
        if deed == "confirmed":
            given = await _decide(session, ctx, idea, kind, correct, form)
            if isinstance(given, PreparedVerdict):
                notice = ctx.gettext("The decision is prepared. Nothing of it is public yet.")
                return see_other(request, f"/review/prepared/{given.id}", notice=notice)
            notice = ctx.gettext("The decision was published.")
            return see_other(request, f"/ideas/{idea_id}", notice=notice, anchor="timeline")
        model = await _build_question(session, ctx, model, idea, form)
    except FormErrors as refused:
        model = msgspec.structs.replace(model, errors=field_errors(ctx.locale, refused))
        return page(request, f"proposals/verdict_{kind}.html", model, status=422)
    except AlreadyJudged as refused:
        return await _show_conflict(request, session, ctx, model, idea_id, refused)
    return page(request, f"proposals/verdict_{kind}.html", model)


async def _get_judgeable(session: AsyncSession, ctx: Ctx, idea_id: UUID, kind: str, correct: str) -> Idea:
    """The idea, when this official may decide on it now."""
    if kind not in FIELDS:
        raise IdeaNotFound()
    require(may_review(ctx.actor))
    idea = await get_sent(session, idea_id)
    if ctx.actor is not None:
        require(may_touch(has_conflict=await queries.has_conflict(session, idea.id, ctx.actor.id)))
    is_prepared = await queries.find_prepared(session, idea.id) is not None
    if correct:
        has_project = await queries.find_project_of_idea(session, idea.id) is not None
        frozen = has_project and await queries.is_frozen(session, idea.cycle_id)
        barred = await find_barred(session, idea)
        require(may_correct(ctx.actor, idea, at_vote=frozen, is_prepared=is_prepared, barred=barred))
    else:
        require(may_judge(ctx.actor, idea, is_prepared=is_prepared))
    return idea


async def _build_form(
    session: AsyncSession,
    ctx: Ctx,
    idea: Idea,
    kind: str,
    correct: str,
    values: dict[str, str],
    lines: list[TypedLine],
) -> pages.VerdictPage:
    reasons = await queries.list_reasons(session) if kind == "reject" else []
    return pages.VerdictPage(
        id=str(idea.id),
        number=idea.number or "",
        title=idea.title,
        lang=idea.lang,
        support_count=idea.support_count,
        kind=kind,
        correcting=correct,
        values=values,
        errors={},
        reasons=[view_reason(reason, ctx.locale) for reason in reasons],
        suggestions=await find_similar(session, idea) if kind == "merge" else [],
        lines=lines,
        vat_rates=[str(rate) for rate in VAT_RATES],
        forward_by=await _forward_by(session, idea) if kind == "forward" else None,
    )


async def _forward_by(session: AsyncSession, idea: Idea) -> date | None:
    """Until when an idea that is not ours has to be sent on."""
    if idea.submitted_at is None:
        return None
    return forward_deadline(idea.submitted_at, days_off=await list_days_off(session)).due_on


async def _build_question(
    session: AsyncSession, ctx: Ctx, model: pages.VerdictPage, idea: Idea, form: Form
) -> pages.VerdictPage:
    """The page that asks whether it is meant. Raises: FormErrors."""
    standing = await queries.find_verdict(session, idea.id)
    if not model.correcting and standing is not None:
        raise AlreadyJudged(name=standing.reviewer_name)
    is_prepared = await queries.find_prepared(session, idea.id) is not None
    require(
        may_review(ctx.actor) if model.correcting else may_judge(ctx.actor, idea, is_prepared=is_prepared)
    )
    ruling = await _read_ruling(session, idea, model.kind, form)
    hidden = [(name, value) for name, value in form.fields if name not in ("csrf_token", "do")]
    reason = await queries.get_reason(session, ruling.reason_code) if ruling.reason_code else None
    target = await queries.get_idea(session, ruling.into_id) if ruling.into_id else None
    rules = await queries.get_rules(session, idea.cycle_id)
    total_bani = ruling.costing.total_bani if ruling.costing else None
    awaited = await queries.list_open_advice(session, idea_id=idea.id)
    return msgspec.structs.replace(
        model,
        confirming=True,
        awaited=[name_of(department, ctx.locale) for _, department, _ in awaited],
        takes_two=needs_second(total_bani, limit_bani=rules.second_eyes_bani),
        held_until=rules.publish_at if is_held(rules.publish_at, now=ctx.now) else None,
        hidden=hidden,
        reason=view_reason(reason, ctx.locale) if reason else None,
        target=view_linked(target) if target else None,
        costing=ruling.costing,
    )


# ── what was typed, as a ruling ───────────────────────────────────────────────
async def _read_ruling(session: AsyncSession, idea: Idea, kind: str, form: Form) -> Ruling:
    """The ruling that the form says. Raises: FormErrors."""
    if kind == "reject":
        rejected = parse(RejectForm, form)
        return Ruling(kind=VerdictKind.REJECTED, text=rejected.text, reason_code=rejected.reason)
    if kind == "merge":
        merged = parse(MergeForm, form)
        target = await _find_target(session, idea, merged.into)
        return Ruling(kind=VerdictKind.MERGED, text=merged.text, into_id=target.id)
    if kind == "forward":
        sent = parse(ForwardForm, form)
        return Ruling(
            kind=VerdictKind.FORWARDED, text=sent.text, authority=sent.authority, reference=sent.reference
        )
    if kind == "change":
        return _read_change(idea, form)
    accepted, costing = read_costing(AcceptForm, form)
    return Ruling(kind=VerdictKind.ACCEPTED, text=accepted.text, costing=costing)


def _read_change(idea: Idea, form: Form) -> Ruling:
    """An acceptance with changes. Raises: FormErrors, also when nothing is changed."""
    changed, costing = read_costing(ChangeForm, form)
    if (changed.title.split(), changed.body.split()) == (idea.title.split(), idea.body.split()):
        raise FormErrors(
            {"body": Invalid(N_("This is the idea's own text. Change it, or accept it as it is."))}
        )
    return Ruling(
        kind=VerdictKind.CHANGED,
        text=changed.text,
        costing=costing,
        title=changed.title,
        body=changed.body,
        changes=changed.changes,
    )


async def _find_target(session: AsyncSession, idea: Idea, number: str) -> Idea:
    target = await queries.find_idea_by_number(session, number)
    if target is None or not service.can_receive(idea, target):
        raise FormErrors({"into": MergeTargetInvalid()})
    return target


async def _decide(
    session: AsyncSession, ctx: Ctx, idea: Idea, kind: str, correct: str, form: Form
) -> Verdict | PreparedVerdict:
    """Give the verdict. Raises: FormErrors, AlreadyJudged, and what the service refuses."""
    ruling = await _read_ruling(session, idea, kind, form)
    correcting = read_id(correct) if correct else None
    return await service.judge_idea(session, ctx.actor, idea.id, ruling, correcting=correcting, now=ctx.now)


async def _show_conflict(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    model: pages.VerdictPage,
    idea_id: UUID,
    refused: AlreadyJudged,
) -> Response[bytes]:
    """A colleague was first: say what happened, and keep what was typed, which may correct it."""
    events = await queries.list_events(session, idea_id)
    reasons = await queries.list_reasons_of(session, reason_codes(events))
    standing = await queries.find_verdict(session, idea_id)
    model = msgspec.structs.replace(
        model,
        correcting=str(standing.id) if standing else "",
        errors={"": ctx.gettext(refused.message, **refused.facts)},
        conflict=view_events(events, reasons, ctx.locale)[-1],
    )
    return page(request, f"proposals/verdict_{model.kind}.html", model, status=409)


HANDLERS = [show_verdict, give_verdict]
