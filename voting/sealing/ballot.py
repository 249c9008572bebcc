"""Sealing one ballot, and checking one that arrives.

A ballot is the voter's ranks under the election's key, a proof that whoever sealed them knows how (so that
nobody copies another's ballot unread), and a signature by a credential of the roll. Checking is four powers,
two of them to short exponents; nothing in it is secret.

Source: Belenios specification, Version 2.0, sections 4.11.2, 4.14 and 4.15.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from voting.sealing.credentials import secret_exponent
from voting.sealing.election import Election
from voting.sealing.encoding import encode_ranks
from voting.sealing.group import SECRET, P, Randomness, random_scalar, read_element
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR, is_proved, prove
from voting.sealing.wire import (
    Answer,
    Ballot,
    Ciphertext,
    Proof,
    Signature,
    UnsignedBallot,
    fingerprint,
    read,
    write,
)

LONGEST_BALLOT = 8 * 1024  # bytes; a ballot has about 3,600


@dataclass(frozen=True, slots=True)
class CheckedBallot:
    """A ballot that holds: whose credential, its ciphertext, and its tracker."""

    credential: str
    ciphertext: Ciphertext
    tracker: str


def seal(election: Election, code: str, ranks: Sequence[int], random: Randomness = SECRET) -> bytes:
    """The ballot for `ranks`, one an option (0: not ranked; all 0: blank), by the holder of a private code.

    Raises: Refused (ranks_range, code_malformed).
    """
    if len(ranks) != election.options:
        raise Refused("ranks_range", options=len(ranks), wanted=election.options)
    exponent = secret_exponent(code, election.uuid)
    credential = str(GENERATOR.power(exponent))
    return seal_element(election, exponent, credential, encode_ranks(ranks), random)


def seal_element(
    election: Election, exponent: mpz, credential: str, element: mpz, random: Randomness = SECRET
) -> bytes:
    """As `seal`, of an element that is already encoded, with the exponent of the credential."""
    secret = random_scalar(random)
    sealed = Ciphertext(str(GENERATOR.power(secret)), str(election.key.power(secret) * element % P))
    proof = prove(_proof_text(election, credential, sealed), secret, random)
    unsigned = UnsignedBallot(election.uuid, election.fingerprint, credential, (Answer(sealed, proof),))
    seen = fingerprint(write(unsigned))
    signature = Signature(seen, prove(f"sig|{seen}", exponent, random))
    return write(Ballot(election.uuid, election.fingerprint, credential, unsigned.answers, signature))


def check_ballot(election: Election, raw: bytes, roll: Container[str] | None) -> CheckedBallot:
    """Check everything that one ballot can be checked for by itself. `roll` holds the public credentials.

    That its ciphertext is nobody else's is for who keeps the box; so is the roll when it is None.

    Raises: Refused (ballot_*, json_*, and those of the group).
    """
    if len(raw) > LONGEST_BALLOT:
        raise Refused("member_too_large", bytes=len(raw))
    ballot = read(Ballot, raw)
    if (ballot.election_uuid, ballot.election_hash) != (election.uuid, election.fingerprint):
        raise Refused("ballot_election")
    if roll is None:
        read_element(ballot.credential)
    elif ballot.credential not in roll:
        raise Refused("ballot_credential", credential=ballot.credential[:20] + "…")
    if len(ballot.answers) != 1:
        raise Refused("ballot_answers", answers=len(ballot.answers))
    answer = ballot.answers[0]
    unsigned = UnsignedBallot(ballot.election_uuid, ballot.election_hash, ballot.credential, ballot.answers)
    if fingerprint(write(unsigned)) != ballot.signature.hash:
        raise Refused("ballot_hash")
    alpha = read_element(answer.choices.alpha)
    read_element(answer.choices.beta)
    if not is_proved(_proof_text(election, ballot.credential, answer.choices), alpha, answer.proof):
        raise Refused("ballot_proof")
    if not _is_signed(ballot.credential, ballot.signature.hash, ballot.signature.proof):
        raise Refused("ballot_signature")
    return CheckedBallot(ballot.credential, answer.choices, fingerprint(raw))


def _proof_text(election: Election, credential: str, sealed: Ciphertext) -> str:
    """raweg|S|y,α,β with S = φ|credential."""
    key = election.parameters.public_key
    return f"raweg|{election.fingerprint}|{credential}|{key},{sealed.alpha},{sealed.beta}"


def _is_signed(credential: str, seen: str, proof: Proof) -> bool:
    """The roll's entries were checked to be elements when it was read, and this one is among them."""
    return is_proved(f"sig|{seen}", mpz(credential), proof)
