"""The published catalogue of reasons, and the forms for it of those who head a department."""

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import MISSING, Form, parse, whole_number
from app.kit.policy import Verdict, require
from app.kit.web import WebRequest, anyone, field_errors, get, official, page, post, see_other
from proposals import queries, service
from proposals.errors import ReasonCodeTaken, ReasonNotFound
from proposals.forms import ReasonForm
from proposals.models import Reason
from proposals.pages import review as pages
from proposals.pages.words import view_reason
from proposals.policy import may_edit_reasons

FIELDS = ("code", "title", "title_en", "text", "text_en", "legal_ground", "is_retired")


async def _may_edit(session: AsyncSession, ctx: Ctx) -> Verdict:
    is_head = ctx.actor is not None and ctx.actor.id in await queries.list_head_ids(session, None)
    return may_edit_reasons(ctx.actor, is_head=is_head)


@get("/reasons", audience=anyone, include_in_schema=False)
async def list_reasons(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Why ideas are refused: every reason, its legal ground, and how often it stands."""
    counts = await queries.count_rejections(session)
    reasons = await queries.list_reasons(session, with_retired=True)
    rows = [pages.ReasonRow(view_reason(one, ctx.locale), counts.get(one.code, 0)) for one in reasons]
    rows = [row for row in rows if row.count or not row.reason.is_retired]
    model = pages.ReasonsPage(rows, sum(counts.values()), bool(await _may_edit(session, ctx)))
    return page(request, "proposals/reasons.html", model)


@get("/reasons/{code:str}", audience=anyone, include_in_schema=False)
async def show_reason(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    code: FromPath[str],
) -> Response[bytes]:
    """One reason in all its versions: a verdict keeps the one it named."""
    versions = await queries.list_reason_versions(session, code)
    if not versions:
        raise ReasonNotFound()
    model = pages.ReasonPage(
        code=code,
        versions=[
            pages.ReasonVersion(view_reason(one, ctx.locale), one.created_at, one.created_by_name)
            for one in versions
        ],
        count=(await queries.count_rejections(session)).get(code, 0),
        may_edit=bool(await _may_edit(session, ctx)),
    )
    return page(request, "proposals/reason.html", model)


@get("/reasons/new", audience=official, include_in_schema=False)
async def show_new_reason(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The form of a new reason."""
    require(await _may_edit(session, ctx))
    model = pages.ReasonFormPage("", 0, dict.fromkeys(FIELDS, ""), {})
    return page(request, "proposals/reason_form.html", model)


@post("/reasons/new", audience=official, include_in_schema=False)
async def add_reason(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Publish a new reason."""
    try:
        typed = parse(ReasonForm, form)
        if not typed.code:
            raise FormErrors({"code": Invalid(MISSING)})
        await service.add_reason(session, ctx.actor, code=typed.code, words=_words(typed), now=ctx.now)
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
    except ReasonCodeTaken as taken:
        errors = field_errors(ctx.locale, FormErrors({"code": taken}))
    else:
        notice = ctx.gettext("The reason was published.")
        return see_other(request, f"/reasons/{typed.code}", notice=notice)
    model = pages.ReasonFormPage("", 0, {name: form.get(name) for name in FIELDS}, errors)
    return page(request, "proposals/reason_form.html", model, status=422)


@get("/reasons/{code:str}/edit", audience=official, include_in_schema=False)
async def show_reason_form(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    code: FromPath[str],
) -> Response[bytes]:
    """The form of a reason's next version."""
    require(await _may_edit(session, ctx))
    reason = await queries.get_reason(session, code)
    model = pages.ReasonFormPage(code, reason.version, _values(reason), {})
    return page(request, "proposals/reason_form.html", model)


@post("/reasons/{code:str}/edit", audience=official, include_in_schema=False)
async def revise_reason(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    code: FromPath[str],
) -> Response[bytes]:
    """Publish the next version of a reason."""
    version = whole_number(form.get("version"))
    try:
        typed = parse(ReasonForm, form)
    except FormErrors as refused:
        values = {name: form.get(name) for name in FIELDS}
        model = pages.ReasonFormPage(code, version, values, field_errors(ctx.locale, refused))
        return page(request, "proposals/reason_form.html", model, status=422)
    await service.revise_reason(
        session, ctx.actor, code=code, seen_version=version, words=_words(typed), now=ctx.now
    )
    notice = ctx.gettext("The new version was published. Earlier decisions keep the version they named.")
    return see_other(request, f"/reasons/{code}", notice=notice)


def _words(typed: ReasonForm) -> service.ReasonText:
    fields = msgspec.structs.asdict(typed)
    fields.pop("code")
    return service.ReasonText(**fields)


def _values(reason: Reason) -> dict[str, str]:
    values = {name: str(getattr(reason, name)) for name in FIELDS}
    return values | {"is_retired": "yes" if reason.is_retired else ""}


HANDLERS = [list_reasons, show_new_reason, add_reason, show_reason, show_reason_form, revise_reason]
