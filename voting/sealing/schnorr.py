"""Proofs that somebody knows the logarithm of a public element to base g; signatures are such proofs.

All of the specification's single proofs have one form: the challenge is the hash of a text that says what is
proved and for whom, then a bar, then the commitment g^w. Only the text differs.

Source: Belenios specification, Version 2.0, sections 4.5, 4.6.1, 4.11.2 and 4.14.
"""

from gmpy2 import mpz, powmod

from voting.sealing.group import SECRET, G, P, Q, Randomness, hash_number, random_scalar, read_scalar
from voting.sealing.powers import base_of
from voting.sealing.wire import Proof

GENERATOR = base_of(G)
"""g with its table: every process has one."""


def prove(text: str, secret: mpz, random: Randomness = SECRET) -> Proof:
    """A proof, bound to `text`, of knowing `secret`."""
    return prove_with(text, secret, random_scalar(random))


def prove_with(text: str, secret: mpz, nonce: mpz) -> Proof:
    """As `prove`, with a nonce that must be uniform and never used twice."""
    challenge = hash_number(text, "|", str(GENERATOR.power(nonce)))
    return Proof(str(challenge), str((nonce - secret * challenge) % Q))


def is_proved(text: str, public: mpz, proof: Proof) -> bool:
    """Whether the proof shows, for `text`, knowledge of the logarithm of `public`.

    Raises: Refused for numbers that are none.
    """
    challenge, response = read_scalar(proof.challenge), read_scalar(proof.response)
    commitment = GENERATOR.power(response) * powmod(public, challenge, P) % P
    return bool(hash_number(text, "|", str(commitment)) == challenge)
