"""The public register: append-only, hash-chained facts that anyone can check again.

Every verdict, change of a date, opening, closing and result is an entry. Each entry's hash covers
the one before it, so that nothing can be altered, dropped or slipped in without every later hash
changing; whoever kept yesterday's head can prove it. Entries hold no personal data: ids and what
is public anyway.

`app/kit/chain.py` says exactly what a hash covers, and checks a published register.
"""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Row, String, Text, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.chain import GENESIS, Fact, canonical, check_chain, hash_entry, moment_text
from app.kit.db import Base

__all__ = [
    "GENESIS",
    "Fact",
    "RegisterEntry",
    "RegisterHead",
    "canonical",
    "check_chain",
    "get_head",
    "hash_entry",
    "list_facts",
    "moment_text",
    "publish_entry",
    "record",
    "stream_facts",
]


class RegisterEntry(Base):
    """One fact. Triggers in the database refuse UPDATE and DELETE."""

    __tablename__ = "register_entries"
    __table_args__ = (Index("ix_register_entries_subject", "subject"),)

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(60), comment="what happened, e.g. idea.rejected")
    subject: Mapped[str] = mapped_column(String(120), comment="what it happened to, e.g. idea:<uuid>")
    facts: Mapped[str] = mapped_column(Text, comment="canonical JSON object")
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class RegisterHead(Base):
    """The single row that writers lock, so that the chain grows one entry at a time."""

    __tablename__ = "register_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


# populate_existing: the row may have been read earlier in this session, before somebody else moved it.
_HEAD = (
    select(RegisterHead)
    .where(RegisterHead.id == 1)
    .with_for_update()
    .execution_options(populate_existing=True)
)


async def hold(session: AsyncSession) -> None:
    """Let nobody else record anything until the transaction ends: for whoever looks, before recording, at
    what others may be writing, and has no row of its own to lock.
    """
    await session.execute(_HEAD)


async def record(
    session: AsyncSession, kind: str, subject: str, facts: dict[str, object], *, now: datetime
) -> str:
    """Append a fact and return its hash.

    Locks: the head row, until the transaction ends; so record last, after everything was checked.
    """
    head = (await session.execute(_HEAD)).scalar_one()
    position = head.position + 1
    digest = hash_entry(position, moment_text(now), kind, subject, facts, head.hash)
    session.add(
        RegisterEntry(
            position=position,
            at=now,
            kind=kind,
            subject=subject,
            facts=canonical(facts),
            previous=head.hash,
            hash=digest,
        )
    )
    head.position, head.hash = position, digest
    await session.flush()
    return digest


# Of the table: nobody changes what was read to be shown, and objects would cost twice as much.
_ENTRIES = RegisterEntry.__table__
_FACTS = select(_ENTRIES).order_by(_ENTRIES.c.position.desc()).limit(bindparam("limit"))


def publish_entry(entry: RegisterEntry | Row[*tuple[Any, ...]]) -> Fact:
    """The entry in its public form."""
    return Fact(
        entry.position,
        moment_text(entry.at),
        entry.kind,
        entry.subject,
        json.loads(entry.facts),
        entry.previous,
        entry.hash,
    )


async def get_head(session: AsyncSession) -> RegisterHead:
    """Position and hash of the last entry: what an observer writes down to compare later."""
    return (await session.execute(select(RegisterHead).where(RegisterHead.id == 1))).scalar_one()


async def list_facts(
    session: AsyncSession, *, subject: str | None = None, before: int | None = None, limit: int = 50
) -> list[Fact]:
    """Newest first; `before` is the position to page on from."""
    query = _FACTS
    if subject is not None:
        query = query.where(_ENTRIES.c.subject == subject)
    if before is not None:
        query = query.where(_ENTRIES.c.position < before)
    return [publish_entry(entry) for entry in (await session.execute(query, {"limit": limit})).all()]


async def stream_facts(session: AsyncSession, *, batch: int = 500) -> AsyncIterator[Fact]:
    """All entries, oldest first, in constant memory."""
    after = 0
    while True:
        query = select(RegisterEntry).where(RegisterEntry.position > after).order_by(RegisterEntry.position)
        entries = (await session.execute(query.limit(batch))).scalars().all()
        for entry in entries:
            yield publish_entry(entry)
        if len(entries) < batch:
            return
        after = entries[-1].position
        session.expunge_all()
