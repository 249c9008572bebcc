"""Proposing an amendment: change the text in a form, look at it as it was understood, say why, send it.

Every step is a page of its own and works without scripts; the draft is kept on the server after each, so
nothing that was typed is lost by a refusal, a time-out or another device.
"""

from urllib.parse import quote
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import AlreadySupported, NotSupported, TextRefused
from amendments.forms import ProposalForm
from amendments.models import Act, AmendmentRow
from amendments.pages.amendments import (
    CheckPage,
    DraftsPage,
    view_amendment,
    with_conflicts,
)
from amendments.pages.changes import unit_of
from amendments.pages.warnings import view_near, view_warnings
from amendments.pages.words import AUTHOR_KINDS
from amendments.policy import may_change_amendment, may_propose_as
from amendments.routes.public import (
    complete_until,
    load_amendment,
    reading_of,
    visible_act,
    visible_amendment,
)
from amendments.service import AmendmentDraft
from amendments.states import ActState, AmendmentState, AuthorKind
from amendments.text.index import ConflictIndex
from amendments.text.labels import cite
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, field_errors, get, page, post, see_other, signed_in


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
        warnings=await view_warnings(reading.version, amendment, ctx.locale),
        near=view_near(
            amendment,
            [one for _, one in standing] if is_current else [],
            {str(id): other for id, other in rows.items()},
        ),
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
        complete_until=await complete_until(session, row),
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
    show_check,
    send_amendment,
    list_drafts,
    delete_draft,
    withdraw,
    stand_behind,
    change_subscription,
]
