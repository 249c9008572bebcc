"""The published rules of a cycle's review, and the form with which an administrator changes them."""

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.web import WebRequest, anyone, error_text, field_errors, get, official, page, post, see_other
from cycles.models import Cycle
from cycles.queries import get_cycle_by_slug
from proposals import queries, service
from proposals.errors import RulesChangedMeanwhile
from proposals.forms.settings import RulesForm
from proposals.pages import settings as pages
from proposals.policy import may_change_rules
from proposals.service import ReviewTerms, read_terms


@get("/cycles/{slug:str}/review-rules", audience=anyone, include_in_schema=False)
async def show_rules(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """The rules by which the department reviews the ideas of a cycle."""
    cycle = await get_cycle_by_slug(session, slug)
    return page(request, "proposals/rules.html", await _build_page(session, ctx, cycle))


@get("/cycles/{slug:str}/review-rules/edit", audience=official, include_in_schema=False)
async def edit_rules(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """The form that changes them."""
    cycle = await get_cycle_by_slug(session, slug)
    model = await _build_page(session, ctx, cycle)
    require(model.may_change)
    return page(request, "proposals/rules_form.html", model)


@post("/cycles/{slug:str}/review-rules/edit", audience=official, include_in_schema=False)
async def change_rules(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    slug: FromPath[str],
) -> Response[bytes]:
    """Change them, in public."""
    cycle = await get_cycle_by_slug(session, slug)
    model = await _build_page(session, ctx, cycle)
    require(model.may_change)
    try:
        typed = parse(RulesForm, form)
        if typed.publish_at is not None and typed.publish_at <= ctx.now:
            raise FormErrors(
                {"publish_on": Invalid(N_("The moment of publication has to be still to come."))}
            )
        await service.change_review_rules(
            session,
            ctx.actor,
            cycle.id,
            pages.read_typed(typed),
            seen=_read_seen(typed.seen),
            reason=typed.reason,
            now=ctx.now,
        )
    except FormErrors as refused:
        errors, status = field_errors(ctx.locale, refused), 422
    except RulesChangedMeanwhile as refused:
        errors, status = {"": error_text(ctx.locale, refused)}, 409
    else:
        notice = ctx.gettext("The rules were changed. The change is in the public register.")
        return see_other(request, f"/cycles/{slug}/review-rules", notice=notice)
    values = {name: form.get(name) for name in model.values if name != "seen"}
    model = msgspec.structs.replace(model, values=model.values | values, errors=errors)
    return page(request, "proposals/rules_form.html", model, status=status)


def _read_seen(text: str) -> ReviewTerms:
    """The rules in the hidden field. Raises: RulesChangedMeanwhile when it holds none."""
    try:
        return msgspec.json.decode(text, type=ReviewTerms)
    except msgspec.DecodeError as error:
        raise RulesChangedMeanwhile() from error


async def _build_page(session: AsyncSession, ctx: Ctx, cycle: Cycle) -> pages.RulesPage:
    rules = await queries.get_rules(session, cycle.id)
    frozen = await queries.is_frozen(session, cycle.id)
    may_change = may_change_rules(ctx.actor, is_frozen=frozen, publish_at=None, now=ctx.now)
    return pages.build_rules(cycle, rules, read_terms(rules), may_change, ctx.locale)


HANDLERS = [show_rules, edit_rules, change_rules]
