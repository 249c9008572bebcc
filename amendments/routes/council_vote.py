"""The council's vote: who is there, votes by name that are looked at twice, and the end."""

from collections.abc import Mapping
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import (
    NoQuorum,
    NotItsTurn,
    NumberTaken,
    TooEarly,
    VoteEntered,
    VotesMissing,
)
from amendments.models import Act, CouncilVote, Sitting
from amendments.pages.changes import view_changes
from amendments.pages.council import BeginPage, EndPage, VotePage
from amendments.pages.sitting import CHOICES, MotionView, list_counts, view_head, view_motions
from amendments.policy import (
    may_begin_vote,
    may_end_vote,
    may_record_vote,
)
from amendments.routes.public import reading_of, visible_act
from amendments.routes.sitting import motion_views
from amendments.rules.majority import Choice, quorum
from amendments.rules.voting_order import WHOLE_ACT, Fate
from amendments.service import Ballot
from amendments.text.labels import cite
from amendments.text.operations import Amendment
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors, Invalid, NotFound
from app.kit.forms import Form, whole_number
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.web import WebRequest, explain_refusal, get, official, page, post, see_other

VOTE = "vote-"  # what the names of the fields begin with, one a councillor


# ── the vote ──────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/sitting/begin", audience=official, include_in_schema=False)
async def show_begin(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Who is there: the form that begins the vote."""
    act = await visible_act(session, ctx, act_id)
    sitting = await queries.get_sitting(session, act_id)
    require(may_begin_vote(ctx.actor, act, sitting, today=local_date(ctx.now)))
    return page(request, "amendments/sitting_begin.html", await _begin_page(session, act, sitting, Form()))


async def _begin_page(
    session: AsyncSession, act: Act, sitting: Sitting, form: Form, errors: dict[str, str] | None = None
) -> BeginPage:
    members = await queries.list_councillors(session, on=sitting.held_on)
    return BeginPage(
        head=view_head(act, sitting),
        members=[(str(one.id), one.name) for one in members],
        present=form.get_all("present"),
        quorum=quorum(len(members)),
        errors=errors or {},
    )


@post("/acts/{act_id:uuid}/sitting/begin", audience=official, include_in_schema=False)
async def begin_vote(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Write down who is there; the order of voting stands from now on."""
    act = await visible_act(session, ctx, act_id)
    try:
        await service.begin_vote(session, ctx.actor, act_id, form.get_all("present"), now=ctx.now)
    except (FormErrors, NoQuorum, TooEarly) as problem:
        sitting = await queries.get_sitting(session, act_id)
        errors, status = explain_refusal(ctx.locale, problem, "present")
        model = await _begin_page(session, act, sitting, form, errors)
        return page(request, "amendments/sitting_begin.html", model, status=status)
    notice = ctx.gettext("The vote has begun. The order of voting stands.")
    return see_other(request, f"/acts/{act_id}/sitting", notice=notice)


@get("/acts/{act_id:uuid}/sitting/votes/{motion:str}", audience=official, include_in_schema=False)
async def show_vote(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    motion: FromPath[str],
) -> Response[bytes]:
    """The list of names on which a vote is entered, or corrected."""
    act = await visible_act(session, ctx, act_id)
    require(may_record_vote(ctx.actor, act))
    return page(request, "amendments/sitting_vote.html", await _vote_page(session, ctx, act, motion, Form()))


async def _vote_page(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    motion: str,
    form: Form,
    errors: dict[str, str] | None = None,
    *,
    is_checked: bool = False,
) -> VotePage:
    """`is_checked`: what was typed is complete, and shown once more with its sums."""
    sitting = await queries.get_sitting(session, act.id)
    view, last = await _find_motion(session, ctx, act, sitting, motion)
    before = queries.read_choices(last) if last else {}
    there = queries.read_present(sitting)
    typed = _typed(form, sitting)
    members = []
    for one in queries.read_roll(sitting):
        usual = before.get(one.id, "" if one.id in there else Choice.ABSENT)
        members.append((one.id, one.name, typed.get(one.id, str(usual)) if form.fields else str(usual)))
    choices = {id: Choice(choice) for id, _, choice in members if choice in set(Choice)}
    counted, decision = service.count(act, sitting, choices) if is_checked else (None, None)
    return VotePage(
        head=view_head(act, sitting),
        motion=view,
        members=members,
        choices=[(choice.value, title) for choice, title in CHOICES.items()],
        others=form.get("others") if form.fields else "",
        seen=last.position if last and "seen" not in form else whole_number(form.get("seen") or "0"),
        reason=form.get("reason"),
        is_checked=is_checked,
        counts=list_counts(counted) if counted else [],
        groups=[
            (CHOICES[choice], [name for id, name, _ in members if choices.get(id) is choice])
            for choice in Choice
            if choice in choices.values()
        ],
        for_count=counted.for_count if counted else 0,
        needed=decision.needed if decision else 0,
        out_of=decision.out_of if decision else 0,
        passed=bool(decision and decision.passed),
        errors=errors or {},
    )


async def _find_motion(
    session: AsyncSession, ctx: Ctx, act: Act, sitting: Sitting, motion: str
) -> tuple[MotionView, CouncilVote | None]:
    """What is voted, and the record of it that holds. Raises: NotFound."""
    order = queries.read_order(sitting)
    if order is None:
        raise NotFound()
    votes = await queries.list_votes(session, sitting.id)
    found = view_motions(
        order,
        await motion_views(session, ctx, act, sitting),
        {str(id): one for id, one in (await queries.list_take_overs(session, act.id)).items()},
        votes,
        queries.fates_of(order, votes),
        queries.read_roll(sitting),
    )
    for one in found:
        if one.id == motion:
            return one, queries.holding(votes).get(motion)
    raise NotFound()


def _typed(form: Form, sitting: Sitting) -> dict[str, str]:
    """What was chosen for each councillor in office; those left open do as all others."""
    roll = queries.read_roll(sitting)
    return {one.id: form.get(f"{VOTE}{one.id}") or form.get("others") for one in roll}


@post("/acts/{act_id:uuid}/sitting/votes/{motion:str}", audience=official, include_in_schema=False)
async def enter_vote(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    motion: FromPath[str],
) -> Response[bytes]:
    """Look at what was entered once more, with its sums; change it; or record it."""
    act = await visible_act(session, ctx, act_id)
    require(may_record_vote(ctx.actor, act))
    template = "amendments/sitting_vote.html"
    try:
        ballot = Ballot(
            motion=motion,
            choices=_choices(form, await queries.get_sitting(session, act_id)),
            reason=form.get("reason"),
            seen=whole_number(form.get("seen") or "0"),
        )
        if form.get("do") == "change":
            return page(request, template, await _vote_page(session, ctx, act, motion, form))
        if form.get("do") != "confirm":
            model = await _vote_page(session, ctx, act, motion, form, is_checked=True)
            return page(request, template, model)
        await service.record_vote(session, ctx.actor, act_id, ballot, now=ctx.now)
    except (FormErrors, NoQuorum, NotItsTurn, VoteEntered) as problem:
        errors, status = explain_refusal(ctx.locale, problem)
        model = await _vote_page(session, ctx, act, motion, form, errors)
        return page(request, template, model, status=status)
    notice = ctx.gettext("The vote is recorded and public.")
    return see_other(request, f"/acts/{act_id}/sitting", notice=notice, anchor=f"m-{motion}")


def _choices(form: Form, sitting: Sitting) -> Mapping[str, Choice]:
    """Raises: FormErrors where nothing was chosen."""
    known = set(Choice)
    typed = _typed(form, sitting)
    missing = {
        f"{VOTE}{id}": Invalid(N_("Choose what this councillor did."))
        for id, choice in typed.items()
        if choice not in known
    }
    if missing:
        raise FormErrors(dict(missing))
    return {id: Choice(choice) for id, choice in typed.items()}


# ── the end ───────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/sitting/end", audience=official, include_in_schema=False)
async def show_end(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """What the votes make of the act: the adopted text, or none."""
    act = await visible_act(session, ctx, act_id)
    require(may_end_vote(ctx.actor, act))
    return page(request, "amendments/sitting_end.html", await _end_page(session, ctx, act, Form()))


async def _end_page(
    session: AsyncSession, ctx: Ctx, act: Act, form: Form, errors: dict[str, str] | None = None
) -> EndPage:
    sitting = await queries.get_sitting(session, act.id)
    fates = await queries.list_fates(session, sitting)
    is_adopted = fates.get(WHOLE_ACT) is Fate.ADOPTED
    reading = reading_of(await queries.get_version(session, sitting.version_id), ctx)
    done = await service.adopted_text(session, sitting, fates) if is_adopted else None
    operations = tuple(change.operation for change in done.changes) if done else ()
    whole = Amendment(id="all", rank=0, operations=operations)
    suggested = await queries.last_decision_number(session, sitting.held_on.year) + 1
    return EndPage(
        head=view_head(act, sitting),
        is_adopted=is_adopted,
        waiting=sum(fate is Fate.WAITING for fate in fates.values()),
        changes=view_changes(reading.version, reading.layout, whole, ctx.locale) if operations else [],
        meeting=[cite(done.version, unit, ctx.locale) for unit in done.untidy] if done else [],
        number=form.get("number") or str(suggested),
        errors=errors or {},
    )


@post("/acts/{act_id:uuid}/sitting/end", audience=official, include_in_schema=False)
async def end_vote(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Publish the adopted text under its number; or write down that it was not adopted."""
    act = await visible_act(session, ctx, act_id)
    try:
        number = whole_number(form.get("number")) if form.get("number") else None
        await service.end_vote(session, ctx.actor, act_id, number=number, now=ctx.now)
    except (FormErrors, NumberTaken, VotesMissing) as problem:
        field = "number" if isinstance(problem, NumberTaken) else ""
        errors, status = explain_refusal(ctx.locale, problem, field)
        model = await _end_page(session, ctx, act, form, errors)
        return page(request, "amendments/sitting_end.html", model, status=status)
    notice = ctx.gettext("The result is public. The authors of what was voted were told.")
    return see_other(request, f"/acts/{act_id}/sitting", notice=notice)


HANDLERS = [show_begin, begin_vote, show_vote, enter_vote, show_end, end_vote]
