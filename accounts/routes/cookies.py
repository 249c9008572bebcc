"""The cookies of signing in: the session's, that of a half-finished sign-in, and what sign-out takes away."""

from accounts.service.sessions import describe_agent
from accounts.states import PENDING_LIFE, RESIDENT_ABSOLUTE
from app.kit import crypto
from app.kit.context import Ctx
from app.kit.front import SESSION_COOKIE
from app.kit.web import WebRequest

PENDING_COOKIE = "obste_sign_in"
MAIL_COOKIE = "obste_mail_to"
MAIL_SECONDS = 3600
BALLOT_PREFIX = "obste_ballot"  # drafts of ballots that the browser keeps


def agent_of(request: WebRequest) -> str:
    """Browser and system in words."""
    return describe_agent(request.headers.get("user-agent", ""))


def keep_session(ctx: Ctx, token: str) -> None:
    """Give the browser its new session; forms of a page rendered now belong to it already."""
    ctx.set_cookie(SESSION_COOKIE, token, max_age_seconds=int(RESIDENT_ABSOLUTE.total_seconds()))
    drop_pending(ctx)
    ctx.session_token = token


def keep_pending(ctx: Ctx, token: str) -> None:
    """Remember that the password was right and the second factor is owed; an older session ends here."""
    ctx.set_cookie(PENDING_COOKIE, token, max_age_seconds=int(PENDING_LIFE.total_seconds()))
    ctx.set_cookie(SESSION_COOKIE, "", max_age_seconds=0)


def drop_pending(ctx: Ctx) -> None:
    """Forget a half-finished sign-in."""
    if ctx.get_cookie(PENDING_COOKIE):
        ctx.set_cookie(PENDING_COOKIE, "", max_age_seconds=0)


def forget_everything(ctx: Ctx) -> None:
    """Take away the session and what the person left in this browser: drafts of ballots."""
    ctx.set_cookie(SESSION_COOKIE, "", max_age_seconds=0)
    drop_pending(ctx)
    prefix = ctx.cookie_name(BALLOT_PREFIX)
    bare = len(ctx.cookie_name(""))
    for name in ctx.cookies:
        if name.startswith(prefix):
            ctx.set_cookie(name[bare:], "", max_age_seconds=0)


def keep_mail_to(ctx: Ctx, email: str) -> None:
    """Remember, sealed, whom we said we would write to: an address does not belong into a URL."""
    sealed = crypto.seal(ctx.services.settings.secret_key, "mail-to", email)
    ctx.set_cookie(MAIL_COOKIE, sealed, max_age_seconds=MAIL_SECONDS)


def read_mail_to(ctx: Ctx) -> str:
    """The address of `keep_mail_to`, or nothing."""
    return crypto.unseal(ctx.services.settings.secret_key, "mail-to", ctx.get_cookie(MAIL_COOKIE)) or ""
