"""The public debate meeting: asking for one, its page, registering to speak, the calendar file."""

from datetime import timedelta
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from amendments import queries, service
from amendments.errors import DebateNotFound
from amendments.forms import DebateRequestForm, SpeakerForm
from amendments.models import Act, Debate
from amendments.pages.debates import DebatePage, RequestPage, build_debate
from amendments.policy import may_request_debate
from amendments.routes.public import visible_act
from amendments.service import SpeakerDraft
from amendments.states import DebateState
from amendments.text.labels import cite
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.ical import Event, write_event
from app.kit.web import WebRequest, anyone, download, field_errors, get, page, post, see_other, signed_in

USUAL_LENGTH = timedelta(hours=2)


@get("/acts/{act_id:uuid}/debates/ask", audience=signed_in)
async def show_request(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The form by which an association or authority asks for a public debate in writing."""
    act = await visible_act(session, ctx, act_id)
    return page(request, "amendments/debate_ask.html", _request_page(ctx, act))


def _request_page(
    ctx: Ctx, act: Act, form: Form | None = None, errors: dict[str, str] | None = None
) -> RequestPage:
    return RequestPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        may_request=may_request_debate(ctx.actor, act),
        typed=dict(form.fields) if form else {},
        errors=errors or {},
    )


@post("/acts/{act_id:uuid}/debates/ask", audience=signed_in, include_in_schema=False)
async def send_request(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Ask for a public debate; the secretariat must call one."""
    act = await visible_act(session, ctx, act_id)
    try:
        asked = parse(DebateRequestForm, form)
    except FormErrors as errors:
        model = _request_page(ctx, act, form, field_errors(ctx.locale, errors))
        return page(request, "amendments/debate_ask.html", model, status=422)
    await service.request_debate(
        session,
        ctx.actor,
        act_id,
        entity=asked.entity,
        kind=asked.kind,
        signed_by=asked.signed_by,
        reason=asked.reason,
        now=ctx.now,
    )
    notice = ctx.gettext("The request is registered. The town hall has to call a public debate.")
    return see_other(request, f"/acts/{act_id}", notice=notice)


# ── a meeting ─────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/debates/{position:int}", audience=anyone)
async def show_debate(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """A public debate: when, where and how, who wants to speak, and its minutes once they are public."""
    act = await visible_act(session, ctx, act_id)
    debate = await queries.find_debate(session, act_id, position)
    return page(request, "amendments/debate.html", await _debate_page(session, ctx, act, debate))


async def _debate_page(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    debate: Debate,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> DebatePage:
    rows = {row.id: row for row in await queries.list_registered(session, act.id)}
    text = queries.read_version(await queries.last_version(session, act.id))
    said = await queries.list_recommendations(session, debate.id)
    return build_debate(
        act,
        debate,
        ctx.actor,
        speakers=await queries.list_speakers(session, debate.id),
        accounts=await list_same_person(session, ctx.actor.id) if ctx.actor else [],
        written=await queries.list_minutes(session, debate.id),
        registered={
            one.position: (row.number or "", f"/acts/{act.id}/amendments/{row.id}")
            for one in said
            if one.amendment_id and (row := rows.get(one.amendment_id))
        },
        units={one.unit: cite(text, one.unit, ctx.locale) for one in said if one.unit in text},
        today=local_date(ctx.now),
        typed=dict(form.fields) if form else {},
        errors=errors or {},
    )


@post("/acts/{act_id:uuid}/debates/{position:int}", audience=signed_in, include_in_schema=False)
async def change_registration(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """Register to speak, or no longer."""
    act = await visible_act(session, ctx, act_id)
    debate = await queries.find_debate(session, act_id, position)
    try:
        if form.get("do") == "withdraw":
            await service.withdraw_speaker(session, ctx.actor, debate.id, now=ctx.now)
            notice = ctx.gettext("You are no longer registered to speak.")
        else:
            typed = parse(SpeakerForm, form)
            draft = SpeakerDraft(
                on_behalf_of=typed.on_behalf_of,
                about=typed.about,
                shows_papers=typed.shows_papers,
                is_public=typed.is_public,
            )
            own = await service.register_speaker(session, ctx.actor, debate.id, draft, now=ctx.now)
            notice = ctx.gettext("You are registered to speak, at place %(place)s.") % {"place": own.position}
    except FormErrors as errors:
        model = await _debate_page(session, ctx, act, debate, form, field_errors(ctx.locale, errors))
        return page(request, "amendments/debate.html", model, status=422)
    return see_other(request, service.debate_path(debate), notice=notice, anchor="speak")


@get("/acts/{act_id:uuid}/debates/{position:int}/minutes.json", audience=anyone)
async def download_minutes(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """The minutes as they were published, byte for byte. Raises: DebateNotFound before they are."""
    act = await visible_act(session, ctx, act_id)
    debate = await queries.find_debate(session, act_id, position)
    written = await queries.list_minutes(session, debate.id)
    if not written:
        raise DebateNotFound()
    name = f"{act.number}-minutes-{position}.json"
    return download(written[0].content.encode(), media_type="application/json", filename=name)


@get("/acts/{act_id:uuid}/debates/{position:int}/calendar.ics", audience=anyone)
async def download_calendar(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """The meeting for a calendar."""
    act = await visible_act(session, ctx, act_id)
    debate = await queries.find_debate(session, act_id, position)
    address = ctx.services.settings.base_url.rstrip("/") + service.debate_path(debate)
    is_cancelled = debate.state == DebateState.CANCELLED
    event = Event(
        uid=f"debate-{debate.id}@obste",
        starts_at=debate.starts_at,
        ends_at=debate.ended_at or debate.starts_at + USUAL_LENGTH,
        title=ctx.gettext("Public debate: %(title)s") % {"title": act.title},
        place=debate.place,
        text=f"{act.number}\n{debate.link}".strip(),
        address=address,
        changed_at=debate.called_at,
        sequence=int(is_cancelled),
        is_cancelled=is_cancelled,
    )
    content = write_event(event)
    return download(content, media_type="text/calendar", filename=f"{act.number}-debate-{position}.ics")


HANDLERS = [show_request, send_request, show_debate, change_registration, download_minutes, download_calendar]
