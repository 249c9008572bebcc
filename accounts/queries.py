"""Reading accounts: the actor of a request in one query, people, roles, sessions, residences, letters."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import BindParameter, Uuid, and_, bindparam, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from accounts.models import Account, AccountSession, Letter, RecoveryCode, Residence, RoleGrant
from accounts.policy import Actor
from accounts.states import OPEN_LETTERS, LetterState, Role
from app.kit import crypto
from app.kit.errors import NotFound
from app.kit.i18n import Locale
from app.kit.text import clean

_CURRENT_RESIDENCE = and_(Residence.account_id == Account.id, Residence.withdrawn_at.is_(None))
_CURRENT_GRANT = and_(RoleGrant.account_id == Account.id, RoleGrant.ended_at.is_(None))

# Made once: every request of somebody with a session asks for it.
_ACTOR = (
    select(
        Account.id,
        Account.name,
        Account.email,
        Account.locale,
        AccountSession.id.label("session_id"),
        AccountSession.seen_at,
        AccountSession.idle_seconds,
        AccountSession.expires_at,
        AccountSession.second_factor_at,
        Residence.id.label("residence_id"),
        RoleGrant.role,
    )
    .select_from(AccountSession)
    .join(Account, Account.id == AccountSession.account_id)
    .outerjoin(Residence, _CURRENT_RESIDENCE)
    .outerjoin(RoleGrant, _CURRENT_GRANT)
    .where(
        AccountSession.token_digest == bindparam("token_digest"),
        AccountSession.is_pending.is_(False),
        Account.closed_at.is_(None),
    )
)
_VERIFIED = select(Account.id).join(Residence, _CURRENT_RESIDENCE).where(Account.closed_at.is_(None))
VERIFIED_COUNT = select(func.count()).select_from(_VERIFIED.subquery()).scalar_subquery()
"""How many residents are verified now, to be read together with other figures."""

_IDENTITIES = select(Residence.identity_hash).where(
    Residence.account_id == bindparam("account"), Residence.identity_hash.is_not(None)
)
_ITSELF: BindParameter[uuid.UUID] = bindparam("account", type_=Uuid())
SAME_PERSON = union(
    select(_ITSELF.label("account_id")),
    select(Residence.account_id).where(Residence.identity_hash.in_(_IDENTITIES)),
)
"""The account `account` (a parameter), and every other that was ever verified for the same person.

One list, never "this account or one of those": a database answers such an OR by reading the whole table.
"""


def email_key(email: str) -> str:
    """How addresses are compared: lower case, without spaces around."""
    return clean(email).lower()


# ── the actor ────────────────────────────────────────────────────────────────────────────────────
async def load_actor(session: AsyncSession, token: str, *, now: datetime) -> Actor | None:
    """Who holds this session token; None when it is unknown, over, or still owes the second factor.

    One query: a row for each role of the account, or one row without.
    """
    rows = (await session.execute(_ACTOR, {"token_digest": crypto.digest(token)})).all()
    if not rows:
        return None
    row = rows[0]
    if now >= row.expires_at or now >= row.seen_at + timedelta(seconds=row.idle_seconds):
        return None
    roles = frozenset(Role(each.role) for each in rows if each.role is not None)
    return Actor(
        id=row.id,
        name=row.name,
        email=row.email,
        locale=row.locale,
        roles=roles,
        is_verified=row.residence_id is not None,
        is_official=bool(roles) and row.second_factor_at is not None,
        session_id=row.session_id,
        session_seen_at=row.seen_at,
    )


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────
async def get_account(session: AsyncSession, account_id: uuid.UUID, *, lock: bool = False) -> Account:
    """An account by id, closed ones too. Raises: NotFound."""
    query = select(Account).where(Account.id == account_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    account = (await session.execute(query)).scalar_one_or_none()
    if account is None:
        raise NotFound()
    return account


async def find_account_by_email(session: AsyncSession, email: str) -> Account | None:
    """An open account by its address, however it is written."""
    query = select(Account).where(Account.email_key == email_key(email))
    return (await session.execute(query)).scalar_one_or_none()


async def find_account_by_desk_code(session: AsyncSession, code: str) -> Account | None:
    """An open account by the short code that its owner shows at the desk."""
    query = select(Account).where(
        Account.desk_code == crypto.normalise_code(code), Account.closed_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def list_names(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names by id, for lists that show authors or officials."""
    if not ids:
        return {}
    rows = await session.execute(select(Account.id, Account.name).where(Account.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


# ── verified residents ───────────────────────────────────────────────────────────────────────────
async def list_verified_ids(session: AsyncSession) -> list[uuid.UUID]:
    """Every account whose residence is verified now, in no order that means anything."""
    return list((await session.execute(_VERIFIED.order_by(Account.id))).scalars())


async def count_verified(session: AsyncSession) -> int:
    """How many residents are verified now."""
    return int((await session.execute(select(VERIFIED_COUNT))).scalar_one())


async def list_same_person(session: AsyncSession, account_id: uuid.UUID) -> list[uuid.UUID]:
    """This account and every other that was ever verified for the same person.

    For whoever must not count one person twice, after a verification was withdrawn here and given there.
    """
    return sorted((await session.execute(SAME_PERSON, {"account": account_id})).scalars())


async def lock_accounts(session: AsyncSession, account_ids: Sequence[uuid.UUID]) -> None:
    """Let nobody else do what counts for these accounts until the transaction ends; in order, so that two do
    not wait for each other. Rows that only name the account are written meanwhile.
    """
    query = select(Account.id).where(Account.id.in_(account_ids)).order_by(Account.id)
    await session.execute(query.with_for_update(key_share=True))


async def find_residence(session: AsyncSession, account_id: uuid.UUID) -> Residence | None:
    """The verification in force."""
    query = select(Residence).where(Residence.account_id == account_id, Residence.withdrawn_at.is_(None))
    return (await session.execute(query)).scalar_one_or_none()


async def find_residence_of_person(session: AsyncSession, identity_hash: str) -> Residence | None:
    """The verification in force for a person, whichever account holds it."""
    query = select(Residence).where(
        Residence.identity_hash == identity_hash, Residence.withdrawn_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def list_residences(session: AsyncSession, account_id: uuid.UUID) -> list[Residence]:
    """Every verification, withdrawn ones too; newest first."""
    query = select(Residence).where(Residence.account_id == account_id).order_by(Residence.verified_at.desc())
    return list((await session.execute(query)).scalars())


async def find_open_letter(
    session: AsyncSession, account_id: uuid.UUID, *, lock: bool = False
) -> Letter | None:
    """The letter that is on its way, if any."""
    query = select(Letter).where(Letter.account_id == account_id, Letter.state.in_(OPEN_LETTERS))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


# ── one's own ────────────────────────────────────────────────────────────────────────────────────
async def list_sessions(
    session: AsyncSession, account_id: uuid.UUID, *, now: datetime
) -> list[AccountSession]:
    """Signed-in browsers whose session has not ended, the one used last first."""
    query = (
        select(AccountSession)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.is_pending.is_(False),
            AccountSession.expires_at > now,
        )
        .order_by(AccountSession.seen_at.desc())
    )
    rows = (await session.execute(query)).scalars()
    return [one for one in rows if now < one.seen_at + timedelta(seconds=one.idle_seconds)]


async def count_recovery_codes(session: AsyncSession, account_id: uuid.UUID) -> int:
    """Recovery codes that were not used yet."""
    query = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return (await session.execute(query)).scalar_one()


async def list_letters_of(session: AsyncSession, account_id: uuid.UUID) -> list[Letter]:
    """Every letter of an account, newest first."""
    query = select(Letter).where(Letter.account_id == account_id).order_by(Letter.requested_at.desc())
    return list((await session.execute(query)).scalars())


async def list_grants_of(session: AsyncSession, account_id: uuid.UUID) -> list[RoleGrant]:
    """Every role an account has or had, newest first."""
    query = select(RoleGrant).where(RoleGrant.account_id == account_id).order_by(RoleGrant.given_at.desc())
    return list((await session.execute(query)).scalars())


# ── for officers ─────────────────────────────────────────────────────────────────────────────────
async def list_open_letters(session: AsyncSession, *, limit: int = 200) -> list[tuple[Letter, bool]]:
    """Letters on their way, oldest first: the row, and whether the person is verified in another account."""
    other = aliased(Residence)
    query = (
        select(Letter, other.id.is_not(None).label("is_taken"))
        .outerjoin(other, and_(other.identity_hash == Letter.identity_hash, other.withdrawn_at.is_(None)))
        .where(Letter.state.in_(OPEN_LETTERS))
        .order_by(Letter.requested_at, Letter.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def count_desk_work(session: AsyncSession, actor_id: uuid.UUID, *, since: datetime) -> tuple[int, int]:
    """Residences this officer has verified since a moment, and letters waiting to be printed."""
    done = select(func.count()).where(Residence.verified_by == actor_id, Residence.verified_at >= since)
    waiting = select(func.count()).where(Letter.state == LetterState.REQUESTED.value)
    return (await session.execute(done)).scalar_one(), (await session.execute(waiting)).scalar_one()


async def list_officials(session: AsyncSession) -> list[tuple[RoleGrant, str, str, bool]]:
    """Current grants with the official's account, by name."""
    query = (
        select(
            RoleGrant,
            Account.name,
            Account.email,
            Account.totp_sealed.is_not(None).label("has_second_factor"),
        )
        .join(Account, _CURRENT_GRANT)
        .order_by(Account.name, RoleGrant.role)
    )
    return [(row[0], row[1], row[2], row[3]) for row in (await session.execute(query)).all()]


class Contact(msgspec.Struct, frozen=True):
    """Where and in which language to write to somebody."""

    id: uuid.UUID
    name: str
    email: str
    locale: Locale


async def list_holders(session: AsyncSession, role: Role) -> list[uuid.UUID]:
    """Accounts that hold a role now."""
    query = select(RoleGrant.account_id).where(RoleGrant.role == role.value, RoleGrant.ended_at.is_(None))
    return list((await session.execute(query.order_by(RoleGrant.account_id))).scalars())


async def list_contacts(session: AsyncSession, ids: Sequence[uuid.UUID]) -> list[Contact]:
    """Addresses of open accounts, in batches that every database accepts."""
    found: list[Contact] = []
    for start in range(0, len(ids), 500):
        query = select(Account.id, Account.name, Account.email, Account.locale).where(
            Account.id.in_(ids[start : start + 500]), Account.closed_at.is_(None)
        )
        found += [
            Contact(row.id, row.name, row.email, _locale(row.locale))
            for row in (await session.execute(query)).all()
        ]
    return sorted(found, key=lambda contact: contact.id)


def _locale(stored: str) -> Locale:
    return "en" if stored == "en" else "ro"
