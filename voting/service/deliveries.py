"""Keeping what is delivered in a ceremony until it is published: large texts in pieces."""

import hashlib
import io
import itertools
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from sqlalchemy import ColumnElement, delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from voting import queries
from voting.errors import SealRefused
from voting.models import CeremonyMessage, CeremonyPart
from voting.states import Delivery, Step

PIECE = 1 << 20  # bytes; what is no longer is in the row of its message


def first_line(content: bytes | IO[bytes]) -> Iterator[bytes]:
    """What was made, in pieces: the first line that is not empty, without the spaces around it.

    `belenios-tool` prints a second line, which names the first and whose it is; we know both.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    held, has_begun = b"", False
    while piece := file.readline(PIECE):
        piece = piece if has_begun else piece.lstrip()
        kept = (held + piece).rstrip()
        held, is_end = (held + piece)[len(kept) :], piece.endswith(b"\n")
        if kept:
            has_begun = True
            yield kept
        if is_end and has_begun:
            return


async def keep_message(
    session: AsyncSession,
    poll_id: uuid.UUID,
    number: int,
    step: Step,
    content: bytes | IO[bytes],
    *,
    state: Delivery,
    most: int | None = None,
    now: datetime,
) -> CeremonyMessage:
    """Keep what was delivered in the place of what the same one delivered before. Raises: SealRefused when it
    has more than `most` bytes.
    """
    row = await queries.find_message(session, poll_id, number, step)
    if row is None:
        row = CeremonyMessage(poll_id=poll_id, number=number, step=step.value)
        session.add(row)
    row.state, row.delivered_at = state.value, now
    row.reason = row.facts = None
    pieces = first_line(content)
    first, second = next(pieces, b""), next(pieces, b"")
    digest = hashlib.sha256(first)
    row.sha256, row.content = digest.hexdigest(), None if second else first
    await session.flush()
    await session.execute(delete(CeremonyPart).where(*_of(row)))
    size = 0
    if second:
        key = {"poll_id": poll_id, "number": number, "step": step.value}
        for part, piece in enumerate(itertools.chain((first, second), pieces)):
            size += len(piece)
            if most is not None and size > most:
                raise SealRefused("member_too_large")
            if part:
                digest.update(piece)
            await session.execute(insert(CeremonyPart), [key | {"part": part, "content": piece}])
        row.sha256 = digest.hexdigest()
        await session.flush()
    return row


async def drop_content(session: AsyncSession, message: CeremonyMessage) -> None:
    """Forget a content that is published, or was refused."""
    message.content = None
    await session.execute(delete(CeremonyPart).where(*_of(message)))


async def drop_waiting(session: AsyncSession, poll_id: uuid.UUID, step: Step) -> None:
    """Forget every delivery of a step that still waits to be checked: it came too late."""
    await session.execute(
        delete(CeremonyMessage).where(
            CeremonyMessage.poll_id == poll_id,
            CeremonyMessage.step == step,
            CeremonyMessage.state == Delivery.WAITING,
        )
    )


def _of(message: CeremonyMessage) -> tuple[ColumnElement[bool], ...]:
    return (
        CeremonyPart.poll_id == message.poll_id,
        CeremonyPart.number == message.number,
        CeremonyPart.step == message.step,
    )
