"""Making the next text of what was accepted, and saying in which order it stands where it meets."""

from datetime import date
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import AnswerClashes, DebateOwed, TextRefused, TooEarly
from amendments.forms import AnnounceForm, ReasonForm, WithoutDebateForm, WordingForm
from amendments.models import Act, ActVersion
from amendments.pages.acts import UnitView, view_row, view_units
from amendments.pages.amendments import Reading
from amendments.pages.changes import ChangeView, unit_of, view_changes, whole_text
from amendments.pages.officials import ConsolidatePage, Correcting, CorrectionView, MeetingPoint
from amendments.policy import may_consolidate
from amendments.routes.public import reading_of, visible_act
from amendments.routes.secretariat import earliest_end
from amendments.states import Outcome
from amendments.text.labels import cite
from amendments.text.lines import lay_out
from amendments.text.operations import Amendment, InsertUnit, MoveUnit, Operation, Splice
from amendments.text.replay import Consolidated
from amendments.text.segments import compare_texts
from amendments.text.sentences import whole
from amendments.text.weaving import Ruling
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import Conflict, DomainError, FormErrors
from app.kit.forms import Form, parse, query_form, whole_number
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, explain_refusal, get, official, page, post, see_other


@get("/acts/{act_id:uuid}/consolidate", audience=official, include_in_schema=False)
async def show_consolidation(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The next text as it would be, beside the one that was debated, and what still waits."""
    act = await visible_act(session, ctx, act_id)
    require(may_consolidate(ctx.actor, act))
    model = await _consolidation(session, ctx, act, asked=query_form(request).get("unit"))
    return page(request, "amendments/consolidate.html", model)


async def _consolidation(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    asked: str = "",
) -> ConsolidatePage:
    """`form`: what was typed and refused; `asked`: the part whose wording is to be corrected."""
    typed = form or Form()
    version = await queries.last_version(session, act.id)
    base, answers = reading_of(version, ctx), await queries.last_answers(session, act.id)
    earliest = earliest_end(local_date(ctx.now), await list_days_off(session))
    corrections = await _corrections(session, version, base)
    problem, done = "", None
    try:
        done = await service.preview(session, act.id)
    except (AnswerClashes, TextRefused) as refused:
        problem = error_text(ctx.locale, refused)
    return ConsolidatePage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        waiting=await queries.count_unanswered(session, act.id),
        deferred=sum(one.outcome == Outcome.DEFERRED for one in answers.values()),
        changes=_changed_units(base, done) if done else [],
        added=_only_in(done, new=True, ctx=ctx) if done else [],
        removed=_only_in(done, new=False, ctx=ctx) if done else [],
        meeting=await _meeting(session, act, base, done) if done else [],
        corrections=corrections,
        places=[
            (unit.id, cite(base.version, unit.id, ctx.locale)) for unit in base.version.units if unit.text
        ],
        correcting=_correcting(corrections, base, typed, asked),
        untidy=[cite(done.version, unit, ctx.locale) for unit in done.untidy] if done else [],
        earliest=earliest,
        until=typed.get("proposals_until") or earliest.isoformat(),
        reason=typed.get("reason"),
        said=await queries.list_unregistered(session, act.id),
        owed=service.owed_to_debates(await queries.list_events(session, act.id)),
        without_debate=typed.get("without_debate"),
        problem=problem,
        errors=errors or {},
    )


async def _corrections(session: AsyncSession, version: ActVersion, base: Reading) -> list[CorrectionView]:
    views = []
    for row in await queries.list_corrections(session, version.id):
        operations = queries.read_operations(bytes(row.operations))
        amendment = Amendment(id=row.unit, rank=0, operations=operations)
        [change] = view_changes(base.version, base.layout, amendment, base.locale)
        views.append(CorrectionView(unit=row.unit, change=change, reason=row.reason, by=row.by_name))
    return views


def _correcting(
    corrections: list[CorrectionView], base: Reading, typed: Form, asked: str
) -> Correcting | None:
    """The form for one part: as it was typed and refused, as it is corrected now, or as it was debated."""
    is_typed = typed.get("do") == "correct"
    unit = typed.get("unit") if is_typed else asked
    if unit not in base.version:
        return None
    text, reason = base.version[unit].text, ""
    for one in corrections:
        if one.unit == unit:
            text, reason = one.change.new_text, one.reason
    return Correcting(
        unit=unit,
        place=cite(base.version, unit, base.locale),
        text=typed.get("text") if is_typed else text,
        reason=typed.get("reason") if is_typed else reason,
    )


def _changed_units(base: Reading, done: Consolidated) -> list[ChangeView]:
    views = []
    for unit in base.version.units:
        if unit.id not in done.version or done.version[unit.id].text == unit.text:
            continue
        new = done.version[unit.id].text
        own = base.layout.of(unit.id)
        views.append(
            ChangeView(
                unit=unit.id,
                place=cite(base.version, unit.id, base.locale),
                lines=(own[0].number, own[-1].number) if own else None,
                sentences=(),
                segments=compare_texts(unit.text, new),
                new_text=new,
            )
        )
    return views


def _only_in(done: Consolidated, *, new: bool, ctx: Ctx) -> list[UnitView]:
    """The units that only the new text has, or only the old one."""
    here, there = (done.version, done.base) if new else (done.base, done.version)
    layout = lay_out(here)
    views = view_units(here, layout, {}, ctx.locale)
    own = [
        unit for unit in here.units if unit.type == "row" and unit.id not in there and unit.parent in there
    ]
    rows = [view_row(here, layout, unit, ctx.locale) for unit in own]
    found = [*(view for view in views if view.id not in there), *rows]
    return sorted(found, key=lambda view: here.place(view.id))


async def _meeting(session: AsyncSession, act: Act, base: Reading, done: Consolidated) -> list[MeetingPoint]:
    """Places where accepted amendments meet and nobody has said which comes first."""
    rows = {str(row.id): row for row in await queries.list_registered(session, act.id)}
    version = await queries.last_version(session, act.id)
    accepted = {one.id: one for one in await service.list_merged(session, version)}
    names = {id: (row.rank or 0, row.number or "") for id, row in rows.items()}
    names |= {
        service.correction_id(one.unit): (0, cite(base.version, one.unit, base.locale))
        for one in await queries.list_corrections(session, version.id)
    }
    points: dict[tuple[str, int | None, str], dict[str, str]] = {}
    for conflict in done.unsettled:
        ends = ((conflict.first, conflict.first_operation), (conflict.second, conflict.second_operation))
        for id, number in ends:
            operation = accepted[id].operations[number]
            own = points.setdefault(_point_of(operation), {})
            own.setdefault(conflict.first, "")
            own.setdefault(conflict.second, "")
            own[id] = _said(base, operation)
    return [
        MeetingPoint(
            unit=unit,
            gap=gap,
            after=after,
            place=cite(base.version, unit, base.locale),
            amendments=[(id, names[id][1], said[id]) for id in sorted(said, key=lambda id: names[id])],
        )
        for (unit, gap, after), said in points.items()
    ]


def _point_of(operation: Operation) -> tuple[str, int | None, str]:
    if isinstance(operation, Splice):
        return operation.unit, operation.start, ""
    if isinstance(operation, InsertUnit | MoveUnit):
        return operation.parent, None, operation.after or ""
    return unit_of(operation) or "", None, ""


def _said(base: Reading, operation: Operation) -> str:
    match operation:
        case Splice():
            return operation.new
        case InsertUnit():
            return whole(operation.new)
        case _:
            unit = unit_of(operation)
            return whole_text(base.version, unit) if unit else ""


def _first_of(first: str, order: list[str]) -> tuple[str, ...]:
    """The order with one of its members before the others."""
    return tuple(sorted(order, key=lambda one: one != first))


async def _take_back(session: AsyncSession, ctx: Ctx, act: Act, unit: str) -> None:
    """The wording as it was debated."""
    base = queries.read_version(await queries.last_version(session, act.id))
    if unit in base:
        await service.correct(session, ctx.actor, act.id, unit, base[unit].text, reason="", now=ctx.now)


@post("/acts/{act_id:uuid}/consolidate", audience=official, include_in_schema=False)
async def consolidate_act(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Decide an order; or publish the next text, for another round or for the council."""
    act = await visible_act(session, ctx, act_id)
    require(may_consolidate(ctx.actor, act))
    here, until = f"/acts/{act_id}/consolidate", None
    try:
        if form.get("do") == "order":
            gap = form.get("gap")
            ruling = Ruling(
                unit=form.get("unit"),
                gap=whole_number(gap) if gap else None,
                after=form.get("after") or None,
                order=_first_of(form.get("first"), form.get_all("order")),
                reason=parse(ReasonForm, form).reason,
            )
            await service.rule_order(session, ctx.actor, act_id, ruling, now=ctx.now)
            return see_other(request, here, notice=ctx.gettext("The order was decided."))
        if form.get("do") == "correct":
            wanted = parse(WordingForm, form)
            await service.correct(
                session, ctx.actor, act_id, wanted.unit, wanted.text, reason=wanted.reason, now=ctx.now
            )
            return see_other(request, f"{here}#corrections", notice=ctx.gettext("Saved."))
        if form.get("do") == "uncorrect":
            await _take_back(session, ctx, act, form.get("unit"))
            return see_other(
                request, f"{here}#corrections", notice=ctx.gettext("The correction was taken back.")
            )
        until = parse(AnnounceForm, form).proposals_until if form.get("do") == "round" else None
        version = await service.consolidate_act(
            session,
            ctx.actor,
            act_id,
            proposals_until=until,
            without_debate=parse(WithoutDebateForm, form).without_debate,
            now=ctx.now,
        )
    except (FormErrors, Conflict) as problem:
        field = _field_of(problem, form, until)
        errors, status = explain_refusal(ctx.locale, problem, field)
        model = await _consolidation(session, ctx, act, form, errors)
        return page(request, "amendments/consolidate.html", model, status=status)
    notice = ctx.gettext("Version %(number)s is published.") % {"number": version.sequence}
    return see_other(request, f"/acts/{act_id}", notice=notice)


def _field_of(problem: DomainError, form: Form, until: date | None) -> str:
    """Where the message of what is no error of a form stands."""
    match problem:
        case TooEarly() if until:
            return "proposals_until"
        case DebateOwed():
            return "without_debate"
        case _:
            return form.get("do")


HANDLERS = [show_consolidation, consolidate_act]
