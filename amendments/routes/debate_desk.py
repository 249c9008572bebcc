"""The public debate meeting for the secretariat: calling it, its speakers, its minutes."""

from datetime import datetime, time
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.forms import (
    CorrectionForm,
    DebateForm,
    MinutesForm,
    ReasonForm,
    RecommendationForm,
    SpokenForm,
    WalkInForm,
)
from amendments.models import Act, Debate
from amendments.pages.debates import CallPage, DeskPage, build_desk
from amendments.policy import may_call_debate, may_hold_debate
from amendments.routes.public import visible_act
from amendments.rules.procedure import LAW, Event, clocks
from amendments.service import DebateDraft, SpeakerDraft
from amendments.text.labels import cite
from app.kit.clock import BUCHAREST, local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import Conflict, FormErrors
from app.kit.forms import Form, parse, whole_number
from app.kit.policy import require
from app.kit.web import WebRequest, explain_refusal, get, official, page, post, see_other

Refusals = (FormErrors, Conflict)


# ── the call ──────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/debates/new", audience=official, include_in_schema=False)
async def show_call(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The form by which a public debate is called, with who asked for one."""
    act = await visible_act(session, ctx, act_id)
    require(may_call_debate(ctx.actor, act))
    return page(request, "amendments/debate_call.html", await _call_page(session, ctx, act))


async def _call_page(
    session: AsyncSession, ctx: Ctx, act: Act, form: Form | None = None, errors: dict[str, str] | None = None
) -> CallPage:
    [clock] = clocks(
        {Event.DEBATE_CALLED: local_date(ctx.now)},
        today=local_date(ctx.now),
        days_off=await list_days_off(session),
        provisions=[one for one in LAW if one.step is Event.DEBATE_ENDED],
    )
    return CallPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        requests=[
            (one.entity, one.signed_by, one.reason)
            for one in await queries.list_debate_requests(session, act.id)
        ],
        latest=clock.deadline.due_on if clock.deadline else local_date(ctx.now),
        is_confirmed=clock.provision.is_confirmed,
        source=clock.provision.term.source,
        typed=dict(form.fields) if form else {},
        errors=errors or {},
    )


@post("/acts/{act_id:uuid}/debates/new", audience=official, include_in_schema=False)
async def call(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Call a public debate."""
    act = await visible_act(session, ctx, act_id)
    require(may_call_debate(ctx.actor, act))
    try:
        draft = _read_call(form)
        debate = await service.call_debate(session, ctx.actor, act_id, draft, now=ctx.now)
    except Refusals as refusal:
        errors, status = explain_refusal(ctx.locale, refusal)
        model = await _call_page(session, ctx, act, form, errors)
        return page(request, "amendments/debate_call.html", model, status=status)
    notice = ctx.gettext("The public debate is called. Everybody who asked for it gets an e-mail.")
    return see_other(request, service.debate_path(debate), notice=notice)


def _read_call(form: Form) -> DebateDraft:
    """What was typed, its day and hour as they are in Bucharest. Raises: FormErrors."""
    typed = parse(DebateForm, form)
    hour, minute = map(int, typed.hour.split(":"))
    starts_at = datetime.combine(typed.day, time(hour, minute), tzinfo=BUCHAREST)
    return DebateDraft(
        starts_at=starts_at,
        place=typed.place,
        link=typed.link,
        capacity=typed.capacity,
        minutes_each=typed.minutes_each,
        register_until=typed.register_until,
        how=typed.how,
        attending=typed.attending,
    )


# ── the desk ──────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/debates/{position:int}/desk", audience=official, include_in_schema=False)
async def show_desk(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """Who speaks, by name; what is written down of each, what they recommend, and the minutes."""
    act = await visible_act(session, ctx, act_id)
    require(may_hold_debate(ctx.actor))
    debate = await queries.find_debate(session, act_id, position)
    return page(request, "amendments/debate_desk.html", await _desk_page(session, ctx, act, debate))


async def _desk_page(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    debate: Debate,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> DeskPage:
    """`form`: what was typed and refused."""
    text = queries.read_version(await queries.last_version(session, act.id))
    rows = await queries.list_registered(session, act.id)
    happened = {Event.DEBATE_ENDED: local_date(debate.ended_at)} if debate.ended_at else {}
    [clock] = clocks(
        happened,
        today=local_date(ctx.now),
        days_off=await list_days_off(session),
        provisions=[one for one in LAW if one.step is Event.DEBATE_PAPERS],
    )
    return build_desk(
        act,
        debate,
        ctx.actor,
        speakers=await queries.list_speakers(session, debate.id),
        recommendations=await queries.list_recommendations(session, debate.id),
        numbers={row.id: (row.number or "", f"/acts/{act.id}/amendments/{row.id}") for row in rows},
        units=[(unit.id, cite(text, unit.id, ctx.locale)) for unit in text.units if unit.text],
        latest=clock.deadline.due_on if clock.deadline else None,
        now=ctx.now,
        do=form.get("do") if form else "",
        typed=dict(form.fields) if form else {},
        errors=errors or {},
    )


async def _walk_in(session: AsyncSession, ctx: Ctx, debate: Debate, form: Form) -> str:
    typed = parse(WalkInForm, form)
    draft = SpeakerDraft(
        name=typed.name,
        on_behalf_of=typed.on_behalf_of,
        about=typed.about,
        is_public=typed.is_public,
    )
    added = await service.add_walk_in(session, ctx.actor, debate.id, draft, now=ctx.now)
    return ctx.gettext("Added at place %(place)s.") % {"place": added.position}


async def _spoken(session: AsyncSession, ctx: Ctx, debate: Debate, form: Form) -> str:
    typed = parse(SpokenForm, form)
    await service.save_speaker(
        session,
        ctx.actor,
        debate.id,
        typed.position,
        spoke={"yes": True, "no": False}.get(typed.spoke),
        summary=typed.summary,
        revision=typed.revision,
    )
    return ctx.gettext("Saved.")


async def _minutes(session: AsyncSession, ctx: Ctx, debate: Debate, form: Form) -> str:
    typed = parse(MinutesForm, form)
    await service.save_minutes(
        session,
        ctx.actor,
        debate.id,
        attendance=typed.attendance,
        officials=typed.officials,
        notes=typed.notes,
        revision=typed.revision,
    )
    return ctx.gettext("Saved.")


async def _recommendation(session: AsyncSession, ctx: Ctx, debate: Debate, form: Form) -> str:
    typed = parse(RecommendationForm, form)
    await service.add_recommendation(
        session,
        ctx.actor,
        debate.id,
        speaker=typed.speaker,
        body=typed.body,
        unit=typed.unit,
        reads=typed.reads,
        now=ctx.now,
    )
    return ctx.gettext("The recommendation is written down.")


async def _register(session: AsyncSession, ctx: Ctx, debate: Debate, form: Form) -> str:
    position = whole_number(form.get("position"))
    row = await service.register_recommendation(session, ctx.actor, debate.id, position, now=ctx.now)
    return ctx.gettext("Registered as amendment %(number)s. It is answered as written ones are.") % {
        "number": row.number
    }


async def _end(session: AsyncSession, ctx: Ctx, debate: Debate, form: Form) -> str:
    await service.end_debate(session, ctx.actor, debate.id, now=ctx.now)
    return ctx.gettext("The meeting has ended. The minutes are due within ten days.")


async def _publish(session: AsyncSession, ctx: Ctx, debate: Debate, form: Form) -> str:
    await service.publish_minutes(session, ctx.actor, debate.id, now=ctx.now)
    return ctx.gettext("The minutes are public, and stay as they are.")


async def _correct(session: AsyncSession, ctx: Ctx, debate: Debate, form: Form) -> str:
    text = parse(CorrectionForm, form).text
    await service.correct_minutes(session, ctx.actor, debate.id, text=text, now=ctx.now)
    return ctx.gettext("The correction stands below the minutes.")


async def _cancel(session: AsyncSession, ctx: Ctx, debate: Debate, form: Form) -> str:
    reason = parse(ReasonForm, form).reason
    await service.cancel_debate(session, ctx.actor, debate.id, reason=reason, now=ctx.now)
    return ctx.gettext("The meeting is called off. Who registered was told.")


_DO = {
    "walk-in": _walk_in,
    "spoken": _spoken,
    "minutes": _minutes,
    "recommendation": _recommendation,
    "register": _register,
    "end": _end,
    "publish": _publish,
    "correct": _correct,
    "cancel": _cancel,
}


_PLACES = {"walk-in": "speakers", "spoken": "speakers", "recommendation": "said", "register": "said"}


@post("/acts/{act_id:uuid}/debates/{position:int}/desk", audience=official, include_in_schema=False)
async def work(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """Write something down of a meeting. What is refused stays in its form."""
    act = await visible_act(session, ctx, act_id)
    require(may_hold_debate(ctx.actor))
    debate = await queries.find_debate(session, act_id, position)
    try:
        async with session.begin_nested():  # a refusal is a page, which ends without rolling back
            notice = await _DO.get(form.get("do"), _minutes)(session, ctx, debate, form)
    except Refusals as refusal:
        errors, status = explain_refusal(ctx.locale, refusal)
        debate = await queries.get_debate(session, debate.id)
        model = await _desk_page(session, ctx, act, debate, form, errors)
        return page(request, "amendments/debate_desk.html", model, status=status)
    anchor = _PLACES.get(form.get("do"), "")
    return see_other(request, f"{service.debate_path(debate)}/desk", notice=notice, anchor=anchor)


HANDLERS = [show_call, call, show_desk, work]
