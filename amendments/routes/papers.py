"""The papers of a draft decision: read by everybody, put up and withdrawn by the secretariat."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import PaperNotFound
from amendments.forms import ReasonForm
from amendments.models import Act
from amendments.pages.officials import PapersPage, build_papers
from amendments.policy import may_change_papers
from amendments.routes.public import visible_act
from app.kit.context import Ctx
from app.kit.documents import APART, check_document, recognise
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.web import (
    WebRequest,
    anyone,
    download,
    explain_refusal,
    get,
    official,
    page,
    post,
    see_other,
)


@get("/acts/{act_id:uuid}/papers/{position:int}", audience=anyone)
async def download_paper(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """A supporting document, as it was put up."""
    act = await visible_act(session, ctx, act_id)
    papers = await queries.list_papers(session, act.id, shown=True)
    paper = next((one for one in papers if one.position == position), None)
    if paper is None:
        raise PaperNotFound()
    content = await ctx.services.storage.get(paper.key)
    suffix = paper.key[paper.key.rfind(".") :]
    return download(
        content,
        media_type=paper.media_type,
        filename=f"{act.number or 'act'}-{position}{suffix}",
        headers={"Content-Security-Policy": APART},
    )


# ── the secretariat ───────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/papers", audience=official, include_in_schema=False)
async def show_papers(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """All papers, with what adds one and what withdraws one."""
    act = await visible_act(session, ctx, act_id)
    require(may_change_papers(ctx.actor, act))
    return page(request, "amendments/papers.html", await _papers_page(session, act))


async def _papers_page(
    session: AsyncSession, act: Act, form: Form | None = None, errors: dict[str, str] | None = None
) -> PapersPage:
    """`form`: what was typed and refused."""
    typed = dict(form.fields) if form else {}
    return build_papers(act, await queries.list_papers(session, act.id), typed, errors or {})


@post("/acts/{act_id:uuid}/papers", audience=official, uploads=True, include_in_schema=False)
async def add_paper(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Put a paper up, also while the debate runs."""
    act = await visible_act(session, ctx, act_id)
    try:
        notice = await add_paper_of(session, ctx, act, form)
    except FormErrors as problem:
        errors, status = explain_refusal(ctx.locale, problem)
        model = await _papers_page(session, act, form, errors)
        return page(request, "amendments/papers.html", model, status=status)
    return see_other(request, f"/acts/{act_id}/papers", notice=notice)


async def add_paper_of(session: AsyncSession, ctx: Ctx, act: Act, form: Form) -> str:
    """Put up the paper of a form; gives what to tell. Raises: FormErrors."""
    require(may_change_papers(ctx.actor, act))
    title, files = form.get("paper_title").strip(), form.files("paper")
    errors = {}
    if len(title) < 3:
        errors["paper_title"] = Invalid(N_("Say what paper it is, for example “Referat de aprobare”."))
    document = None
    if not files or recognise(files[0].content) is None:
        errors["paper"] = Invalid(N_("Choose a PDF, DOCX or ODT file."))
    elif not errors:
        try:
            document = await check_document(files[0].name, files[0].content)
        except Invalid as refused:
            errors["paper"] = refused
    if document is None:
        raise FormErrors(dict(errors))
    await service.add_paper(
        session,
        ctx.services.storage,
        ctx.actor,
        act.id,
        title=title[:200],
        content=document.content,
        media_type=document.media_type,
        suffix=document.suffix,
        now=ctx.now,
    )
    return ctx.gettext("The paper was added.")


@post("/acts/{act_id:uuid}/papers/{position:int}/withdraw", audience=official, include_in_schema=False)
async def withdraw_paper(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """Show a paper no longer. The reason is public once the act is."""
    act = await visible_act(session, ctx, act_id)
    require(may_change_papers(ctx.actor, act))
    try:
        why = parse(ReasonForm, form).reason
    except FormErrors as problem:
        errors, status = explain_refusal(ctx.locale, problem)
        kept = Form([*form.fields, ("position", str(position))])
        model = await _papers_page(session, act, kept, errors)
        return page(request, "amendments/papers.html", model, status=status)
    await service.withdraw_paper(session, ctx.actor, act.id, position, why=why, now=ctx.now)
    return see_other(request, f"/acts/{act_id}/papers", notice=ctx.gettext("The paper is no longer shown."))


HANDLERS = [download_paper, show_papers, add_paper, withdraw_paper]
