"""The council's sitting: calling it, taking amendments over, entering votes by name, ending it; and reading
all of that.
"""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import find_account_by_email
from amendments import queries, service
from amendments.errors import (
    NotOnFinalText,
    SittingOpen,
    TooEarly,
)
from amendments.forms import CallForm, CouncillorForm, EndTermForm, OrderForm, ReasonForm
from amendments.models import Act, Sitting
from amendments.pages.amendments import AmendmentView, view_amendment
from amendments.pages.council import CallPage, TakeOverPage, build_council
from amendments.pages.sitting import (
    POLICIES,
    POLICY_WORDS,
    SittingPage,
    build_outcome,
    build_sitting,
)
from amendments.policy import (
    may_call_sitting,
    may_keep_roll,
    may_see_take_overs,
)
from amendments.routes.public import reading_of, view_rows, visible_act, visible_amendment
from amendments.rules.procedure import Event, earliest_day
from amendments.rules.voting_order import Order
from amendments.service import SittingDraft
from amendments.states import SittingState
from amendments.text.operations import Amendment
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import FormErrors, Invalid, NotFound
from app.kit.forms import Form, parse, typed_id
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import write_csv
from app.kit.web import (
    WebRequest,
    anyone,
    download,
    explain_refusal,
    field_errors,
    get,
    official,
    page,
    post,
    see_other,
)

VOTES_HEAD = ("sitting", "motion", "record", "councillor", "vote", "passed", "correction")


# ── reading ───────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/sitting", audience=anyone)
async def show_sitting(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The sitting on a draft decision: when and where, the order of voting, the votes by name."""
    act = await visible_act(session, ctx, act_id)
    return page(request, "amendments/sitting.html", await _sitting_page(session, ctx, act))


async def _sitting_page(
    session: AsyncSession, ctx: Ctx, act: Act, *, typed: str = "", errors: dict[str, str] | None = None
) -> SittingPage:
    sittings = await queries.list_sittings(session, act.id)
    sitting = await queries.find_sitting(session, act.id)
    if sitting is None and not sittings and act.state != "council":
        raise NotFound()
    votes = await queries.list_votes(session, sitting.id) if sitting else []
    today = local_date(ctx.now)
    return build_sitting(
        act,
        sitting,
        ctx.actor,
        order=await _order(session, sitting),
        views=await motion_views(session, ctx, act, sitting),
        taken={str(id): one for id, one in (await queries.list_take_overs(session, act.id)).items()},
        votes=votes,
        fates=await queries.list_fates(session, sitting),
        cancelled=[one for one in sittings if one.state == SittingState.CANCELLED],
        versions=await queries.list_versions(session, act.id),
        is_councillor=bool(may_see_take_overs(ctx.actor, act)),
        today=today,
        typed=typed,
        errors=errors,
    )


async def _order(session: AsyncSession, sitting: Sitting | None) -> Order:
    """The order of a sitting: as its vote began, or as it stands now."""
    if sitting is None:
        return Order(votes=())
    return queries.read_order(sitting) or await queries.make_order(session, sitting)


async def motion_views(
    session: AsyncSession, ctx: Ctx, act: Act, sitting: Sitting | None
) -> dict[str, AmendmentView]:
    """What is put to the vote, on the text before the council."""
    if sitting is None:
        return {}
    version = await queries.get_version(session, sitting.version_id)
    reading = reading_of(version, ctx)
    motions = await queries.list_motions(session, version)
    rows = {row.id: row for row, _ in motions}
    conflicts = await queries.list_conflicts(session, version.id)
    answers = await queries.last_answers(session, act.id)
    return {
        str(row.id): view_amendment(
            row, one, reading, answer=answers.get(row.id), conflicts=conflicts, rows=rows
        )
        for row, one in motions
    }


@get("/acts/{act_id:uuid}/outcome", audience=anyone)
async def show_outcome(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """What became of every amendment: its answer, who took it over, the vote, the version it is in."""
    act = await visible_act(session, ctx, act_id)
    sitting = await queries.find_sitting(session, act_id)
    model = build_outcome(
        act,
        sitting,
        rows=await queries.list_registered(session, act_id),
        answers=await queries.last_answers(session, act_id),
        taken={str(id): one for id, one in (await queries.list_take_overs(session, act_id)).items()},
        fates=await queries.list_fates(session, sitting),
        contained=await queries.list_contained(session, act_id),
    )
    return page(request, "amendments/sitting_outcome.html", model)


@get("/acts/{act_id:uuid}/votes.csv", audience=anyone)
async def download_votes(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Every vote by name as a table, a line a councillor; also the records that were corrected."""
    act = await visible_act(session, ctx, act_id)
    numbers = {str(row.id): row.number or "" for row in await queries.list_registered(session, act_id)}
    rows = []
    for sitting in await queries.list_sittings(session, act_id):
        names = {one.id: one.name for one in queries.read_roll(sitting)}
        for vote in await queries.list_votes(session, sitting.id):
            for id, choice in queries.read_choices(vote).items():
                rows.append(
                    (
                        sitting.held_on.isoformat(),
                        numbers.get(vote.motion, vote.motion),
                        str(vote.position),
                        names[id],
                        choice.value,
                        "yes" if vote.passed else "no",
                        vote.reason,
                    )
                )
    name = f"{act.number or act.id}-votes.csv"
    return download(write_csv(VOTES_HEAD, rows), media_type="text/csv", filename=name)


# ── calling it ────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/sitting/call", audience=official, include_in_schema=False)
async def show_call(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The form that calls a sitting."""
    act = await visible_act(session, ctx, act_id)
    require(may_call_sitting(ctx.actor, act))
    return page(request, "amendments/sitting_call.html", await _call_page(session, ctx, act, Form()))


async def _call_page(
    session: AsyncSession, ctx: Ctx, act: Act, form: Form, errors: dict[str, str] | None = None
) -> CallPage:
    today = local_date(ctx.now)
    days_off = await list_days_off(session)
    earliest = earliest_day(Event.SITTING, after=Event.SITTING_CALLED, on=today, days_off=days_off)
    typed = {"held_on": earliest.isoformat(), "begins_at": "18:00"}
    policy = await queries.get_order_policy(session)
    return CallPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        earliest=earliest,
        in_office=len(await queries.list_councillors(session, on=today)),
        policy=POLICIES[policy],
        policy_words=POLICY_WORDS[policy],
        typed=typed | dict(form.fields),
        errors=errors or {},
    )


@post("/acts/{act_id:uuid}/sitting/call", audience=official, include_in_schema=False)
async def call_sitting(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Publish when and where the council votes."""
    act = await visible_act(session, ctx, act_id)
    require(may_call_sitting(ctx.actor, act))
    try:
        draft = SittingDraft(**msgspec.structs.asdict(parse(CallForm, form)))
        await service.call_sitting(session, ctx.actor, act_id, draft, now=ctx.now)
    except (FormErrors, TooEarly, SittingOpen) as problem:
        field = "held_on" if isinstance(problem, TooEarly) else ""
        errors, status = explain_refusal(ctx.locale, problem, field)
        model = await _call_page(session, ctx, act, form, errors)
        return page(request, "amendments/sitting_call.html", model, status=status)
    notice = ctx.gettext("The sitting is called. Everybody who follows the draft decision was told.")
    return see_other(request, f"/acts/{act_id}/sitting", notice=notice)


@post("/acts/{act_id:uuid}/sitting/cancel", audience=official, include_in_schema=False)
async def cancel_sitting(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The sitting is not held, or was broken off; with the reason."""
    act = await visible_act(session, ctx, act_id)
    try:
        reason = parse(ReasonForm, form).reason
        await service.cancel_sitting(session, ctx.actor, act_id, reason=reason, now=ctx.now)
    except FormErrors as errors:
        said = field_errors(ctx.locale, errors)
        model = await _sitting_page(session, ctx, act, typed=form.get("reason"), errors=said)
        return page(request, "amendments/sitting.html", model, status=422)
    notice = ctx.gettext("The sitting is cancelled. What was written down stays readable.")
    return see_other(request, f"/acts/{act_id}/sitting", notice=notice)


# ── what is put to the vote ───────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/sitting/take-over", audience=official, include_in_schema=False)
async def show_take_over(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The amendments that are not in the text, for a councillor who wants the council to vote on one."""
    act = await visible_act(session, ctx, act_id)
    require(may_see_take_overs(ctx.actor, act))
    return page(
        request, "amendments/sitting_take_over.html", await _take_over_page(session, ctx, act, Form())
    )


async def _take_over_page(
    session: AsyncSession, ctx: Ctx, act: Act, form: Form, errors: dict[str, str] | None = None
) -> TakeOverPage:
    version = await queries.last_version(session, act.id)
    untaken = await service.list_untaken(session, act)
    stands = {row.id: one.amendment for row, one in untaken if one.amendment is not None}
    on_text: dict[UUID, Amendment] = dict(stands)
    taken = await queries.list_take_overs(session, act.id)
    motions = {row.id: one for row, one in await queries.list_motions(session, version)}
    rows = [row for row, _ in untaken]
    views = await view_rows(session, ctx, act.id, rows, standing=(version, on_text))
    today = local_date(ctx.now)
    reader = await queries.find_councillor(session, ctx.actor.id, on=today) if ctx.actor else None
    voted = [row for row in await queries.list_registered(session, act.id) if row.id in motions]
    shown = await view_rows(session, ctx, act.id, voted, standing=(version, motions))
    return TakeOverPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        amendments=[views[row.id] for row in rows if row.id in stands],
        lost=[views[row.id] for row in rows if row.id not in stands],
        taken=[
            (
                shown[row.id],
                taken[row.id].by_name,
                taken[row.id].reason,
                reader is not None and taken[row.id].councillor_id == reader.id,
            )
            if row.id in taken
            else (shown[row.id], row.author_name, "", False)
            for row in voted
        ],
        typed=dict(form.fields),
        errors=errors or {},
    )


@post("/acts/{act_id:uuid}/sitting/take-over", audience=official, include_in_schema=False)
async def take_over(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """A councillor stands for an amendment, or no longer; with a reason."""
    act = await visible_act(session, ctx, act_id)
    require(may_see_take_overs(ctx.actor, act))
    row = await visible_amendment(session, ctx, act_id, typed_id(form.get("amendment")))
    is_back = form.get("do") == "back"
    try:
        reason = parse(ReasonForm, form).reason
        write = service.take_back if is_back else service.take_over
        await write(session, ctx.actor, row.id, reason=reason, now=ctx.now)
    except (FormErrors, NotOnFinalText) as problem:
        errors, status = explain_refusal(ctx.locale, problem)
        model = await _take_over_page(session, ctx, act, form, errors)
        return page(request, "amendments/sitting_take_over.html", model, status=status)
    said = (
        N_("You no longer stand for %(number)s. Its author was told.")
        if is_back
        else N_("The council votes on %(number)s. Its author was told.")
    )
    notice = ctx.gettext(said) % {"number": row.number}
    return see_other(request, f"/acts/{act_id}/sitting", notice=notice)


# ── the council ───────────────────────────────────────────────────────────────
@get("/council", audience=anyone)
async def show_council(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Who is in the council, and who was."""
    return page(request, "amendments/sitting_council.html", await _council_page(session, ctx, Form()))


async def _council_page(
    session: AsyncSession, ctx: Ctx, form: Form, errors: dict[str, str] | None = None
) -> object:
    return build_council(
        await queries.list_councillors(session),
        await queries.find_order(session),
        today=local_date(ctx.now),
        may_keep=bool(may_keep_roll(ctx.actor)),
        typed=dict(form.fields),
        errors=errors or {},
    )


@post("/council", audience=official, include_in_schema=False)
async def keep_roll(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Put a councillor on the roll, write down the last day of one, or the order of voting."""
    require(may_keep_roll(ctx.actor))
    try:
        if form.get("do") == "end":
            ended = parse(EndTermForm, form)
            await service.end_term(
                session, ctx.actor, typed_id(ended.councillor), until_on=ended.until_on, now=ctx.now
            )
        elif form.get("do") == "order":
            order = parse(OrderForm, form)
            await service.set_order(session, ctx.actor, order.policy, reason=order.reason, now=ctx.now)
        else:
            typed = parse(CouncillorForm, form)
            await service.add_councillor(
                session,
                ctx.actor,
                name=typed.name,
                since_on=typed.since_on,
                account_id=await _account_of(session, typed.email),
                now=ctx.now,
            )
    except FormErrors as errors:
        model = await _council_page(session, ctx, form, field_errors(ctx.locale, errors))
        return page(request, "amendments/sitting_council.html", model, status=422)
    return see_other(request, "/council", notice=ctx.gettext("It is written down, and public."))


async def _account_of(session: AsyncSession, email: str) -> UUID | None:
    """Raises: FormErrors when nobody has that address."""
    if not email:
        return None
    account = await find_account_by_email(session, email)
    if account is None:
        raise FormErrors({"email": Invalid(N_("Nobody has an account with this address."))})
    return account.id


HANDLERS = [
    show_sitting,
    show_outcome,
    download_votes,
    show_call,
    call_sitting,
    cancel_sitting,
    show_take_over,
    take_over,
    show_council,
    keep_roll,
]
