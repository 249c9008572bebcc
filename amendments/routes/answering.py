"""Answering amendments, and making the next text of what was accepted."""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import AnswerClashes, AnswerOutdated, OrderNeeded, TextRefused, TooEarly, Unanswered
from amendments.forms import AnnounceForm, AnswerForm
from amendments.models import Act, ActVersion, AmendmentRow
from amendments.pages.acts import UnitView, view_units
from amendments.pages.amendments import AmendmentView, Reading, view_amendment
from amendments.pages.changes import ChangeView, unit_of, whole_text
from amendments.pages.officials import (
    ALL_OUTCOMES,
    STEP_CHOICES,
    AnswerPage,
    ConsolidatePage,
    MeetingPoint,
    QueuePage,
)
from amendments.pages.words import ACT_STATES, STEPS
from amendments.policy import (
    may_answer,
    may_close_debate,
    may_consolidate,
    may_prepare,
    may_see_answers,
)
from amendments.routes.public import reading_of, visible_act, visible_amendment
from amendments.routes.secretariat import earliest_end
from amendments.service import AnswerDraft
from amendments.states import UNANSWERED, ActState, AmendmentState, Outcome
from amendments.text.derive import derive_splices
from amendments.text.labels import cite
from amendments.text.lines import lay_out
from amendments.text.operations import Amendment, InsertUnit, MoveUnit, Operation, Splice, same_key
from amendments.text.refused import Refused
from amendments.text.replay import Consolidated
from amendments.text.segments import compare_texts
from amendments.text.weaving import Ruling
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other


@get("/acts/{act_id:uuid}/answers", audience=official, include_in_schema=False)
async def show_queue(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """What waits for an answer, the same proposals together; and the next step of the procedure."""
    act = await visible_act(session, ctx, act_id)
    require(may_see_answers(ctx.actor))
    rows = await queries.list_amendments(session, act_id)
    waiting = [row for row in rows if row.state in UNANSWERED]
    alike: dict[object, list[AmendmentRow]] = {}
    for row in waiting:
        alike.setdefault(service.proposal_key(row), []).append(row)
    answered = [row for row in rows if row.state == AmendmentState.ANSWERED]
    model = QueuePage(
        act_id=str(act_id),
        act_number=act.number or "",
        act_title=act.title,
        waiting=[[await _view(session, ctx, row) for row in group] for group in alike.values()],
        answered=[await _view(session, ctx, row) for row in answered],
        answerable=frozenset(str(row.id) for row in rows if may_answer(ctx.actor, act, row)),
        may_close=bool(may_close_debate(ctx.actor, act, today=local_date(ctx.now))),
        may_consolidate=bool(may_consolidate(ctx.actor, act)),
        is_secretariat=bool(may_prepare(ctx.actor)),
        state_title=ACT_STATES[ActState(act.state)],
        steps=[(one.value, STEPS[one]) for one in STEP_CHOICES],
    )
    return page(request, "amendments/queue.html", model)


async def _view(session: AsyncSession, ctx: Ctx, row: AmendmentRow) -> AmendmentView:
    version, amendment = await _standing(session, row)
    answers = await queries.list_answers(session, row.id)
    return view_amendment(row, amendment, reading_of(version, ctx), answer=answers[-1] if answers else None)


async def _standing(session: AsyncSession, row: AmendmentRow) -> tuple[ActVersion, Amendment]:
    """The newest text on which an amendment stands, with its operations there."""
    newest = await queries.last_version(session, row.act_id)
    found = {other.id: one for other, one in await queries.list_standing(session, newest)}
    if row.id in found:
        return newest, found[row.id]
    return await queries.get_version(session, row.version_id), queries.as_amendment(row)


# ── one answer ────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/answer", audience=official, include_in_schema=False)
async def show_answer(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of an answer, with the text as it would read in each part that the amendment changes."""
    act = await visible_act(session, ctx, act_id)
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    require(may_answer(ctx.actor, act, row))
    return page(request, "amendments/answer.html", await _answer_page(session, ctx, act, row, Form()))


async def _answer_page(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    row: AmendmentRow,
    form: Form,
    errors: dict[str, str] | None = None,
) -> AnswerPage:
    version, amendment = await _standing(session, row)
    reading = reading_of(version, ctx)
    newest = await queries.last_version(session, act.id)
    given = await queries.list_answers(session, row.id)
    view = view_amendment(
        row,
        amendment,
        reading,
        answer=given[-1] if given else None,
        conflicts=await queries.list_conflicts(session, newest.id, row.id),
        rows={one.id: one for one in await queries.list_amendments(session, act.id)},
    )
    key = service.proposal_key(row)
    others = await queries.list_amendments(session, act.id, states=[AmendmentState.SUBMITTED])
    return AnswerPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        view=view,
        seen=len(given),
        outcome=form.get("outcome"),
        function=form.get("function"),
        reason=form.get("reason"),
        counter=_counter_fields(reading_of(newest, ctx), view, form),
        alike=[
            (str(one.id), f"{one.number}, {one.author_name}")
            for one in others
            if one.id != row.id and service.proposal_key(one) == key
        ],
        stands=version.id == newest.id,
        separable=row.separable and len(amendment.operations) > 1,
        outcomes=ALL_OUTCOMES,
        errors=errors or {},
    )


def _counter_fields(reading: Reading, view: AmendmentView, form: Form) -> list[tuple[str, str, str]]:
    """(unit, place, text) of each part in which the answer may word the text otherwise."""
    fields = []
    for change in view.changes:
        if change.unit in reading.version and reading.version[change.unit].text:
            name = f"text-{change.unit}"
            text = form.get(name) if name in form else change.new_text or reading.version[change.unit].text
            fields.append((change.unit, change.place, text))
    return fields


@post("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/answer", audience=official, include_in_schema=False)
async def give_answer(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """Give an answer, to this amendment and to the same ones that were ticked."""
    act = await visible_act(session, ctx, act_id)
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    require(may_answer(ctx.actor, act, row))
    try:
        typed = parse(AnswerForm, form)
        newest = await queries.last_version(session, act_id)
        draft = AnswerDraft(
            outcome=typed.outcome,
            reason=typed.reason,
            function=typed.function,
            seen=typed.seen,
            operations=await _operations(session, ctx, newest, row, typed.outcome, form),
        )
        others = {one.id: one for one in await queries.list_amendments(session, act_id)}
        also = {one: msgspec.structs.replace(draft, seen=0) for one in others if str(one) in typed.also}
        await service.answer_alike(session, ctx.actor, act_id, {row.id: draft, **also}, now=ctx.now)
    except FormErrors as errors:
        said = field_errors(ctx.locale, errors)
        return page(
            request,
            "amendments/answer.html",
            await _answer_page(session, ctx, act, row, form, said),
            status=422,
        )
    except (AnswerClashes, AnswerOutdated, TextRefused) as problem:
        said = {"outcome": error_text(ctx.locale, problem)}
        return page(
            request,
            "amendments/answer.html",
            await _answer_page(session, ctx, act, row, form, said),
            status=409,
        )
    notice = ctx.gettext("The answer is public. Its author was told.")
    return see_other(request, f"/acts/{act_id}/answers", notice=notice)


async def _operations(
    session: AsyncSession, ctx: Ctx, newest: ActVersion, row: AmendmentRow, outcome: Outcome, form: Form
) -> tuple[Operation, ...]:
    """The counter-text as operations; or, in part, those of the author's that were ticked. Raises:
    TextRefused.
    """
    version, amendment = await _standing(session, row)
    if outcome is Outcome.PARTLY:
        chosen = set(form.get_all("part"))
        return tuple(one for place, one in enumerate(amendment.operations) if str(place) in chosen)
    if outcome is not Outcome.CHANGED:
        return ()
    text = queries.read_version(newest)
    found: list[Operation] = []
    for name, value in form.fields:
        unit = name.removeprefix("text-")
        if name != unit and unit in text:
            try:
                found += derive_splices(text[unit], value)
            except Refused as problem:
                raise TextRefused(problem.code, **problem.facts) from problem
    if version.id == newest.id:  # what is no rewording (a new article, a deletion) is taken in as it is
        found += [one for one in amendment.operations if not isinstance(one, Splice)]
    if not found or sorted(map(same_key, found)) == sorted(map(same_key, amendment.operations)):
        raise TextRefused("changes_nothing")
    return tuple(found)


# ── the next text ─────────────────────────────────────────────────────────────
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
    return page(request, "amendments/consolidate.html", await _consolidation(session, ctx, act))


async def _consolidation(
    session: AsyncSession, ctx: Ctx, act: Act, errors: dict[str, str] | None = None, until: str = ""
) -> ConsolidatePage:
    version = await queries.last_version(session, act.id)
    base, answers = reading_of(version, ctx), await queries.last_answers(session, act.id)
    earliest, problem, done = earliest_end(local_date(ctx.now)), "", None
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
        untidy=[cite(done.version, unit, ctx.locale) for unit in done.untidy] if done else [],
        earliest=earliest,
        until=until or earliest.isoformat(),
        problem=problem,
        errors=errors or {},
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
    views = view_units(here, lay_out(here), {}, ctx.locale)
    return [view for view in views if view.id not in there]


async def _meeting(session: AsyncSession, act: Act, base: Reading, done: Consolidated) -> list[MeetingPoint]:
    """Places where accepted amendments meet and nobody has said which comes first."""
    rows = {str(row.id): row for row in await queries.list_amendments(session, act.id)}
    accepted = {
        one.id: one
        for one in await service.list_accepted(session, await queries.last_version(session, act.id))
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
            amendments=[
                (id, rows[id].number or "", said[id])
                for id in sorted(said, key=lambda id: rows[id].rank or 0)
            ],
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
            return operation.new.text
        case _:
            unit = unit_of(operation)
            return whole_text(base.version, unit) if unit else ""


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
    here = f"/acts/{act_id}/consolidate"
    try:
        if form.get("do") == "order":
            gap = form.get("gap")
            ruling = Ruling(
                unit=form.get("unit"),
                gap=int(gap) if gap.isdecimal() else None,
                after=form.get("after") or None,
                order=tuple(form.get_all("order")),
                reason=form.get("reason"),
            )
            await service.rule_order(session, ctx.actor, act_id, ruling, now=ctx.now)
            return see_other(request, here, notice=ctx.gettext("The order was decided."))
        until = parse(AnnounceForm, form).proposals_until if form.get("do") == "round" else None
        version = await service.consolidate_act(
            session, ctx.actor, act_id, proposals_until=until, now=ctx.now
        )
    except FormErrors as errors:
        model = await _consolidation(
            session, ctx, act, field_errors(ctx.locale, errors), form.get("proposals_until")
        )
        return page(request, "amendments/consolidate.html", model, status=422)
    except (Unanswered, OrderNeeded, TextRefused, AnswerClashes, TooEarly) as problem:
        name = "proposals_until" if isinstance(problem, TooEarly) else ""
        model = await _consolidation(
            session, ctx, act, {name: error_text(ctx.locale, problem)}, form.get("proposals_until")
        )
        return page(request, "amendments/consolidate.html", model, status=409)
    notice = ctx.gettext("Version %(number)s is published.") % {"number": version.sequence}
    return see_other(request, f"/acts/{act_id}", notice=notice)


HANDLERS = [show_queue, show_answer, give_answer, show_consolidation, consolidate_act]
