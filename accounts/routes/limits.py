"""How often something may be tried, by address of the network and by account; keys hold no personal data."""

import ipaddress
import uuid

from accounts.queries import email_key
from app.kit import crypto
from app.kit.context import Ctx

QUARTER = 900  # seconds
HOUR = 3600
DAY = 86_400


async def limit_by_network(ctx: Ctx, what: str, *, limit: int, seconds: int = QUARTER) -> None:
    """Count one try of `what` from this network address. Raises: TooMany."""
    key = f"{what}-net:{_hide(ctx, network_of(ctx.client_ip))}"
    await ctx.services.limiter.check(key, limit=limit, seconds=seconds)


def network_of(client_ip: str) -> str:
    """Whose address it is: of IPv6 the first half, because a household is given the whole second half.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2:3:4:5:6"), network_of("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:1:2::', '192.0.2.7')
    """
    try:
        address = ipaddress.ip_address(client_ip.partition("%")[0])
    except ValueError:
        return client_ip
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> 64 << 64))


async def limit_by_email(ctx: Ctx, what: str, email: str, *, limit: int, seconds: int = QUARTER) -> None:
    """Count one try of `what` for an e-mail address, whether it has an account or not. Raises: TooMany."""
    await ctx.services.limiter.check(
        f"{what}-who:{_hide(ctx, email_key(email))}", limit=limit, seconds=seconds
    )


async def limit_by_account(ctx: Ctx, what: str, *, limit: int, seconds: int = QUARTER) -> None:
    """Count one try of `what` by the person who is signed in. Raises: TooMany."""
    await ctx.services.limiter.check(f"{what}-account:{ctx.actor.id}", limit=limit, seconds=seconds)


async def limit_second_factor(ctx: Ctx, account_id: uuid.UUID) -> None:
    """Count one try of a code for an account whose password was right. Raises: TooMany.

    By the day, because whoever has stolen a password may give it again and again: at 3 right codes of 10^6,
    50 a day are one success in eighteen years.
    """
    await ctx.services.limiter.check(f"second-factor-account:{account_id}", limit=50, seconds=DAY)


def _hide(ctx: Ctx, value: str) -> str:
    return crypto.keyed_hash(ctx.services.settings.secret_key, "limit", value)[:32]
