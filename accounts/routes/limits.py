"""How often something may be tried, by address of the network and by account; keys hold no personal data."""

from accounts.queries import email_key
from app.kit import crypto
from app.kit.context import Ctx

QUARTER = 900  # seconds
HOUR = 3600


async def limit_by_network(ctx: Ctx, what: str, *, limit: int, seconds: int = QUARTER) -> None:
    """Count one try of `what` from this network address. Raises: TooMany."""
    await ctx.services.limiter.check(f"{what}-net:{_hide(ctx, ctx.client_ip)}", limit=limit, seconds=seconds)


async def limit_by_email(ctx: Ctx, what: str, email: str, *, limit: int, seconds: int = QUARTER) -> None:
    """Count one try of `what` for an e-mail address, whether it has an account or not. Raises: TooMany."""
    await ctx.services.limiter.check(
        f"{what}-who:{_hide(ctx, email_key(email))}", limit=limit, seconds=seconds
    )


async def limit_by_account(ctx: Ctx, what: str, *, limit: int, seconds: int = QUARTER) -> None:
    """Count one try of `what` by the person who is signed in. Raises: TooMany."""
    await ctx.services.limiter.check(f"{what}-account:{ctx.actor.id}", limit=limit, seconds=seconds)


def _hide(ctx: Ctx, value: str) -> str:
    return crypto.keyed_hash(ctx.services.settings.secret_key, "limit", value)[:32]
