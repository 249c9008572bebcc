"""Answering amendments, and the steps of the procedure while they are answered."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from amendments import queries, service
from amendments.errors import AnswerClashes, AnswerOutdated, TextRefused, TooEarly
from amendments.forms import AnswerForm, ExtendForm, ReasonForm, StepForm
from amendments.models import Act, ActVersion, AmendmentRow, PreparedAnswer
from amendments.pages.amendments import Reading, view_amendment
from amendments.pages.changes import unit_of, view_changes
from amendments.pages.officials import (
    ALL_OUTCOMES,
    AnswerPage,
    CounterField,
    PreparedView,
    QueuePage,
    WaitingView,
)
from amendments.pages.warnings import view_warnings
from amendments.pages.words import ACT_STATES, OUTCOMES, STEPS
from amendments.policy import (
    may_answer,
    may_close_debate,
    may_consolidate,
    may_extend_proposals,
    may_prepare,
    may_prepare_answer,
    may_see_answers,
    may_see_prepared,
    may_withdraw_act,
)
from amendments.routes.public import Standing, reading_of, view_rows, visible_act, visible_amendment
from amendments.rules.procedure import RECORDED
from amendments.service import AnswerDraft
from amendments.states import UNANSWERED, ActState, AmendmentState, Outcome
from amendments.text.counter import Wording, counter_operations, fits, wordings
from amendments.text.labels import cite
from amendments.text.operations import Amendment, Operation, Splice, same_key
from amendments.text.refused import Refused
from amendments.text.sentences import sentence
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form, whole_number
from app.kit.paging import paging
from app.kit.policy import require
from app.kit.web import WebRequest, explain_refusal, get, official, page, post, see_other

ON_A_PAGE = 20


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
    asked = query_form(request).get("page")
    return page(request, "amendments/queue.html", await queue_page(session, ctx, act, asked=asked))


async def queue_page(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    asked: str = "",
) -> QueuePage:
    """`form`: what was typed and refused; `asked`: the number of a page."""
    registered = await queries.list_registered(session, act.id)
    accounts = await list_same_person(session, ctx.actor.id)
    found = await _prepared(session, ctx, registered, accounts=accounts)
    groups, answered = _queue(registered, found)
    pages = paging(form.get("page") if form else asked, len(groups) + len(answered), size=ON_A_PAGE)
    shown = [*groups, *([row] for row in answered)][pages.offset : pages.offset + pages.size]
    rows = [row for group in shown for row in group]
    standing = await _standing(session, act.id)
    views = await view_rows(session, ctx, act.id, [group[0] for group in shown], standing=standing)
    prepared = [await _view_prepared(session, ctx, row, found[row.id]) for row in rows if row.id in found]
    return QueuePage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        waiting=[
            WaitingView(
                views[first.id],
                [(row.number or "", f"/acts/{act.id}/amendments/{row.id}") for row in others],
            )
            for first, *others in shown
            if first.state in UNANSWERED
        ],
        waiting_count=len(groups),
        paging=pages,
        answered=[views[row.id] for row in rows if row.state == AmendmentState.ANSWERED],
        answerable=frozenset(
            str(row.id) for row in rows if may_answer(ctx.actor, act, row, accounts=accounts)
        ),
        preparable=frozenset(
            str(row.id) for row in rows if may_prepare_answer(ctx.actor, act, row, accounts=accounts)
        ),
        prepared=prepared,
        may_adopt=any(may_answer(ctx.actor, act, row, accounts=accounts) for row in rows),
        adopted=form.get_all("adopt") if form else [],
        may_close=bool(may_close_debate(ctx.actor, act, today=local_date(ctx.now))),
        may_consolidate=bool(may_consolidate(ctx.actor, act)),
        is_secretariat=bool(may_prepare(ctx.actor)),
        state_title=ACT_STATES[ActState(act.state)],
        may_withdraw=bool(may_withdraw_act(ctx.actor, act)),
        is_before_council=act.state in (ActState.COUNCIL, ActState.VOTING),
        may_extend=bool(may_extend_proposals(ctx.actor, act)),
        proposals_until=act.proposals_until,
        lawful_end=await service.find_overtaken(session, act, today=local_date(ctx.now)),
        steps=[(one.value, STEPS[one]) for one in RECORDED],
        typed=dict(form.fields) if form else {},
        errors=errors or {},
    )


def _queue(
    rows: Sequence[AmendmentRow], prepared: Collection[UUID]
) -> tuple[list[list[AmendmentRow]], list[AmendmentRow]]:
    """What waits, the same proposals together, and what is answered; of both, first what is prepared."""
    alike: dict[object, list[AmendmentRow]] = {}
    for row in rows:
        if row.state in UNANSWERED:
            alike.setdefault(service.proposal_key(row), []).append(row)
    answered = [row for row in rows if row.state == AmendmentState.ANSWERED]
    groups = sorted(alike.values(), key=lambda group: not any(row.id in prepared for row in group))
    return groups, sorted(answered, key=lambda row: row.id not in prepared)


async def _prepared(
    session: AsyncSession, ctx: Ctx, rows: Sequence[AmendmentRow], *, accounts: Collection[UUID]
) -> dict[UUID, PreparedAnswer]:
    """What is prepared for the newest text, of all amendments of an act, for who may read it."""
    if not rows:
        return {}
    newest = await queries.last_version(session, rows[0].act_id)
    found = await queries.map_prepared(session, rows[0].act_id)
    return {
        row.id: found[row.id]
        for row in rows
        if row.id in found
        and found[row.id].version_id == newest.id
        and may_see_prepared(ctx.actor, row, accounts=accounts)
    }


@post("/acts/{act_id:uuid}/step", audience=official, include_in_schema=False)
async def take_step(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Write down a step of the procedure; end the time for proposals; or take the act back."""
    act = await visible_act(session, ctx, act_id)
    require(may_see_answers(ctx.actor))
    try:
        notice = await _STEPS.get(form.get("do"), _record_step)(session, ctx, act, form)
    except (FormErrors, TooEarly) as problem:
        field = _TERM_FIELDS.get(form.get("do"), "happened_on")
        errors, status = explain_refusal(ctx.locale, problem, field)
        model = await queue_page(session, ctx, act, form, errors)
        return page(request, "amendments/queue.html", model, status=status)
    return see_other(request, f"/acts/{act_id}/answers", notice=notice)


async def _record_step(session: AsyncSession, ctx: Ctx, act: Act, form: Form) -> str:
    step = parse(StepForm, form)
    await service.record_event(
        session, ctx.actor, act.id, step.event, on=step.happened_on, text=step.text, now=ctx.now
    )
    return ctx.gettext("The step was written down.")


async def _close(session: AsyncSession, ctx: Ctx, act: Act, form: Form) -> str:
    await service.close_debate(session, ctx.actor, act.id, now=ctx.now)
    return ctx.gettext("The time for proposals has ended.")


async def _withdraw(session: AsyncSession, ctx: Ctx, act: Act, form: Form) -> str:
    reason = parse(ReasonForm, form).reason
    await service.withdraw_act(session, ctx.actor, act.id, reason=reason, now=ctx.now)
    return ctx.gettext("The draft decision is withdrawn. It stays readable, and says so.")


async def _extend(session: AsyncSession, ctx: Ctx, act: Act, form: Form) -> str:
    typed = parse(ExtendForm, form)
    until, reason = typed.new_until, typed.why
    await service.extend_proposals(session, ctx.actor, act.id, until=until, reason=reason, now=ctx.now)
    return ctx.gettext("There is more time for proposals. Everybody who follows the draft decision is told.")


_STEPS = {"close": _close, "extend": _extend, "withdraw": _withdraw}
_TERM_FIELDS = {
    "close": "new_until",
    "extend": "new_until",
}  # where "too early" is said


# ── one answer ────────────────────────────────────────────────────────────────


async def _standing(session: AsyncSession, act_id: UUID) -> Standing:
    """What stands on the newest text."""
    newest = await queries.last_version(session, act_id)
    return newest, await queries.map_standing(session, newest)


async def _written_on(
    session: AsyncSession, row: AmendmentRow, standing: Standing
) -> tuple[ActVersion, Amendment]:
    """The newest text on which an amendment stands, with its operations there."""
    newest, found = standing
    if row.id in found:
        return newest, found[row.id]
    return await queries.get_version(session, row.version_id), queries.as_amendment(row)


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
    accounts = await list_same_person(session, ctx.actor.id)
    if not may_prepare_answer(ctx.actor, act, row, accounts=accounts):
        require(may_answer(ctx.actor, act, row, accounts=accounts))
    found = await find_prepared(session, ctx, row, accounts=accounts)
    form = _form_of(found) if found else Form()
    return page(request, "amendments/answer.html", await answer_page(session, ctx, act, row, form))


def _form_of(prepared: PreparedAnswer) -> Form:
    """What the department has prepared, as if it had been typed."""
    typed = msgspec.json.decode(prepared.typed, type=list[tuple[str, str]])
    fields = [("outcome", prepared.outcome), ("reason", prepared.reason), ("seen", "")]
    return Form([*fields, ("same_as", str(prepared.same_as_id or "")), *typed])


async def find_prepared(
    session: AsyncSession, ctx: Ctx, row: AmendmentRow, *, accounts: Collection[UUID]
) -> PreparedAnswer | None:
    """What is prepared for the newest text, for who may read it."""
    found = await queries.find_prepared(session, row.id)
    newest = await queries.last_version(session, row.act_id)
    may_see = may_see_prepared(ctx.actor, row, accounts=accounts)
    return found if found and may_see and found.version_id == newest.id else None


async def view_prepared(
    session: AsyncSession, ctx: Ctx, row: AmendmentRow, *, accounts: Collection[UUID]
) -> PreparedView | None:
    """The same as it is shown."""
    found = await find_prepared(session, ctx, row, accounts=accounts)
    return await _view_prepared(session, ctx, row, found) if found else None


async def _view_prepared(
    session: AsyncSession, ctx: Ctx, row: AmendmentRow, found: PreparedAnswer
) -> PreparedView:
    changes = []
    if found.operations is not None:
        reading = reading_of(await queries.get_version(session, found.version_id), ctx)
        counter = queries.as_amendment(row, bytes(found.operations))
        changes = view_changes(reading.version, reading.layout, counter, ctx.locale)
    same_as = await queries.get_amendment(session, found.same_as_id) if found.same_as_id else None
    return PreparedView(
        amendment_id=str(row.id),
        number=row.number or "",
        author=row.author_name,
        value=f"{row.id}:{found.revision}",
        revision=found.revision,
        title=OUTCOMES[Outcome(found.outcome)],
        reason=found.reason,
        same_as=(same_as.number or "") if same_as else "",
        changes=changes,
        by=found.by_name,
        at=found.at,
    )


async def answer_page(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    row: AmendmentRow,
    form: Form,
    errors: dict[str, str] | None = None,
) -> AnswerPage:
    standing = await _standing(session, act.id)
    newest, (version, amendment) = standing[0], await _written_on(session, row, standing)
    reading = reading_of(version, ctx)
    given = await queries.list_answers(session, row.id)
    view = view_amendment(
        row,
        amendment,
        reading,
        answer=given[-1] if given else None,
        conflicts=await queries.list_conflicts(session, newest.id, [row.id]),
        rows={one.id: one for one in await queries.list_registered(session, act.id)},
    )
    taking = _taking(reading_of(newest, ctx), amendment, stands=version.id == newest.id)
    key = service.proposal_key(row)
    others = await queries.list_amendments(session, act.id, states=[AmendmentState.SUBMITTED])
    answers = await queries.last_answers(session, act.id)
    accounts = await list_same_person(session, ctx.actor.id)
    return AnswerPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        view=view,
        warnings=await view_warnings(reading.version, amendment, ctx.locale),
        seen=len(given),
        outcome=form.get("outcome"),
        function=form.get("function"),
        reason=form.get("reason"),
        counter=_counter_fields(reading_of(newest, ctx), amendment, form, stands=version.id == newest.id),
        taking=taking,
        taken=form.get_all("take") if "seen" in form else [place for place, _ in taking],
        alike=[
            (
                f"{one.id}:{answers[one.id].position if one.id in answers else 0}",
                f"{one.number}, {one.author_name}",
            )
            for one in others
            if one.id != row.id and service.proposal_key(one) == key
        ],
        stands=version.id == newest.id,
        parts=_parts(reading, amendment, ctx) if row.separable else [],
        chosen=form.get_all("part"),
        outcomes=ALL_OUTCOMES,
        same_as=form.get("same_as"),
        in_text=[
            (str(one.id), f"{one.number}, {one.author_name}")
            for one in await queries.list_in_text(session, act.id)
            if one.id != row.id
        ],
        prepared=await view_prepared(session, ctx, row, accounts=accounts),
        may_answer=bool(may_answer(ctx.actor, act, row, accounts=accounts)),
        errors=errors or {},
    )


def _parts(reading: Reading, amendment: Amendment, ctx: Ctx) -> list[tuple[str, str]]:
    """Its operations as choices, in its own order; none where there is only one."""
    said = [sentence(reading.version, one, ctx.locale, layout=reading.layout) for one in amendment.operations]
    return [(str(place), words) for place, words in enumerate(said)] if len(said) > 1 else []


def _counter_fields(
    reading: Reading, amendment: Amendment, form: Form, *, stands: bool
) -> list[CounterField]:
    """What the answer may word otherwise, as it was typed, or as the amendment has it."""
    typed = dict(form.fields)
    return [
        CounterField(
            name=one.name,
            place=_place_of(reading, amendment.operations[one.place], one),
            fate=one.fate,
            text=typed.get(one.name, one.text),
        )
        for one in wordings(reading.version, amendment, stands=stands)
    ]


def _place_of(reading: Reading, operation: Operation, wording: Wording) -> str:
    """Where a part stands; of a new one, beside what."""
    unit = (unit_of(operation) or "") if wording.fate == "new" else wording.unit
    return cite(reading.version, unit, reading.locale)


def _taking(reading: Reading, amendment: Amendment, *, stands: bool) -> list[tuple[str, str]]:
    """The operations that are no rewording, as choices: what is taken in, and what is left out."""
    version = reading.version
    return [
        (str(place), sentence(version, one, reading.locale, layout=reading.layout))
        for place, one in enumerate(amendment.operations)
        if not isinstance(one, Splice) and fits(version, one, stands=stands)
    ]


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
            same_as_id=typed.same_as,
            operations=await typed_operations(session, newest, row, typed.outcome, form),
        )
        seen = dict(one.rpartition(":")[::2] for one in typed.also)
        also = {
            one.id: msgspec.structs.replace(draft, seen=whole_number(seen[str(one.id)]))
            for one in await queries.list_registered(session, act_id)
            if str(one.id) in seen
        }
        await service.answer_alike(session, ctx.actor, act_id, {row.id: draft, **also}, now=ctx.now)
    except (FormErrors, AnswerClashes, AnswerOutdated, TextRefused) as problem:
        errors, status = explain_refusal(ctx.locale, problem, "outcome")
        model = await answer_page(session, ctx, act, row, form, errors)
        return page(request, "amendments/answer.html", model, status=status)
    notice = ctx.gettext("The answer is public. Its author was told.")
    return see_other(request, f"/acts/{act_id}/answers", notice=notice)


async def typed_operations(
    session: AsyncSession, newest: ActVersion, row: AmendmentRow, outcome: Outcome, form: Form
) -> tuple[Operation, ...]:
    """The counter-text as operations; or, in part, those of the author's that were ticked. Raises:
    TextRefused.
    """
    version, amendment = await _written_on(session, row, await _standing(session, row.act_id))
    if outcome is Outcome.PARTLY:
        chosen = set(form.get_all("part"))
        return tuple(one for place, one in enumerate(amendment.operations) if str(place) in chosen)
    if outcome is not Outcome.CHANGED:
        return ()
    taken = {whole_number(place) for place in form.get_all("take")}
    text, stands = queries.read_version(newest), version.id == newest.id
    try:
        found = counter_operations(text, amendment, dict(form.fields), taken, stands=stands)
    except Refused as problem:
        raise TextRefused(problem.code, **problem.facts) from problem
    if not found or sorted(map(same_key, found)) == sorted(map(same_key, amendment.operations)):
        raise TextRefused("changes_nothing")
    return found


HANDLERS = [show_queue, take_step, show_answer, give_answer]
