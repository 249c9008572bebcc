"""The form of one change to an act: reword a part, add one, take it out, move it, or reject the whole.

It belongs to a draft, which is kept on the server; each change of a draft can be written anew or left out by
itself, and comes back as it was typed.
"""

import uuid
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import AmendmentNotFound, TextRefused
from amendments.forms import ChangeForm, cell_name, read_cells
from amendments.models import Act, AmendmentRow
from amendments.pages.proposing import (
    DOES,
    ProposePage,
    cited,
    label_of,
    list_cells,
    list_places,
    shown_text,
    text_now,
)
from amendments.policy import may_change_amendment, may_propose
from amendments.routes.public import visible_act, visible_amendment
from amendments.service import AmendmentDraft
from amendments.text.draft import change_keys, edit_key, operations_of_change, reads_as
from amendments.text.operations import Operation, ReplaceUnit
from amendments.text.refused import Refused
from amendments.text.typed import Typed, operations_of, typed_of
from amendments.text.units import Version
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form, typed_id
from app.kit.web import WebRequest, error_text, field_errors, get, page, post, see_other, signed_in


class Before(msgspec.Struct, frozen=True):
    """What was typed before: the fields of a change of a draft, and, where the draft takes the place of an
    amendment, how that one words the part. `draft`: what else it changes in the text as it reads now.
    """

    fields: dict[str, str] = {}
    earlier: str = ""
    draft: tuple[Operation, ...] = ()


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
    if asked.get("change") and not model.unit and model.do != "reject":
        notice = ctx.gettext("The part that you changed is no longer in the text. Your words are kept here.")
        check = f"/acts/{act_id}/amendments/{typed_id(asked.get('amendment'))}/check"
        return see_other(request, check, notice=notice, kind="info")
    return page(request, "amendments/propose.html", model)


async def _change_page(
    session: AsyncSession, ctx: Ctx, act: Act, asked: Form, errors: dict[str, str] | None = None
) -> ProposePage:
    version = queries.read_version(await queries.last_version(session, act.id))
    before = await _typed_before(session, ctx, act, asked, version)
    typed = before.fields | dict(asked.fields)
    unit = typed.get("unit", "") if typed.get("unit") in version else ""
    do = typed["do"] if typed.get("do") in DOES else "edit"
    do = do if unit else "reject" if do == "reject" else "edit"
    places = list_places(version, unit, do, typed.get("place", ""), ctx.locale)
    values = [value for value, _ in places]
    chosen = typed.get("place", "")
    return ProposePage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        amendment_id=typed.get("amendment", ""),
        change=typed.get("change", ""),
        do=do,
        unit=unit,
        place=cited(version, unit, ctx.locale),
        label=label_of(version, unit),
        text=shown_text(version, unit),
        typed=typed.get("text", text_now(version, unit, do)),
        cells=list_cells(version, unit, do, typed, before.draft),
        earlier=before.earlier,
        is_new_text="moved" in before.fields,
        places=places,
        chosen=chosen if chosen in values else next(iter(values), ""),
        until=act.proposals_until,
        errors=errors or {},
    )


async def _typed_before(session: AsyncSession, ctx: Ctx, act: Act, asked: Form, version: Version) -> Before:
    """The change that is written anew, as it was typed: the one that is named, or the draft's own wording of
    the part.
    """
    row = await _own_draft(session, ctx, act.id, asked.get("amendment"))
    if row is None:
        return Before()
    operations, key = queries.read_operations(bytes(row.operations)), asked.get("change")
    text = queries.read_version(await queries.get_version(session, row.version_id))
    is_same = text.content_hash == version.content_hash
    draft = operations if is_same else ()
    key = key or _key_of(operations, asked.get("do", "edit"), asked.get("unit"))
    own = operations_of_change(operations, key)
    if not own:
        return Before(earlier=await _earlier_words(session, row, asked.get("unit")), draft=draft)
    fields = _fields_of(typed_of(text, own)) | {"change": key}
    unit = fields["unit"]
    if not is_same and unit in version and version[unit] != text[unit]:
        fields["moved"] = "yes"
    return Before(fields=fields, draft=draft)


def _key_of(operations: tuple[Operation, ...], do: str, unit: str) -> str:
    """The change of a draft that does this to a unit already, of which there can be one only."""
    if do == "edit":
        return edit_key(unit)
    keys = zip(change_keys(operations), operations, strict=True)
    found = (key for key, one in keys if isinstance(one, ReplaceUnit) and one.unit == unit)
    return next(found, "") if do == "replace" else ""


async def _own_draft(session: AsyncSession, ctx: Ctx, act_id: UUID, named: str) -> AmendmentRow | None:
    if not named:
        return None
    try:
        row = await visible_amendment(session, ctx, act_id, typed_id(named))
    except AmendmentNotFound:
        return None
    return row if may_change_amendment(ctx.actor, row) else None


async def _earlier_words(session: AsyncSession, row: AmendmentRow, unit: str) -> str:
    """How the amendment whose place the draft takes words the part."""
    if row.replaces_id is None:
        return ""
    other = await queries.get_amendment(session, row.replaces_id)
    text = queries.read_version(await queries.get_version(session, other.version_id))
    operations = queries.read_operations(bytes(other.operations))
    is_edited = bool(operations_of_change(operations, edit_key(unit)))
    return reads_as(text, operations, unit) if is_edited else ""


def _fields_of(typed: Typed) -> dict[str, str]:
    """A change as the form holds it."""
    is_row = typed.do == "insert" and bool(typed.cells)
    fields = {"do": "row" if is_row else typed.do, "unit": typed.unit}
    if typed.do in ("edit", "insert", "replace") and not is_row:
        fields["text"] = typed.text
    if typed.place:
        fields["place"] = typed.place
    return fields | {cell_name(at): text for at, text in enumerate(typed.cells)}


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
    notice = ""
    try:
        text = queries.read_version(version)
        change = parse(ChangeForm, form)
        operations = read_change(text, change, form)
        if known := form.get("amendment"):
            row = await visible_amendment(session, ctx, act.id, typed_id(known))
            also = _edits_in_row(text, change)
            row, lost = await service.keep_change(
                session, ctx.actor, row.id, operations, key=form.get("change"), also=also, now=ctx.now
            )
            if lost:
                notice = _lost(ctx, lost)
        else:
            draft = AmendmentDraft(operations=operations)
            row = await service.begin_amendment(session, ctx.actor, act.id, draft, now=ctx.now)
    except FormErrors as errors:
        model = await _change_page(session, ctx, act, form, field_errors(ctx.locale, errors))
        return page(request, "amendments/propose.html", model, status=422)
    except TextRefused as problem:
        said = {_field_of(form, problem): error_text(ctx.locale, problem)}
        model = await _change_page(session, ctx, act, form, said)
        return page(request, "amendments/propose.html", model, status=422)
    return see_other(request, f"/acts/{act_id}/amendments/{row.id}/check", notice=notice, kind="info")


def _lost(ctx: Ctx, number: int) -> str:
    said = ctx.ngettext(
        "%(num)s other change of your draft was for words that are gone from the text. Make it again.",
        "%(num)s other changes of your draft were for words that are gone from the text. Make them again.",
        number,
    )
    return said % {"num": number}


def _field_of(form: Form, problem: TextRefused) -> str:
    """Where a refusal is shown."""
    if problem.reason in ("no_place", "slot_not_there") or form.get("do") == "move":
        return "place"
    if cell_name(0) in form:
        return cell_name(0)
    return "text" if form.get("do") in ("edit", "insert", "replace") else ""


def _edits_in_row(text: Version, change: ChangeForm) -> list[str]:
    """The changes of a draft that a row which is reworded as a whole holds too."""
    if change.do != "edit" or change.unit not in text or text[change.unit].type != "row":
        return []
    return [edit_key(cell) for cell in text.children(change.unit)]


@post("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/drop", audience=signed_in)
async def drop_change(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """Leave one change out of a draft."""
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    try:
        await service.drop_change(session, ctx.actor, row.id, form.get("change"), now=ctx.now)
        notice = ctx.gettext("The change is left out.")
    except TextRefused as problem:
        notice = error_text(ctx.locale, problem)
    return see_other(request, f"/acts/{act_id}/amendments/{row.id}/check", notice=notice, kind="info")


def read_change(text: Version, change: ChangeForm, form: Form) -> tuple[Operation, ...]:
    """What was typed, as operations on the text. Raises: TextRefused."""
    try:
        return operations_of(text, change.typed(read_cells(form)), new_id=_new_id)
    except Refused as problem:
        raise TextRefused(problem.code, **problem.facts) from problem


def _new_id() -> str:
    return f"n-{uuid.uuid4().hex[:12]}"


HANDLERS = [show_change, send_change, drop_change]
