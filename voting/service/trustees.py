"""What trustees deliver: keys before the vote, shuffles and openings after it.

Keys are small and checked at once. A shuffle or an opening of a large vote takes minutes to check: it waits
for a worker (voting/service/opening.py), and its trustee sees what became of it.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.outbox import enqueue
from app.kit.policy import require
from voting import queries
from voting.errors import PollNotFound, SealRefused
from voting.models import SealedElection, Trustee
from voting.policy import may_deliver, step_of_trustees
from voting.queries import PollInFull
from voting.sealing.refused import Refused
from voting.sealing.threshold import make_vinput
from voting.sealing.trustees import read_certificate, read_coefficients, read_public_key, share_key
from voting.sealing.wire import Polynomial, PublicKey, SignedMessage, Voutput, read, write
from voting.service.deliveries import PIECE, first_line, keep_message
from voting.states import Delivery, SealingPhase, Step

Contents = Sequence[bytes]
BALLOT_BYTES = 6000  # of a ballot in a shuffle, which has seven numbers of 617 digits for each
AFTER_KEYS = {
    Step.KEY: SealingPhase.ROLL,
    Step.CERTIFICATE: SealingPhase.POLYNOMIALS,
    Step.POLYNOMIAL: SealingPhase.SHARES,
    Step.SHARE: SealingPhase.ROLL,
}
"""The phase that begins when every trustee has delivered."""


async def get_trustee(session: AsyncSession, token: str) -> Trustee:
    """The trustee of a secret address. Raises: PollNotFound."""
    trustee = await queries.find_trustee(session, token) if token else None
    if trustee is None:
        raise PollNotFound()
    return trustee


async def deliver(
    session: AsyncSession, token: str, step: Step, content: bytes | IO[bytes], *, now: datetime
) -> Delivery:
    """Take what a trustee made at a step, its first line; say whether it is accepted or waits to be checked.

    Locks: the poll. Raises: PollNotFound, Forbidden, SealRefused. Queues: advance_sealing.
    """
    trustee = await get_trustee(session, token)
    poll_id, number = trustee.poll_id, trustee.number
    full = await queries.get_poll(session, poll_id, lock=True)
    election = await queries.get_election(session, poll_id)
    earlier = await queries.find_message(session, poll_id, number, step)
    state = Delivery(earlier.state) if earlier else None
    require(may_deliver(full.facts, step, state, has_threshold=election.threshold is not None))
    if step in AFTER_KEYS:
        raw = _small(content)
        await _check_key(session, election, number, step, raw)
        await keep_message(session, poll_id, number, step, raw, state=Delivery.ACCEPTED, now=now)
        await _note_key(session, full, trustee, step, now=now)
        return Delivery.ACCEPTED
    most = BALLOT_BYTES * (full.poll.box_size or 0) + PIECE
    await keep_message(session, poll_id, number, step, content, state=Delivery.WAITING, most=most, now=now)
    enqueue(session, "voting.jobs.advance_sealing", poll_id=str(poll_id))
    return Delivery.WAITING


def _small(content: bytes | IO[bytes]) -> bytes:
    """Raises: SealRefused (member_too_large)."""
    pieces = first_line(content)
    raw = next(pieces, b"")
    if next(pieces, b""):
        raise SealRefused("member_too_large")
    return raw


async def _note_key(
    session: AsyncSession, full: PollInFull, trustee: Trustee, step: Step, *, now: datetime
) -> None:
    """Tell it in public; when it was the last, turn to the next phase."""
    delivered = await queries.list_contents(session, full.poll.id, step)
    if len(delivered) == len(await queries.list_trustees(session, full.poll.id)):
        full.poll.turn_to(AFTER_KEYS[step])
    await session.flush()
    message = await queries.find_message(session, full.poll.id, trustee.number, step)
    facts: dict[str, object] = {
        "trustee": trustee.name,
        "step": step.value,
        "sha256": message.sha256 if message else "",
    }
    await register.record(session, "poll.key_delivered", f"poll:{full.poll.id}", facts, now=now)


async def _check_key(
    session: AsyncSession, election: SealedElection, number: int, step: Step, content: bytes
) -> None:
    """Raises: SealRefused."""
    certificates = await queries.list_contents(session, election.poll_id, Step.CERTIFICATE)
    polynomials = await queries.list_contents(session, election.poll_id, Step.POLYNOMIAL)
    others = await queries.list_contents(session, election.poll_id, step)
    if step in (Step.KEY, Step.CERTIFICATE):
        arguments: tuple[object, ...] = (content, others)
    elif step is Step.POLYNOMIAL:
        arguments = (content, number, certificates, election.threshold or 0)
    else:
        arguments = (content, number, certificates, polynomials, election.threshold or 0)
    check: Callable[..., None] = CHECKS[step]
    try:
        await asyncio.to_thread(check, *arguments)
    except Refused as problem:
        raise SealRefused(problem.reason) from problem


def _check_public_key(raw: bytes, others: Contents) -> None:
    key = read_public_key(read(PublicKey, raw))
    if any(read(PublicKey, other).public_key == str(key) for other in others):
        raise Refused("trustee_key_repeated")


def _check_certificate(raw: bytes, others: Contents) -> None:
    verification, _ = read_certificate(read(SignedMessage, raw))
    if any(read_certificate(read(SignedMessage, other))[0] == verification for other in others):
        raise Refused("certificate_repeated")


def _check_polynomial(raw: bytes, number: int, certificates: Contents, threshold: int) -> None:
    polynomial = read(Polynomial, raw)
    if len(polynomial.secrets) != len(certificates):
        raise Refused("coefficients_count", found=len(polynomial.secrets), wanted=len(certificates))
    verification, _ = read_certificate(read(SignedMessage, certificates[number - 1]))
    read_coefficients(polynomial.coefexps, verification, threshold)


def _check_share(
    raw: bytes, number: int, certificates: Contents, polynomials: Contents, threshold: int
) -> None:
    coefficients = [
        read_coefficients(
            read(Polynomial, polynomial).coefexps,
            read_certificate(read(SignedMessage, certificate))[0],
            threshold,
        )
        for certificate, polynomial in zip(certificates, polynomials, strict=True)
    ]
    if read_public_key(read(Voutput, raw).public_key) != share_key(coefficients, number):
        raise Refused("verification_key", member=number)


CHECKS: dict[Step, Callable[..., None]] = {
    Step.KEY: _check_public_key,
    Step.CERTIFICATE: _check_certificate,
    Step.POLYNOMIAL: _check_polynomial,
    Step.SHARE: _check_share,
}


# ── what a trustee is given ───────────────────────────────────────────────────
async def list_offered(session: AsyncSession, full: PollInFull, trustee: Trustee) -> dict[str, bytes]:
    """The files that a trustee needs now, by name, as `belenios-tool` wants them; the archive is apart."""
    election = await queries.get_election(session, full.poll.id)
    step = step_of_trustees(full.facts, has_threshold=election.threshold is not None)
    offered: dict[str, bytes] = {}
    if step in (Step.POLYNOMIAL, Step.SHARE):
        certificates = await queries.list_contents(session, full.poll.id, Step.CERTIFICATE)
        offered["certs.jsons"] = b"".join(one + b"\n" for one in certificates)
    if step is Step.SHARE:
        polynomials = await queries.list_contents(session, full.poll.id, Step.POLYNOMIAL)
        written = [read(Polynomial, one) for one in polynomials]
        offered["vinput.json"] = write(make_vinput(written, trustee.number)) + b"\n"
    if step is Step.DECRYPTION and election.threshold is not None:
        message = await queries.find_message(session, full.poll.id, trustee.number, Step.SHARE)
        if message and message.content:
            sealed = read(Voutput, bytes(message.content)).private_key
            offered["decryption-key.json"] = sealed.encode() + b"\n"
    return offered
