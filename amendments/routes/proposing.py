"""Proposing an amendment: change the text in a form, look at it as it was understood, say why, send it.

Every step is a page of its own and works without scripts; the draft is kept on the server after each, so
nothing that was typed is lost by a refusal, a time-out or another device.
"""

import uuid
from urllib.parse import quote
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import AlreadySupported, NotSupported, TextRefused
from amendments.forms import NEW_TYPES, ChangeForm, ProposalForm
from amendments.models import Act, ActVersion, AmendmentRow
from amendments.pages.amendments import (
    CheckPage,
    DraftsPage,
    ProposePage,
    Reading,
    view_amendment,
    with_conflicts,
)
from amendments.pages.changes import unit_of
from amendments.pages.words import AUTHOR_KINDS
from amendments.policy import may_change_amendment, may_propose, may_propose_as
from amendments.routes.public import load_amendment, reading_of, visible_act, visible_amendment
from amendments.service import AmendmentDraft
from amendments.states import ActState, AmendmentState, AuthorKind
from amendments.text.derive import derive_splices
from amendments.text.index import ConflictIndex
from amendments.text.labels import cite, written_label
from amendments.text.operations import (
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    RejectAct,
    Splice,
)
from amendments.text.refused import Refused
from amendments.text.tokens import normalise_new
from amendments.text.units import NewUnit, Version
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form, typed_id
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, field_errors, get, page, post, see_other, signed_in

DOES = ("edit", "insert", "delete", "move", "reject")


@get("/acts/{act_id:uuid}/propose", audience=signed_in)
async def show_change(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of one change: edit a part of the text, add one, take it out, move it, or reject the whole."""
    act = await visible_act(session, ctx, act_id)
    asked = query_form(request)
    if not asked.get("amendment") and not (verdict := may_propose(ctx.actor, act, today=local_date(ctx.now))):
        return see_other(request, f"/acts/{act_id}", notice=ctx.gettext(verdict.reason), kind="info")
    if part := asked.get("part"):
        return see_other(
            request, f"/acts/{act_id}/text/{quote(part)}?amendment={quote(asked.get('amendment'))}"
        )
    model = await _change_page(session, ctx, act, asked)
    return page(request, "amendments/propose.html", model)


async def _change_page(
    session: AsyncSession, ctx: Ctx, act: Act, asked: Form, errors: dict[str, str] | None = None
) -> ProposePage:
    reading = reading_of(await queries.last_version(session, act.id), ctx)
    version = reading.version
    unit = asked.get("unit") if asked.get("unit") in version else ""
    do = asked.get("do") if asked.get("do") in DOES else "edit"
    current = version[unit] if unit else None
    slots = _slots(reading, unit, do)
    return ProposePage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        amendment_id=asked.get("amendment"),
        do=do if unit else "reject" if do == "reject" else "edit",
        unit=unit,
        place=cite(version, unit, ctx.locale) if unit else "",
        label=written_label(current) if current else "",
        text=current.text if current else "",
        typed=asked.get("text") if "text" in asked else current.text if current and do == "edit" else "",
        new_type=asked.get("new_type") or _likely_type(version, unit),
        new_types=[(kind, title) for kind, title in NEW_TYPES.items()],
        slots=slots,
        slot=asked.get("slot"),
        until=act.proposals_until,
        errors=errors or {},
    )


def _likely_type(version: Version, unit: str) -> str:
    kind = version[unit].type if unit else "text"
    return kind if kind in NEW_TYPES else "text"


def _slots(reading: Reading, unit: str, do: str) -> list[tuple[str, str]]:
    """Where a unit can be moved: before all its siblings, or after one of them."""
    if not unit or do != "move":
        return []
    version = reading.version
    parent = version[unit].parent
    siblings = version.children(parent) if parent else []
    same = [one for one in siblings if version[one].type == version[unit].type and one != unit]
    return [(one, cite(version, one, reading.locale)) for one in same]


@post("/acts/{act_id:uuid}/propose", audience=signed_in)
async def send_change(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Keep the change in a draft, a new one or the one it belongs to, and go on to look at it."""
    act = await visible_act(session, ctx, act_id)
    version = await queries.last_version(session, act_id)
    try:
        change = parse(ChangeForm, form)
        operations = operations_of(queries.read_version(version), change)
        row = await _keep(session, ctx, act, version, form, operations)
    except FormErrors as errors:
        model = await _change_page(session, ctx, act, form, field_errors(ctx.locale, errors))
        return page(request, "amendments/propose.html", model, status=422)
    except TextRefused as problem:
        model = await _change_page(session, ctx, act, form, {"text": error_text(ctx.locale, problem)})
        return page(request, "amendments/propose.html", model, status=422)
    return see_other(request, f"/acts/{act_id}/amendments/{row.id}/check")


async def _keep(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    version: ActVersion,
    form: Form,
    operations: tuple[Operation, ...],
) -> AmendmentRow:
    """The draft with the change in it, in place of an earlier change of the same part, and of all that was
    changed in an earlier text.
    """
    known = form.get("amendment")
    if not known:
        draft = AmendmentDraft(operations=operations)
        return await service.begin_amendment(session, ctx.actor, act.id, draft, now=ctx.now)
    row = await visible_amendment(session, ctx, act.id, typed_id(known))
    require(may_change_amendment(ctx.actor, row))
    before = queries.read_operations(bytes(row.operations)) if row.version_id == version.id else ()
    kept = [one for one in before if not _replaces(operations, one)]
    draft = AmendmentDraft(
        operations=(*kept, *operations),
        reason=row.reason,
        author_kind=AuthorKind(row.author_kind),
        on_behalf_of=row.on_behalf_of,
        separable=row.separable,
    )
    return await service.save_amendment(session, ctx.actor, row.id, draft, now=ctx.now)


def _replaces(new: tuple[Operation, ...], old: Operation) -> bool:
    """Whether an earlier change of the draft is written anew: another edit of the same part."""
    edited = {one.unit for one in new if isinstance(one, Splice)}
    return isinstance(old, Splice) and old.unit in edited


def operations_of(version: Version, change: ChangeForm) -> tuple[Operation, ...]:
    """What was typed, as operations on the text. Raises: TextRefused."""
    try:
        match change.do:
            case "edit":
                found: tuple[Operation, ...] = derive_splices(version[change.unit], change.text)
            case "insert":
                found = (_insertion(version, change),)
            case "delete":
                found = (DeleteUnit(unit=change.unit),)
            case "move":
                found = (_move(version, change),)
            case "reject":
                found = (RejectAct(),)
    except Refused as problem:
        raise TextRefused(problem.code, **problem.facts) from problem
    if not found:
        raise TextRefused("changes_nothing")
    return found


def _insertion(version: Version, change: ChangeForm) -> InsertUnit:
    """Something new after a part of the text: beside it where it is of its kind, else at its end."""
    text = normalise_new(change.text)
    if not text:
        raise TextRefused("changes_nothing")
    new = NewUnit(id=f"n-{uuid.uuid4().hex[:12]}", type=change.new_type, text=text)
    beside = version[change.unit]
    inner = {"alin": ("article",), "lit": ("article", "alin")}.get(change.new_type, ())
    if beside.type in inner or beside.parent is None:
        children = version.children(beside.id)
        return InsertUnit(parent=beside.id, after=children[-1] if children else None, new=new)
    if change.new_type == "article":
        for above in version.path(beside.id):
            if above.type == "article" and above.parent is not None:
                return InsertUnit(parent=above.parent, after=above.id, new=new)
    return InsertUnit(parent=beside.parent, after=beside.id, new=new)


def _move(version: Version, change: ChangeForm) -> MoveUnit:
    parent = version[change.unit].parent
    if parent is None:
        raise TextRefused("whole_act")
    siblings = version.children(parent)
    same = [one for one in siblings if version[one].type == version[change.unit].type]
    first = siblings.index(same[0])
    front = siblings[first - 1] if first else None
    return MoveUnit(unit=change.unit, parent=parent, after=change.slot or front)


# ── look at it, say why, send it ──────────────────────────────────────────────
@get("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/check", audience=signed_in)
async def show_check(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """The draft as it was understood: struck and added words, sentences, lines, conflicts, the same ones."""
    act = await visible_act(session, ctx, act_id)
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    require(may_change_amendment(ctx.actor, row))
    return page(request, "amendments/check.html", await _check_page(session, ctx, act, row))


async def _check_page(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    row: AmendmentRow,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> CheckPage:
    """`form`: what was typed and refused."""
    newest = await queries.last_version(session, act.id)
    reading = reading_of(await queries.get_version(session, row.version_id), ctx)
    amendment = queries.as_amendment(row)
    is_current = row.version_id == newest.id
    standing = [one for one in await queries.list_standing(session, newest) if one[0].id != row.id]
    rows = {other.id: other for other, _ in standing}
    newest_text = queries.read_version(newest)
    index = ConflictIndex(newest_text, [one for _, one in standing] if is_current else [])
    found = index.conflicts_with(amendment) if is_current else []
    key = service.proposal_key(row)
    view = view_amendment(row, amendment, reading)
    return CheckPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        amendment_id=str(row.id),
        view=with_conflicts(view, found, rows),
        same=[
            (other.number or "", f"/acts/{act.id}/amendments/{other.id}")
            for other in rows.values()
            if service.proposal_key(other) == key
        ],
        is_current=is_current,
        articles=[
            (unit.id, cite(newest_text, unit.id, ctx.locale))
            for unit in newest_text.units
            if unit.type in ("article", "annex")
        ],
        reason=form.get("reason") if form else row.reason,
        author_kind=form.get("author_kind") if form else row.author_kind,
        on_behalf_of=form.get("on_behalf_of") if form else row.on_behalf_of,
        separable="separable" in form if form else row.separable,
        author_kinds=[
            (kind.value, AUTHOR_KINDS[kind])
            for kind in AuthorKind
            if act.state != ActState.COUNCIL and may_propose_as(ctx.actor, kind)
        ],
        until=act.proposals_until,
        is_returned=row.state == AmendmentState.RETURNED,
        state_reason=row.state_reason,
        errors=errors or {},
    )


@post("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/check", audience=signed_in)
async def send_amendment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """Keep what was written; and register the amendment, unless it is only to be kept."""
    act = await visible_act(session, ctx, act_id)
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    if (
        row.state in (AmendmentState.SUBMITTED, AmendmentState.TABLED) and row.author_id == ctx.actor.id
    ):  # a second click
        return see_other(request, f"/acts/{act_id}/amendments/{row.id}")
    require(may_change_amendment(ctx.actor, row))
    try:
        typed = parse(ProposalForm, form)
        is_tabled = act.state == ActState.COUNCIL
        author_kind = AuthorKind.COUNCILLOR if is_tabled else typed.author_kind
        draft = AmendmentDraft(
            reason=typed.reason,
            author_kind=author_kind,
            on_behalf_of=typed.on_behalf_of,
            separable=typed.separable,
        )
        row = await service.save_amendment(session, ctx.actor, row.id, draft, now=ctx.now)
        if form.get("do") == "keep":
            notice = ctx.gettext("Your draft is kept. You find it on the page of the draft decision.")
            return see_other(request, f"/acts/{act_id}", notice=notice)
        row = await service.submit_amendment(session, ctx.actor, row.id, now=ctx.now)
    except FormErrors as errors:
        model = await _check_page(session, ctx, act, row, form, field_errors(ctx.locale, errors))
        return page(request, "amendments/check.html", model, status=422)
    except TextRefused as problem:
        model = await _check_page(session, ctx, act, row, form, {"": error_text(ctx.locale, problem)})
        return page(request, "amendments/check.html", model, status=422)
    notice = ctx.gettext("Your amendment is registered under the number %(number)s.") % {"number": row.number}
    return see_other(request, f"/acts/{act_id}/amendments/{row.id}", notice=notice)


@get("/acts/{act_id:uuid}/drafts", audience=signed_in)
async def list_drafts(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """What this person has begun and not sent."""
    act = await visible_act(session, ctx, act_id)
    rows = await queries.list_drafts(session, act_id, ctx.actor.id)
    views = []
    for row in rows:
        reading = reading_of(await queries.get_version(session, row.version_id), ctx)
        views.append(view_amendment(row, queries.as_amendment(row), reading))
    model = DraftsPage(act_id=str(act_id), act_number=act.number or "", act_title=act.title, drafts=views)
    return page(request, "amendments/drafts.html", model)


@post("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/delete", audience=signed_in)
async def delete_draft(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """Throw a draft away."""
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    await service.delete_draft(session, ctx.actor, row.id)
    return see_other(request, f"/acts/{act_id}", notice=ctx.gettext("The draft was deleted."))


# ── after it ──────────────────────────────────────────────────────────────────
@post("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/withdraw", audience=signed_in)
async def withdraw(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """Take one's amendment back."""
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    await service.withdraw_amendment(session, ctx.actor, row.id, now=ctx.now)
    notice = ctx.gettext("Your amendment is withdrawn. It stays readable, and says so.")
    return see_other(request, f"/acts/{act_id}/amendments/{row.id}", notice=notice)


@post("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/fate", audience=signed_in)
async def say_fate(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """The words of one's amendment are gone from the new text: write it anew, or let it stand."""
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    if form.get("do") != "rewrite":
        await service.let_stand(session, ctx.actor, row.id, now=ctx.now)
        return see_other(request, f"/acts/{act_id}/amendments/{row.id}")
    draft = await service.begin_rewrite(session, ctx.actor, row.id, now=ctx.now)
    text = queries.read_version(await queries.get_version(session, draft.version_id))
    places = (unit_of(one) for one in queries.read_operations(bytes(row.operations)))
    unit = next((one for one in places if one is not None and one in text), None)
    if unit is None or draft.operations != b"[]":
        return see_other(request, f"/acts/{act_id}/amendments/{draft.id}/check")
    return see_other(request, f"/acts/{act_id}/propose?unit={quote(unit)}&do=edit&amendment={draft.id}")


@post("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/support", audience=signed_in)
async def stand_behind(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """Support an amendment, co-sign it by name, or step back."""
    act = await visible_act(session, ctx, act_id)
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    try:
        if form.get("do") == "back":
            await service.step_back(session, ctx.actor, row.id)
        else:
            by_name = form.get("do") == "sign"
            await service.stand_behind(session, ctx.actor, row.id, by_name=by_name, now=ctx.now)
    except (AlreadySupported, NotSupported) as problem:
        errors = {"": error_text(ctx.locale, problem)}
        model = await load_amendment(session, ctx, act, row, errors)
        return page(request, "amendments/amendment.html", model, status=409)
    return see_other(request, f"/acts/{act_id}/amendments/{row.id}", anchor="support")


@post("/acts/subscription", audience=signed_in)
async def change_subscription(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Ask for announcements by e-mail, or no longer."""
    wanted = form.get("wanted") == "yes"
    await service.subscribe(session, ctx.actor, wanted=wanted, now=ctx.now)
    said = (
        ctx.gettext("We write to you when a draft decision is announced.")
        if wanted
        else ctx.gettext("We no longer write to you about draft decisions.")
    )
    return see_other(request, "/acts", notice=said)


HANDLERS = [
    say_fate,
    show_change,
    send_change,
    show_check,
    send_amendment,
    list_drafts,
    delete_draft,
    withdraw,
    stand_behind,
    change_subscription,
]
