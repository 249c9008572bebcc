"""What making and checking a shuffle have in common: generators, challenges, and ciphertexts as numbers.

Source: Belenios specification, Version 2.0, section 6, tables 6 to 8, 10, 11 and 13; CHVote 1.3.2.
"""

import hashlib
from collections.abc import Iterable, Sequence

from gmpy2 import mpz

from voting.sealing.election import Election
from voting.sealing.group import G, P, Q
from voting.sealing.tally import Ciphertexts
from voting.sealing.wire import Commitments

SECONDARY = -1  # the number of the generator h; h_0, h_1, ... are the others


def root_of_generator(number: int) -> mpz:
    """A number of 256 bits whose square is the generator of that number (table 8).

    Nobody knows a generator's logarithm. Roots are small, which makes products of powers of them cheap.
    """
    root = mpz(int.from_bytes(hashlib.sha256(f"ggen|{number}".encode()).digest()))
    if root * root % P in (0, 1, G):  # the table says: abort; its chance is 2^-255
        raise ArithmeticError(f"generator {number} is degenerate")
    return root


def generator(number: int) -> mpz:
    """GetGenerator (table 8)."""
    return root_of_generator(number) ** 2 % P


class Transcript:
    """The text of J·K (table 10) and the two kinds of challenge, hashed as it comes: it can be long."""

    def __init__(self, kind: str, election: Election) -> None:
        self._hash = hashlib.sha256(f"{kind}|{election.fingerprint}|".encode())

    def ciphertexts(self, ciphertexts: Ciphertexts) -> "Transcript":
        """Add JeK."""
        return self._add(part for one in ciphertexts for part in (one.alpha, one.beta))

    def elements(self, elements: Iterable[str]) -> "Transcript":
        """Add JcK."""
        return self._add(elements)

    def text(self, text: str) -> "Transcript":
        """Add a text as it is."""
        self._hash.update(text.encode())
        return self

    def challenge(self) -> mpz:
        """GetNIZKPChallenge (table 13)."""
        return mpz(int.from_bytes(self._hash.digest()))

    def challenges(self, count: int) -> list[mpz]:
        """GetNIZKPChallenges (table 11), `count` of them."""
        first = self._hash.hexdigest()
        rest = (hashlib.sha256(str(number).encode()).hexdigest() for number in range(count))
        return [mpz(int.from_bytes(hashlib.sha256((first + one).encode()).digest())) for one in rest]

    def _add(self, elements: Iterable[str]) -> "Transcript":
        for element in elements:
            self._hash.update(f"{element},".encode())
        return self


def vector_challenges(
    election: Election, before: Ciphertexts, after: Ciphertexts, permutation: Sequence[str]
) -> list[mpz]:
    """u: a challenge for each ciphertext (table 4, steps 3 and 4)."""
    text = Transcript("shuffle-challenges", election)
    text.ciphertexts(before).ciphertexts(after).elements(permutation)
    return text.challenges(len(before))


def proof_challenge(
    election: Election,
    before: Ciphertexts,
    after: Ciphertexts,
    committed: Commitments,
    permutation: Sequence[str],
    chain: Sequence[str],
) -> mpz:
    """c: the challenge of the whole proof (table 4, steps 14 to 16)."""
    text = Transcript("shuffle-challenge", election)
    text.elements((committed.t1, committed.t2, committed.t3, *committed.t4)).elements(committed.chain)
    text.ciphertexts(before).ciphertexts(after).elements(permutation).elements(chain)
    return text.text(election.parameters.public_key).challenge() % Q
