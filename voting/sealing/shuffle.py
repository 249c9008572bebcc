"""Mixing: re-encrypt and permute all ciphertexts, and prove it without telling the permutation.

Prover and generators are arranged so that every power is to a fixed base (g, h or the election's key): the
chain of commitments is followed in its exponents, which the prover knows, instead of in its elements.

Source: Belenios specification, Version 2.0, section 4.17 and section 6, tables 1 to 4, 9 and 12.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from voting.sealing.crew import ALONE, Crew
from voting.sealing.election import Election
from voting.sealing.group import SECRET, P, Q, Randomness, random_scalar, read_element
from voting.sealing.mixing import (
    SECONDARY,
    generator,
    proof_challenge,
    root_of_generator,
    vector_challenges,
)
from voting.sealing.powers import base_of, multi_powers, product, small_multi_power
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR
from voting.sealing.tally import Ciphertexts
from voting.sealing.wire import Ciphertext, Commitments, Responses, Shuffle, ShuffleProof, write

Scalars = list[mpz]


@dataclass(frozen=True, slots=True)
class _Secrets:
    """What only the mixer knows. `permutation` counts from 0: place i gets ciphertext permutation[i]."""

    permutation: list[int]
    reencryption: Scalars  # r', by place before
    commitment: Scalars  # r, by place before
    chain: Scalars  # a_1 ... a_N: the exponent of g in each link


def make_shuffle(
    election: Election, before: Ciphertexts, random: Randomness = SECRET, crew: Crew = ALONE
) -> bytes:
    """A shuffle of the ciphertexts of our question, with its proof. Raises: Refused (tally_empty, ...).

    `before` is what the shuffle before this one gave, or the encrypted tally; its numbers are checked here.
    """
    if not before:
        raise Refused("tally_empty")
    count = len(before)
    secrets = _Secrets(
        _permutation(count, random),
        [random_scalar(random) for _ in before],
        [random_scalar(random) for _ in before],
        [random_scalar(random) for _ in before],
    )
    for base in (GENERATOR, election.key, base_of(generator(SECONDARY))):
        base.expect(3 * count)
    mixed = _reencrypted(election, before, secrets, crew)
    proof = _prove(election, before, mixed, secrets, random, crew)
    return write(Shuffle((mixed,), (proof,)))


def _permutation(count: int, random: Randomness) -> list[int]:
    """GenPermutation (table 2)."""
    places = list(range(count))
    chosen = []
    for start in range(count):
        pick = start + random(count - start)
        chosen.append(places[pick])
        places[pick] = places[start]
    return chosen


def _reencrypted(election: Election, before: Ciphertexts, secrets: _Secrets, crew: Crew) -> Ciphertexts:
    """GenShuffle (table 1)."""
    key = election.key.value
    tasks = [(key, before[part], secrets.reencryption[part]) for part in crew.parts(len(before))]
    fresh = [one for part in crew.map(_reencrypt, tasks) for one in part]
    return tuple(fresh[place] for place in secrets.permutation)


def _reencrypt(task: tuple[mpz, Ciphertexts, Scalars]) -> Ciphertexts:
    """GenReEncryption (table 3)."""
    key, ciphertexts, scalars = base_of(task[0]), task[1], task[2]
    return tuple(
        Ciphertext(
            str(read_element(one.alpha) * GENERATOR.power(scalar) % P),
            str(read_element(one.beta) * key.power(scalar) % P),
        )
        for one, scalar in zip(ciphertexts, scalars, strict=True)
    )


def _prove(
    election: Election,
    before: Ciphertexts,
    mixed: Ciphertexts,
    secrets: _Secrets,
    random: Randomness,
    crew: Crew,
) -> ShuffleProof:
    """GenShuffleProof (table 4)."""
    permutation = _commitments(secrets, crew)
    challenges = vector_challenges(election, before, mixed, permutation)
    permuted = [challenges[place] for place in secrets.permutation]
    inner = _links(secrets.chain, permuted)
    chain = _two_powers(secrets.chain, inner, crew)
    masks = [random_scalar(random) for _ in range(4)]
    chain_masks = [random_scalar(random) for _ in before]
    place_masks = [random_scalar(random) for _ in before]
    committed = _committed(election, mixed, secrets, inner, masks, chain_masks, place_masks, crew)
    challenge = proof_challenge(election, before, mixed, committed, permutation, chain)
    previous = [mpz(0), *secrets.chain[:-1]]
    links = [
        (exponent - u * earlier) % Q
        for exponent, u, earlier in zip(secrets.chain, permuted, previous, strict=True)
    ]
    sums = (
        sum(secrets.commitment),
        secrets.chain[-1],  # what the sum of r̂_i v_i comes to (steps 18 to 20)
        _dot(secrets.commitment, challenges),
        _dot(secrets.reencryption, challenges),
    )
    s1, s2, s3, s4 = _answers(masks, challenge, sums)
    responses = Responses(
        s1,
        s2,
        s3,
        s4,
        _answers(chain_masks, challenge, links),
        _answers(place_masks, challenge, permuted),
    )
    return ShuffleProof(committed, responses, permutation, chain)


def _commitments(secrets: _Secrets, crew: Crew) -> tuple[str, ...]:
    """GenPermutationCommitment (table 9): c_j = g^r_j h_i where j is what place i gets."""
    powers = _powers(secrets.commitment, crew)
    committed = [""] * len(powers)
    for place, source in enumerate(secrets.permutation):
        committed[source] = str(powers[source] * root_of_generator(place) ** 2 % P)
    return tuple(committed)


def _links(chain: Scalars, permuted: Scalars) -> Scalars:
    """The exponent of h in each link of the chain: the product of the u' so far."""
    exponents, exponent = [], mpz(1)
    for _, u in zip(chain, permuted, strict=True):
        exponent = exponent * u % Q
        exponents.append(exponent)
    return exponents


def _committed(
    election: Election,
    mixed: Ciphertexts,
    secrets: _Secrets,
    inner: Scalars,
    masks: Scalars,
    chain_masks: Scalars,
    place_masks: Scalars,
    crew: Crew,
) -> Commitments:
    """t (table 4, steps 10 to 14); a link's t̂ is g^(ω̂ + ω' a) h^(ω' b) for the link g^a h^b before it."""
    outer = [mpz(0), *secrets.chain[:-1]]
    inner = [mpz(1), *inner[:-1]]
    of_g = [(one + by * a) % Q for one, by, a in zip(chain_masks, place_masks, outer, strict=True)]
    of_h = [by * b % Q for by, b in zip(place_masks, inner, strict=True)]
    tasks = [(part.start, mixed[part], place_masks[part]) for part in crew.parts(len(mixed), least=300)]
    parts = list(crew.map(_masked, tasks))
    generators, alphas, betas = (product([part[column] for part in parts]) for column in range(3))
    first, second, third, fourth = masks
    minus = (-fourth) % Q
    return Commitments(
        str(GENERATOR.power(first)),
        str(GENERATOR.power(second)),
        str(GENERATOR.power(third) * generators % P),
        (str(election.key.power(minus) * betas % P), str(GENERATOR.power(minus) * alphas % P)),
        _two_powers(of_g, of_h, crew),
    )


def _masked(task: tuple[int, Ciphertexts, Scalars]) -> tuple[mpz, mpz, mpz]:
    """Over some places: the products of h_i, of alpha'_i and of beta'_i, each to the place's mask."""
    start, mixed, masks = task
    roots = [root_of_generator(start + place) for place in range(len(mixed))]
    columns = [[mpz(one.alpha) for one in mixed], [mpz(one.beta) for one in mixed]]
    alphas, betas = multi_powers(columns, masks)
    return small_multi_power(roots, masks) ** 2 % P, alphas, betas


def _powers(exponents: Scalars, crew: Crew) -> list[mpz]:
    tasks = [exponents[part] for part in crew.parts(len(exponents))]
    return [power for part in crew.map(_of_g, tasks) for power in part]


def _of_g(exponents: Scalars) -> list[mpz]:
    return [GENERATOR.power(exponent) for exponent in exponents]


def _two_powers(of_g: Scalars, of_h: Scalars, crew: Crew) -> tuple[str, ...]:
    """g^a h^b for each pair."""
    tasks = [(of_g[part], of_h[part]) for part in crew.parts(len(of_g))]
    return tuple(power for part in crew.map(_of_g_and_h, tasks) for power in part)


def _of_g_and_h(task: tuple[Scalars, Scalars]) -> list[str]:
    secondary = base_of(generator(SECONDARY))
    return [str(GENERATOR.power(a) * secondary.power(b) % P) for a, b in zip(*task, strict=True)]


def _dot(left: Sequence[mpz], right: Sequence[mpz]) -> mpz:
    return sum((one * other for one, other in zip(left, right, strict=True)), mpz(0)) % Q


def _answers(masks: Scalars, challenge: mpz, values: Sequence[mpz]) -> tuple[str, ...]:
    return tuple(str((mask + challenge * value) % Q) for mask, value in zip(masks, values, strict=True))
