"""Checking a shuffle, in a fraction of the multiplications of the algorithm as it is printed.

The printed algorithm computes each commitment anew and compares. They are given, so it is enough that one
random combination of the equations holds: with weights of 128 bits, drawn after the proof is fixed, a wrong
one passes with a chance of at most 2^-128 (the order of the group is prime, and membership of every element
is checked first). So the chain, t4,1 and t4,2 become one product of powers; t1, t2 and t3 are compared.

Source: Belenios specification, Version 2.0, section 6, table 5; M. Bellare, J. Garay, T. Rabin, Fast batch
verification for modular exponentiation and digital signatures, EUROCRYPT 1998, section 3 (small exponents).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gmpy2 import invert, mpz, powmod

from voting.sealing.crew import ALONE, Crew
from voting.sealing.election import Election
from voting.sealing.group import SECRET, P, Q, Randomness, read_element, read_scalar
from voting.sealing.mixing import SECONDARY, generator, proof_challenge, root_of_generator, vector_challenges
from voting.sealing.powers import multi_power, multi_powers, product, small_multi_power
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR
from voting.sealing.tally import Ciphertexts
from voting.sealing.wire import Responses, Shuffle, ShuffleProof, read

WEIGHT = 1 << 128


@dataclass(frozen=True, slots=True)
class _Part:
    """Some places of a shuffle, for one process; `previous` is the last link before them, `weights` one more
    than places, the first being that of the link after them (0 at the end).
    """

    start: int
    before: Ciphertexts
    after: Ciphertexts
    permutation: Sequence[str]
    chain: Sequence[str]
    committed: Sequence[str]
    challenges: Sequence[mpz]
    permuted: Sequence[str]
    next_permuted: str
    weights: Sequence[mpz]
    beta_weight: mpz
    challenge: mpz


@dataclass(frozen=True, slots=True)
class _Products:
    """What the places of a part contribute to each product of table 5."""

    commitments: mpz  # of c_i / h_i
    tilde: mpz  # c_i^u_i
    alphas: mpz  # alpha_i^u_i
    betas: mpz
    roots: mpz  # roots of h_i, to s'_i
    combined: mpz  # what the combined equation has of these places, on both sides


def check_shuffle(
    election: Election, before: Ciphertexts, raw: bytes, crew: Crew = ALONE, random: Randomness = SECRET
) -> Ciphertexts:
    """The ciphertexts that a shuffle of `before` gives, after CheckShuffleProof. Raises: Refused.

    The numbers of `before` were checked where they came from. A ciphertext that was passed on unchanged is
    refused (shuffle_copied): whoever knows it in the ballots would know it after the mixing.
    """
    shuffle = read(Shuffle, raw)
    if len(shuffle.ciphertexts) != 1 or len(shuffle.proofs) != 1:
        raise Refused("shuffle_size", questions=len(shuffle.ciphertexts))
    after, proof = shuffle.ciphertexts[0], shuffle.proofs[0]
    _check_sizes(len(before), after, proof)
    known = {one.alpha for one in before} | {one.beta for one in before}
    if any(one.alpha in known or one.beta in known for one in after):
        raise Refused("shuffle_copied")
    if not _holds(election, before, after, proof, crew, random):
        raise Refused("shuffle_proof")
    return after


def _check_sizes(count: int, after: Ciphertexts, proof: ShuffleProof) -> None:
    """Raises: Refused (tally_empty, shuffle_size)."""
    if not count:
        raise Refused("tally_empty")
    responses = proof.responses
    lists = (after, proof.commitments.chain, responses.chain, responses.permuted)
    for one in (*lists, proof.permutation, proof.chain):
        if len(one) != count:
            raise Refused("shuffle_size", found=len(one), wanted=count)


def _holds(
    election: Election,
    before: Ciphertexts,
    after: Ciphertexts,
    proof: ShuffleProof,
    crew: Crew,
    random: Randomness,
) -> bool:
    """CheckShuffleProof (table 5)."""
    committed, responses = proof.commitments, proof.responses
    five = [read_element(text) for text in (committed.t1, committed.t2, committed.t3, *committed.t4)]
    challenges = vector_challenges(election, before, after, proof.permutation)
    challenge = proof_challenge(election, before, after, committed, proof.permutation, proof.chain)
    count = len(before)
    weights = [*(mpz(1 + random(WEIGHT - 1)) for _ in range(count)), mpz(0)]
    beta_weight = mpz(1 + random(WEIGHT - 1))
    tasks = [
        _Part(
            part.start,
            before[part],
            after[part],
            proof.permutation[part],
            proof.chain[part],
            committed.chain[part],
            challenges[part],
            responses.permuted[part],
            responses.permuted[part.stop] if part.stop < count else "0",
            weights[part.start : min(part.stop, count) + 1],
            beta_weight,
            challenge,
        )
        for part in crew.parts(count, least=300)
    ]
    parts = list(crew.map(_products, tasks))
    total = _Products(*(product([getattr(part, name) for part in parts]) for name in _Products.__slots__))
    s4 = read_scalar(responses.s4)
    of_g = sum(
        (weight * read_scalar(one) for weight, one in zip(weights, responses.chain, strict=False)), -s4
    )
    first = weights[0] * read_scalar(responses.permuted[0])
    secondary = generator(SECONDARY)
    combined = GENERATOR.power(of_g % Q) * election.key.power(-s4 * beta_weight % Q) % P
    combined = combined * powmod(secondary, first % Q, P) * total.combined % P
    tilde = powmod(total.betas, beta_weight, P) * total.alphas % P
    given = five[4] * powmod(five[3], beta_weight, P) % P
    if combined * _minus(tilde, challenge) % P != given:
        return False
    end = read_element(proof.chain[-1]) * invert(powmod(secondary, _product_q(challenges), P), P) % P
    return _first_three(responses, total, end, challenge) == five[:3]


def _products(part: _Part) -> _Products:
    """Read and check every number of the part, and multiply."""
    before_alphas, before_betas = _numbers(part.before)
    after_alphas = [read_element(one.alpha) for one in part.after]
    after_betas = [read_element(one.beta) for one in part.after]
    permutation = [read_element(one) for one in part.permutation]
    chain = [read_element(one) for one in part.chain]
    committed = [read_element(one) for one in part.committed]
    permuted = [read_scalar(one) for one in part.permuted]
    roots = [root_of_generator(part.start + place) for place in range(len(chain))]
    generators = product(roots) ** 2 % P
    tilde, alphas, betas = multi_powers([permutation, before_alphas, before_betas], part.challenges)
    mixed = [
        alpha * powmod(beta, part.beta_weight, P) % P
        for alpha, beta in zip(after_alphas, after_betas, strict=True)
    ]
    # Each link stands in two equations: in its own as ĉ_i^-c, in the next as ĉ_i^s'_(i+1).
    following = [*permuted[1:], read_scalar(part.next_permuted)]
    exponents = [
        (after * s - part.challenge * own) % Q
        for own, after, s in zip(part.weights, part.weights[1:], following, strict=False)
    ]
    given = multi_power(committed, list(part.weights[: len(committed)]))
    return _Products(
        commitments=product(permutation) * invert(generators, P) % P,
        tilde=tilde,
        alphas=alphas,
        betas=betas,
        roots=small_multi_power(roots, permuted),
        combined=multi_power([*chain, *mixed], [*exponents, *permuted]) * invert(given, P) % P,
    )


def _first_three(responses: Responses, total: _Products, end: mpz, challenge: mpz) -> list[mpz]:
    """What t1, t2 and t3 must be (table 5, steps 17 to 19)."""
    s1, s2, s3 = (read_scalar(text) for text in (responses.s1, responses.s2, responses.s3))
    found = (
        _minus(total.commitments, challenge) * GENERATOR.power(s1),
        _minus(end, challenge) * GENERATOR.power(s2),
        _minus(total.tilde, challenge) * GENERATOR.power(s3) * total.roots**2,
    )
    return [value % P for value in found]


def _minus(element: mpz, exponent: mpz) -> mpz:
    """The element to minus the exponent."""
    return powmod(invert(element, P), exponent, P)


def _numbers(ciphertexts: Ciphertexts) -> tuple[list[mpz], list[mpz]]:
    return [mpz(one.alpha) for one in ciphertexts], [mpz(one.beta) for one in ciphertexts]


def _product_q(scalars: Sequence[mpz]) -> mpz:
    result = mpz(1)
    for scalar in scalars:
        result = result * scalar % Q
    return result
