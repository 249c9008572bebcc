"""Only in demo mode: who can be signed in as, with their codes of the moment, and the mail that was sent."""

import email
import email.policy
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.service import begin_session, show_current_code
from app.kit.clock import BUCHAREST
from app.kit.context import Ctx, local_path
from app.kit.errors import NotFound
from app.kit.forms import Form
from app.kit.front import SESSION_COOKIE
from app.kit.web import WebRequest, anyone, get, page, post, see_other
from app.seed.people import PASSWORD, PEOPLE
from app.seed.sealed import Kept, read_kept
from voting.models import Poll
from voting.pages.words import title_of


class DemoPerson(msgspec.Struct, frozen=True):
    """Somebody to sign in as: what to type, the digits of their authenticator at this moment, and their
    private code for sealed votes.
    """

    name: str
    email: str
    office: str
    can: str
    code: str
    private_code: str
    is_current: bool


class DemoPage(msgspec.Struct, frozen=True):
    """Everybody in the demonstration; `trustees`: by the title of a sealed vote, name and page of each."""

    people: list[DemoPerson]
    password: str
    trustees: list[tuple[str, list[tuple[str, str]]]]


@get("/demo", audience=anyone, include_in_schema=False)
async def list_demo_people(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Who can be signed in as, and what to try as them."""
    emails = [person.email for person in PEOPLE]
    rows = (await session.execute(select(Account).where(Account.email.in_(emails)))).scalars()
    accounts = {account.email: account for account in rows}
    kept = read_kept(ctx.services.settings.var_dir)
    people = [
        DemoPerson(
            name=person.name,
            email=person.email,
            office=ctx.gettext(person.office),
            can=ctx.gettext(person.can),
            code=show_current_code(accounts[person.email], now=ctx.now) or "",
            private_code=kept.codes.get(person.email, ""),
            is_current=bool(ctx.actor and ctx.actor.id == accounts[person.email].id),
        )
        for person in PEOPLE
        if person.email in accounts
    ]
    trustees = await _trustees(session, ctx, kept)
    return page(request, "demo/people.html", DemoPage(people, PASSWORD, trustees))


async def _trustees(session: AsyncSession, ctx: Ctx, kept: Kept) -> list[tuple[str, list[tuple[str, str]]]]:
    polls = (
        await session.execute(select(Poll).where(Poll.id.in_([UUID(one) for one in kept.tokens])))
    ).scalars()
    return [
        (
            title_of(poll, ctx),
            [(name, ctx.url(f"/trustee/{token}")) for name, token in kept.tokens[str(poll.id)]],
        )
        for poll in polls
    ]


@post("/demo/sign-in", audience=anyone, include_in_schema=False)
async def sign_in_as(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Become one of the invented people at once, second factor included."""
    if form.get("email") not in {person.email for person in PEOPLE}:
        raise NotFound()
    account = (
        await session.execute(select(Account).where(Account.email == form.get("email")))
    ).scalar_one_or_none()
    if account is None:
        raise NotFound()
    token = await begin_session(
        session, account, agent="demo", has_second_factor=account.totp_sealed is not None, now=ctx.now
    )
    ctx.set_cookie(SESSION_COOKIE, token)
    message = ctx.gettext("You are now signed in as %(name)s.", name=account.name)
    return see_other(request, local_path(form.get("next", "/")), notice=message)


class DemoMail(msgspec.Struct, frozen=True):
    """A message as it would have arrived."""

    name: str
    to: str
    subject: str
    at: datetime
    body: str


class DemoMailPage(msgspec.Struct, frozen=True):
    """The newest messages first."""

    messages: list[DemoMail]


MAIL_SHOWN = 100


def _read_message(path: Path) -> DemoMail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    return DemoMail(
        name=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=datetime.fromtimestamp(int(path.name.partition("-")[0]) / 1e9, tz=BUCHAREST),
        body=body.get_content() if body else "",
    )


def _mail_directory(ctx: Ctx) -> Path:
    url = ctx.services.settings.mail_url
    if not url.startswith("file:"):
        raise NotFound()
    return Path(urlsplit(url).path)


@get("/demo/mail", audience=anyone, include_in_schema=False)
async def list_demo_mail(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """Every message the demonstration has sent."""
    directory = _mail_directory(ctx)
    paths = sorted(directory.glob("[!.]*.eml"), reverse=True)[:MAIL_SHOWN] if directory.is_dir() else []
    return page(request, "demo/mail.html", DemoMailPage([_read_message(path) for path in paths]))


DEMO_HANDLERS = (list_demo_people, sign_in_as, list_demo_mail)
