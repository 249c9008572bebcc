"""The council's secretariat: a draft decision from its file to its announcement, and the steps after it."""

import asyncio
import secrets
from datetime import date, timedelta
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import ActIncomplete, ActTextChanged, TextRefused, TooEarly
from amendments.forms import ActForm, AnnounceForm, ChangeForm, ReasonForm
from amendments.models import Act
from amendments.pages.acts import view_units
from amendments.pages.officials import ActFields, NewActPage, PreparePage, build_prepare, fields_typed
from amendments.policy import may_edit_text, may_moderate, may_prepare, may_readmit
from amendments.routes.changing import read_change
from amendments.routes.papers import add_paper_of
from amendments.routes.public import load_amendment, visible_act, visible_amendment
from amendments.rules.procedure import Event, earliest_day
from amendments.states import ActState
from amendments.text.lines import lay_out
from amendments.text.operations import Amendment
from amendments.text.reading import Proposal, read_file, read_written
from amendments.text.refused import BadFile, Refused
from amendments.text.replay import consolidate
from amendments.text.writing.markdown import write_markdown
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse, whole_number
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.web import WebRequest, explain_refusal, field_errors, get, official, page, post, see_other

USUAL_DAYS = 15  # that most town halls give, where the law asks for ten


@get("/acts/new", audience=official, include_in_schema=False)
async def show_new(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """The form of a new draft decision."""
    require(may_prepare(ctx.actor))
    return page(request, "amendments/new.html", NewActPage(fields=ActFields()))


@post("/acts/new", audience=official, uploads=True, include_in_schema=False)
async def create_act(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Read the file, or what was pasted, as a tree of articles that the secretariat looks through."""
    require(may_prepare(ctx.actor))
    try:
        draft = parse(ActForm, form).draft()
        read = await asyncio.to_thread(read_text_of, form)
    except FormErrors as errors:
        model = NewActPage(fields=fields_typed(dict(form.fields)), errors=field_errors(ctx.locale, errors))
        return page(request, "amendments/new.html", model, status=422)
    act = await service.create_act(session, ctx.actor, draft, read.version, remarks=read.remarks, now=ctx.now)
    return see_other(request, f"/acts/{act.id}/prepare")


def read_text_of(form: Form) -> Proposal:
    """The text of the file that was sent, else what was pasted. Raises: FormErrors."""
    files = form.files("file")
    try:
        if files:
            return read_file(files[0].content, new_id=new_unit_id)
        if form.get("text").strip():
            return read_written(form.get("text"), new_id=new_unit_id)
    except BadFile as problem:
        raise FormErrors({"file": Invalid(FILE_WORDS.get(problem.code, FILE_WORDS[""]))}) from problem
    except Refused as problem:
        raise FormErrors({"file": Invalid(FILE_WORDS[""])}) from problem
    raise FormErrors({"file": Invalid(N_("Choose a file, or paste the text below."))})


FILE_WORDS = {
    "pdf_without_text": N_(
        "This PDF holds pictures of text. Choose the DOCX or ODT, or paste the text below."
    ),
    "not_pdf": N_("The PDF is damaged or locked. Choose the DOCX or ODT, or paste the text below."),
    "unknown_kind": N_("This is neither a DOCX, ODT or PDF document, nor plain text."),
    "not_utf8": N_("The file is no plain text in UTF-8."),
    "file_too_large": N_("The file is too large."),
    "": N_("The file cannot be read as the text of a decision."),
}


def new_unit_id() -> str:
    """An id that a unit keeps for ever, short enough for an address."""
    return f"u{secrets.token_hex(5)}"


# ── preparing ─────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/prepare", audience=official, include_in_schema=False)
async def show_prepare(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """A draft decision before its announcement: its text as it was read, with what to look at."""
    act = await visible_act(session, ctx, act_id)
    require(may_edit_text(ctx.actor, act))
    return page(request, "amendments/prepare.html", await _prepare_page(session, ctx, act))


async def _prepare_page(
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> PreparePage:
    """`form`: what was typed and refused."""
    typed = dict(form.fields) if form else {}
    text, today = service.read_text(act), local_date(ctx.now)
    earliest = earliest_end(today, await list_days_off(session))
    usual = max(earliest, today + timedelta(days=USUAL_DAYS))
    return build_prepare(
        act,
        units=view_units(text, lay_out(text), {}, ctx.locale),
        written=typed.get("text", "") if typed.get("do") == "text" else write_markdown(text),
        remarks=service.read_remarks(act),
        papers=await queries.list_papers(session, act.id, shown=True),
        earliest=earliest,
        until=typed.get("proposals_until") or usual.isoformat(),
        typed=typed,
        errors=errors or {},
    )


def earliest_end(announced_on: date, days_off: frozenset[date]) -> date:
    """The first day on which the law lets the time for proposals end."""
    return earliest_day(Event.PROPOSALS_ENDED, after=Event.ANNOUNCED, on=announced_on, days_off=days_off)


@post("/acts/{act_id:uuid}/prepare", audience=official, uploads=True, include_in_schema=False)
async def save_act(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Write the fields anew; add a paper; read another file; change a part of the text; or announce."""
    act = await visible_act(session, ctx, act_id)
    require(may_edit_text(ctx.actor, act))
    try:
        notice = await _DO.get(form.get("do"), _save_fields)(session, ctx, act, form)
    except (FormErrors, ActTextChanged, ActIncomplete, TooEarly, TextRefused) as problem:
        field = "proposals_until" if isinstance(problem, TooEarly) else "text"
        errors, status = explain_refusal(ctx.locale, problem, field)
        model = await _prepare_page(session, ctx, act, form, errors)
        return page(request, "amendments/prepare.html", model, status=status)
    to = f"/acts/{act_id}" + ("" if act.state != ActState.DRAFT else "/prepare")
    return see_other(request, to, notice=notice)


async def _save_fields(session: AsyncSession, ctx: Ctx, act: Act, form: Form) -> str:
    await service.save_act(session, ctx.actor, act.id, parse(ActForm, form).draft())
    return ctx.gettext("Saved.")


async def _read_again(session: AsyncSession, ctx: Ctx, act: Act, form: Form) -> str:
    read = await asyncio.to_thread(read_text_of, form)
    revision = whole_number(form.get("revision"))
    await service.save_text(session, ctx.actor, act.id, read.version, revision=revision, remarks=read.remarks)
    return ctx.gettext("The text was read anew. Look it through.")


async def _change_text(session: AsyncSession, ctx: Ctx, act: Act, form: Form) -> str:
    """A part of the text in place, by the same operations as amendments."""
    text = service.read_text(act)
    typed = _changed(form)
    operations = read_change(text, parse(ChangeForm, typed), typed)
    change = Amendment(id="draft", rank=1, operations=operations)
    try:
        done = consolidate(text, [change]).version
    except Refused as problem:
        raise TextRefused(problem.code, **problem.facts) from problem
    await service.save_text(session, ctx.actor, act.id, done, revision=whole_number(form.get("revision")))
    return ctx.gettext("Saved.")


def _changed(form: Form) -> Form:
    """The form of a change, whose verb is `change` here."""
    return Form([*(pair for pair in form.fields if pair[0] != "do"), ("do", form.get("change") or "edit")])


async def _announce(session: AsyncSession, ctx: Ctx, act: Act, form: Form) -> str:
    until = parse(AnnounceForm, form).proposals_until
    announced = await service.announce_act(session, ctx.actor, act.id, proposals_until=until, now=ctx.now)
    return ctx.gettext("The draft decision is announced under the number %(number)s.") % {
        "number": announced.number
    }


_DO = {"text": _read_again, "change": _change_text, "paper": add_paper_of, "announce": _announce}


# ── after the announcement ────────────────────────────────────────────────────
@post(
    "/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/moderate", audience=official, include_in_schema=False
)
async def moderate(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """Return an amendment to its author, find it inadmissible, or admit it after all; with the reason."""
    act = await visible_act(session, ctx, act_id)
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    is_mended = form.get("do") == "readmit"
    require(may_readmit(ctx.actor, act, row) if is_mended else may_moderate(ctx.actor, row))
    try:
        reason = parse(ReasonForm, form).reason
    except FormErrors as errors:
        model = await load_amendment(session, ctx, act, row, field_errors(ctx.locale, errors))
        model = msgspec.structs.replace(model, typed=form.get("reason"))
        return page(request, "amendments/amendment.html", model, status=422)
    by_do = {"refuse": service.refuse_amendment, "readmit": service.readmit_amendment}
    act_on = by_do.get(form.get("do"), service.return_amendment)
    await act_on(session, ctx.actor, row.id, reason=reason, now=ctx.now)
    return see_other(request, f"/acts/{act_id}/amendments/{row.id}")


HANDLERS = [show_new, create_act, show_prepare, save_act, moderate]
