"""The group in which votes are sealed: the squares modulo the 2048-bit safe prime of RFC 3526.

Numbers that others sent become elements and scalars only here, and only after every check: one written form
in base 10, range, and membership (Jacobi symbol 1, which for a safe prime is the same as order q or 1).
Without the membership check a ballot could carry a sign bit that survives mixing and marks its voter.

Source: RFC 3526, section 3; Belenios specification, Version 2.0, sections 4.2 and 5.2.
"""

import hashlib
import re
import secrets
from collections.abc import Callable

import gmpy2
from gmpy2 import mpz

from voting.sealing.refused import Refused

GROUP_NAME = "RFC-3526-2048"

Randomness = Callable[[int], int]
"""A source of uniform integers from 0 to below its argument."""

SECRET: Randomness = secrets.randbelow
"""The operating system's randomness; tests pass something they can repeat."""


def _modulus() -> mpz:
    """2^2048 - 2^1984 - 1 + 2^64 (floor(2^1918 pi) + 124476), as RFC 3526 gives it."""
    pi = gmpy2.const_pi(2100)  # bits: 1920 are needed before the point
    with gmpy2.context(precision=2200):
        whole = mpz(gmpy2.floor(pi * mpz(2) ** 1918))
    return mpz(2) ** 2048 - mpz(2) ** 1984 - 1 + mpz(2) ** 64 * (whole + 124476)


P: mpz = _modulus()
Q: mpz = (P - 1) // 2
G: mpz = mpz(2)
_LONGEST = len(str(P))  # digits
_NUMBER = re.compile(r"0|[1-9][0-9]*", re.ASCII)


def _number(text: str, longest: int = _LONGEST) -> mpz:
    """Raises: Refused (number_malformed, number_too_large)."""
    if len(text) > longest:
        raise Refused("number_too_large", number=text[:20] + "…")
    if not _NUMBER.fullmatch(text):
        raise Refused("number_malformed", number=text[:20])
    return mpz(text)


def read_scalar(text: str) -> mpz:
    """A number of Zq in base 10, in its one written form. Raises: Refused."""
    number = _number(text)
    if number >= Q:
        raise Refused("number_too_large", number=text[:20] + "…")
    return number


def read_sum(text: str) -> mpz:
    """A number that is meant modulo q, but was not reduced by who wrote it: the tool's points of polynomials
    and shares are not, whatever the specification (4.6.4, 4.6.6) says. Raises: Refused.
    """
    return _number(text, _LONGEST + 100) % Q  # 50 trustees: 50^49 has 84 digits


def read_element(text: str) -> mpz:
    """An element of the group in base 10, in its one written form; the identity is none.

    The identity is never part of an honest ballot, key or proof (its chance is 2^-2047), and as a key, a
    credential or a ciphertext's alpha it would hide nothing. Raises: Refused.
    """
    number = _number(text)
    if number >= P:
        raise Refused("number_too_large", number=text[:20] + "…")
    if number == 1:
        raise Refused("identity_element")
    if not is_element(number):
        raise Refused("not_in_group", number=text[:20] + "…")
    return number


def is_element(number: mpz) -> bool:
    """Whether the number is one of the q squares modulo p."""
    return bool(0 < number < P and gmpy2.jacobi(number, P) == 1)


def random_scalar(random: Randomness = SECRET) -> mpz:
    """A uniform number of Zq."""
    return mpz(random(int(Q)))


def hash_number(*parts: str) -> mpz:
    """SHA-256 of the parts put together, as a big-endian number; below q, since it has only 256 bits."""
    digest = hashlib.sha256("".join(parts).encode())
    return mpz(int.from_bytes(digest.digest()))
