"""Giving and taking roles. Who acts for the town is public, so both are entries of the public register.

The entry holds role, office and the official's name: officials act in a public capacity (Law 544/2001, art. 5
(1) b: the authority publishes its structure and the names of those who lead or answer for it).
"""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import NoSuchPerson, RoleAlreadyGiven, RoleNotGiven
from accounts.models import Account, RoleGrant
from accounts.policy import ROLE_NAMES, Actor, may_change_roles, may_take_role
from accounts.queries import find_account_by_email, get_account
from accounts.service.sessions import end_all_sessions
from accounts.states import Role
from app.kit import register
from app.kit.access_log import log_access
from app.kit.i18n import N_
from app.kit.mail import send_mail
from app.kit.policy import require
from app.kit.text import clean


async def give_role(
    session: AsyncSession,
    actor: Actor | None,
    *,
    email: str,
    role: Role,
    office: str,
    reason: str,
    now: datetime,
) -> Account:
    """Give a role; `actor` None is the command line of whoever runs the machine. Ends the person's sessions.

    Raises: Forbidden, NoSuchPerson, RoleAlreadyGiven. Register: role.given.
    """
    if actor is not None:
        require(may_change_roles(actor))
    account = await find_account_by_email(session, email)
    if account is None:
        raise NoSuchPerson()
    grant = RoleGrant(
        account_id=account.id,
        role=role.value,
        office=clean(office),
        reason=clean(reason),
        given_at=now,
        given_by=actor.id if actor else None,
    )
    try:
        async with session.begin_nested():
            session.add(grant)
            await session.flush()
    except IntegrityError as error:
        raise RoleAlreadyGiven() from error
    await _tell(session, actor, account, "role.given", grant, reason=grant.reason, now=now)
    return account


async def take_role(
    session: AsyncSession, actor: Actor, account_id: uuid.UUID, *, role: Role, reason: str, now: datetime
) -> None:
    """Take a role. Ends the person's sessions.

    Locks: every current grant of the role. Raises: Forbidden, also for the last administrator; RoleNotGiven.
    Register: role.taken.
    """
    query = (
        select(RoleGrant)
        .where(RoleGrant.role == role.value, RoleGrant.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    grants = (await session.execute(query)).scalars().all()
    require(may_take_role(actor, role=role, holders=len(grants)))
    grant = next((one for one in grants if one.account_id == account_id), None)
    if grant is None:
        raise RoleNotGiven()
    grant.ended_at, grant.ended_by, grant.ended_reason = now, actor.id, clean(reason)
    account = await get_account(session, account_id)
    await _tell(session, actor, account, "role.taken", grant, reason=grant.ended_reason, now=now)


async def _tell(
    session: AsyncSession,
    actor: Actor | None,
    account: Account,
    kind: str,
    grant: RoleGrant,
    *,
    reason: str,
    now: datetime,
) -> None:
    await end_all_sessions(session, account.id)
    if actor is not None and actor.id != account.id:
        log_access(
            session,
            reader_id=actor.id,
            subject_id=account.id,
            what=N_("An administrator changed your roles."),
            now=now,
        )
    send_mail(
        session,
        to=account.email,
        template="accounts/mail/role.txt",
        locale=account.locale,
        name=account.name,
        kind=kind,
        role_name=ROLE_NAMES[Role(grant.role)],
    )
    facts: dict[str, object] = {
        "role": grant.role,
        "office": grant.office,
        "name": account.name,
        "reason": reason,
        "by": actor.name if actor else "",
    }
    subject = f"official:{account.id}"
    if kind == "role.given":
        await register.record(session, "role.given", subject, facts, now=now)
    else:
        await register.record(session, "role.taken", subject, facts, now=now)
