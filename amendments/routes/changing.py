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
from amendments.forms import NEW_TYPES, ChangeForm
from amendments.models import Act, AmendmentRow
from amendments.pages.amendments import ProposePage, Reading
from amendments.pages.changes import unit_of
from amendments.policy import may_change_amendment, may_propose
from amendments.routes.public import reading_of, visible_act, visible_amendment
from amendments.service import AmendmentDraft
from amendments.text.derive import derive_splices
from amendments.text.draft import (
    edit_key,
    operations_of_change,
    reads_as,
)
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
from app.kit.web import WebRequest, error_text, field_errors, get, page, post, see_other, signed_in

DOES = ("edit", "insert", "delete", "move", "reject")


class Before(msgspec.Struct, frozen=True):
    """What was typed before: the fields of a change of a draft, and, where the draft takes the place of an
    amendment, how that one words the part.
    """

    fields: dict[str, str] = {}
    earlier: str = ""


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
    reading = reading_of(await queries.last_version(session, act.id), ctx)
    version = reading.version
    before = await _typed_before(session, ctx, act, asked, version)
    typed = before.fields | dict(asked.fields)
    unit = typed.get("unit", "") if typed.get("unit") in version else ""
    do = typed["do"] if typed.get("do") in DOES else "edit"
    current = version[unit] if unit else None
    return ProposePage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        amendment_id=typed.get("amendment", ""),
        change=typed.get("change", ""),
        do=do if unit else "reject" if do == "reject" else "edit",
        unit=unit,
        place=cite(version, unit, ctx.locale) if unit else "",
        label=written_label(current) if current else "",
        text=current.text if current else "",
        typed=typed.get("text", current.text if current and do == "edit" else ""),
        earlier=before.earlier,
        is_new_text="moved" in before.fields,
        new_type=typed.get("new_type") or _likely_type(version, unit),
        new_types=[(kind, title) for kind, title in NEW_TYPES.items()],
        slots=_slots(reading, unit, do),
        slot=typed.get("slot", ""),
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
    if not key and asked.get("do", "edit") == "edit":
        key = edit_key(asked.get("unit"))
    own = operations_of_change(operations, key)
    if not own:
        return Before(earlier=await _earlier_words(session, row, asked.get("unit")))
    text = queries.read_version(await queries.get_version(session, row.version_id))
    fields = _fields_of(text, own) | {"change": key}
    unit = fields.get("unit", "")
    if text.content_hash != version.content_hash and unit in version and version[unit] != text[unit]:
        fields["moved"] = "yes"
    return Before(fields=fields)


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


def _fields_of(text: Version, own: tuple[Operation, ...]) -> dict[str, str]:
    """A change as the form holds it."""
    unit = unit_of(own[0]) or ""
    match own[0]:
        case Splice():
            return {"do": "edit", "unit": unit, "text": reads_as(text, own, unit)}
        case InsertUnit(new=new):
            return {"do": "insert", "unit": unit, "text": new.text, "new_type": new.type}
        case MoveUnit(after=after):
            return {"do": "move", "unit": unit, "slot": after or ""}
        case DeleteUnit():
            return {"do": "delete", "unit": unit}
        case _:
            return {"do": "reject"}


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
    notice = ""
    try:
        change = parse(ChangeForm, form)
        text = queries.read_version(version)
        operations = operations_of(text, change)
        if known := form.get("amendment"):
            row = await visible_amendment(session, ctx, act.id, typed_id(known))
            own = operations_of_change(queries.read_operations(bytes(row.operations)), form.get("change"))
            operations = _in_its_place(text, own, operations)
            row, lost = await service.keep_change(
                session, ctx.actor, row.id, operations, key=form.get("change"), now=ctx.now
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
        model = await _change_page(session, ctx, act, form, {"text": error_text(ctx.locale, problem)})
        return page(request, "amendments/propose.html", model, status=422)
    return see_other(request, f"/acts/{act_id}/amendments/{row.id}/check", notice=notice, kind="info")


def _lost(ctx: Ctx, number: int) -> str:
    said = ctx.ngettext(
        "%(num)s other change of your draft was for words that are gone from the text. Make it again.",
        "%(num)s other changes of your draft were for words that are gone from the text. Make them again.",
        number,
    )
    return said % {"num": number}


def _in_its_place(
    text: Version, own: tuple[Operation, ...], new: tuple[Operation, ...]
) -> tuple[Operation, ...]:
    """Something new that is worded again stays in its slot, while it is of the same kind."""
    match own, new:
        case (InsertUnit() as before,), (InsertUnit() as now,) if (
            before.new.type == now.new.type and before.parent in text
        ):
            return (msgspec.structs.replace(before, new=now.new),)
        case _:
            return new


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


HANDLERS = [show_change, send_change, drop_change]
