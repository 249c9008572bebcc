"""Opening: each trustee's partial decryption with its proofs, and the ranks that enough of them give.

A trustee raises every alpha to the private key and proves that it was this key. That costs full powers to a
base that is used twice only; they are the floor of what opening and its checking cost.

Source: Belenios specification, Version 2.0, sections 4.18 and 4.19.
"""

from collections.abc import Mapping, Sequence
from math import gcd, lcm, prod

from gmpy2 import invert, mpz, powmod

from voting.sealing.crew import ALONE, Crew
from voting.sealing.election import Election
from voting.sealing.encoding import decode_ranks
from voting.sealing.group import (
    SECRET,
    P,
    Q,
    Randomness,
    hash_number,
    random_scalar,
    read_element,
    read_scalar,
)
from voting.sealing.powers import LONG_BITS, Base, Comb, base_of
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR
from voting.sealing.tally import Ciphertexts
from voting.sealing.trustees import Circle, TrusteeSet
from voting.sealing.wire import PartialDecryption, Proof, Result, read, write

Factors = list[mpz]
"""A trustee's decryption factors, in the order of the mixed ciphertexts."""


def make_decryption(
    election: Election, mixed: Ciphertexts, private: mpz, random: Randomness = SECRET, crew: Crew = ALONE
) -> bytes:
    """A trustee's partial decryption of the mixed ciphertexts, whose numbers are checked here.

    Raises: Refused (tally_empty, and those of the group).
    """
    if not mixed:
        raise Refused("tally_empty")
    GENERATOR.expect(len(mixed))
    public = str(GENERATOR.power(private))
    nonces = [random_scalar(random) for _ in mixed]
    tasks = [
        (election.fingerprint, public, [one.alpha for one in mixed[part]], private, nonces[part])
        for part in crew.parts(len(mixed))
    ]
    opened = [one for part in crew.map(_open, tasks) for one in part]
    return write(
        PartialDecryption((tuple(factor for factor, _ in opened),), (tuple(proof for _, proof in opened),))
    )


def _open(task: tuple[str, str, list[str], mpz, Sequence[mpz]]) -> list[tuple[str, Proof]]:
    fingerprint, public, alphas, private, nonces = task
    opened = []
    for text, nonce in zip(alphas, nonces, strict=True):
        alpha = read_element(text)
        comb = Comb(alpha, LONG_BITS, blocks=1)  # two powers share their squarings
        factor, second = comb.power(private), comb.power(nonce)
        challenge = _challenge(fingerprint, public, GENERATOR.power(nonce), second)
        opened.append((str(factor), Proof(str(challenge), str((nonce - private * challenge) % Q))))
    return opened


def check_decryption(
    election: Election, mixed: Ciphertexts, key: Base, raw: bytes, crew: Crew = ALONE
) -> Factors:
    """The factors of a partial decryption by the holder of that verification key, after checking every proof.

    The numbers of `mixed` were checked where they came from. Raises: Refused (decryption_size;
    decryption_proof naming the ciphertext, from 1; and those of the group).
    """
    decryption = read(PartialDecryption, raw)
    if [len(decryption.decryption_factors), len(decryption.decryption_proofs)] != [1, 1]:
        raise Refused("decryption_size", questions=len(decryption.decryption_factors))
    factors, proofs = decryption.decryption_factors[0], decryption.decryption_proofs[0]
    if not len(mixed) == len(factors) == len(proofs):
        raise Refused("decryption_size", found=len(factors), wanted=len(mixed))
    GENERATOR.expect(len(mixed))
    key.expect(len(mixed))
    tasks = [
        (election.fingerprint, key.value, part.start, mixed[part], factors[part], proofs[part])
        for part in crew.parts(len(mixed))
    ]
    return [factor for part in crew.map(_checked, tasks) for factor in part]


def _checked(task: tuple[str, mpz, int, Ciphertexts, Sequence[str], Sequence[Proof]]) -> Factors:
    fingerprint, public, start, mixed, texts, proofs = task
    key, public_text, factors = base_of(public), str(public), []
    for number, (one, text, proof) in enumerate(zip(mixed, texts, proofs, strict=True), start=start + 1):
        alpha, factor = mpz(one.alpha), read_element(text)
        challenge, response = read_scalar(proof.challenge), read_scalar(proof.response)
        first = GENERATOR.power(response) * key.power(challenge) % P
        second = powmod(alpha, response, P) * powmod(factor, challenge, P) % P
        if _challenge(fingerprint, public_text, first, second) != challenge:
            raise Refused("decryption_proof", ciphertext=number)
        factors.append(factor)
    return factors


def _challenge(fingerprint: str, public: str, first: mpz, second: mpz) -> mpz:
    return hash_number(f"decrypt|{fingerprint}|{public}|{first},{second}")


def open_ballots(
    election: Election,
    trustees: TrusteeSet,
    mixed: Ciphertexts,
    opened: Mapping[int, Factors],
    crew: Crew = ALONE,
) -> bytes:
    """The result: the ranks of every ballot in the order of the mixed ciphertexts.

    `opened` holds checked factors by number of trustee. Raises: Refused (decryption_missing, naming how many
    more are needed and of whom).
    """
    exponents: dict[int, int] = {}
    roots = []
    for circle in trustees.circles:
        present = [member for member in circle.members if member in opened][: circle.needed]
        if len(present) < circle.needed:
            first, last = circle.members[0], circle.members[-1]
            raise Refused("decryption_missing", missing=circle.needed - len(present), first=first, last=last)
        weights, root = whole_weights(circle, present)
        exponents.update(weights)
        roots.append(root)
    common = lcm(*roots)
    scaled = {}
    for circle, root in zip(trustees.circles, roots, strict=True):
        scaled.update(
            {member: exponents[member] * (common // root) for member in circle.members if member in exponents}
        )
    tasks = [
        (
            election.options,
            common,
            [one.beta for one in mixed[part]],
            [(exponent, opened[member][part]) for member, exponent in scaled.items()],
        )
        for part in crew.parts(len(mixed))
    ]
    ranks = tuple(one for part in crew.map(_decoded, tasks) for one in part)
    return write(Result((ranks,)))


def whole_weights(circle: Circle, present: Sequence[int]) -> tuple[dict[int, int], int]:
    """Lagrange's coefficients of the members present, times the least whole number that makes them whole.

    A coefficient is a fraction of small numbers; modulo q it would be as long as q, and every power to it as
    dear as a full one.

    >>> whole_weights(Circle((1, 2, 3), 2), (1, 3))
    ({1: 3, 3: -1}, 2)
    """
    first = circle.members[0] - 1
    places = {member: member - first for member in present}
    over = {member: prod(place for other, place in places.items() if other != member) for member in present}
    under = {
        member: prod(place - places[member] for other, place in places.items() if other != member)
        for member in present
    }
    whole = lcm(*(abs(one) for one in under.values()))
    weights = {member: over[member] * whole // under[member] for member in present}
    least = gcd(whole, *weights.values())
    return {member: weight // least for member, weight in weights.items()}, whole // least


def _decoded(task: tuple[int, int, list[str], list[tuple[int, Factors]]]) -> list[tuple[int, ...]]:
    options, root, betas, weighted = task
    back = invert(mpz(root), Q)  # the common denominator is undone by a root, which is a power in this group
    ranks = []
    for place, beta in enumerate(betas):
        factor = mpz(1)
        for exponent, factors in weighted:
            factor = factor * powmod(factors[place], exponent, P) % P
        if root != 1:
            factor = powmod(factor, back, P)
        ranks.append(decode_ranks(mpz(beta) * invert(factor, P) % P, options))
    return ranks
