"""Powers modulo p, in fewer multiplications than one by one: tables for bases that stay, shared squarings.

A power to a full exponent costs some 2,400 multiplications. A base that is used often gets a table of its
powers (about 255 multiplications a power); in a product of many powers the bases are sorted into buckets by
digit, with the squarings shared by all (Pippenger). Nothing here resists the measuring of
time: whoever handles secrets does so on a machine of their own.

Source: E. Brickell, D. Gordon, K. McCurley, D. Wilson, Fast exponentiation with precomputation, EUROCRYPT
1992 (tables); N. Pippenger, On the evaluation of powers and related problems, FOCS 1976 (buckets).
"""

from collections.abc import Sequence
from functools import lru_cache

import gmpy2
from gmpy2 import mpz, powmod

from voting.sealing.group import SCALAR_BYTES, P

# A table costs 65,000 multiplications, which 30 powers without it cost as well: whoever has asked 30 times is
# likely to go on asking, and never pays more than twice the least.
USES_BEFORE_TABLE = 30
FEW = 6  # bases: fewer are raised one by one
_BASE_32 = bytes.maketrans(b"0123456789abcdefghijklmnopqrstuv", bytes(range(32)))


class Base:
    """A base that is raised again and again. The table is made when it has been used often enough."""

    def __init__(self, value: mpz) -> None:
        self.value = value
        self.uses = 0
        self._rows: list[list[mpz]] = []  # for each byte of an exponent, the powers its 256 values stand for
        self._next = value  # the base of the row that would come next

    def prepare(self, size: int = SCALAR_BYTES) -> "Base":
        """Make the table now, before processes part, for exponents of `size` bytes."""
        while len(self._rows) < size:
            row, power = [mpz(1)], mpz(1)
            for _ in range(255):
                power = power * self._next % P
                row.append(power)
            self._rows.append(row)
            self._next = power * self._next % P
        return self

    def expect(self, uses: int, size: int = SCALAR_BYTES) -> None:
        """Make the table now if that many powers, to exponents of `size` bytes, make it worth while."""
        if uses > USES_BEFORE_TABLE:
            self.prepare(size)

    def power(self, exponent: mpz) -> mpz:
        """The base to an exponent from 0 to below 2^2048."""
        size = (exponent.bit_length() + 7) // 8
        if len(self._rows) < size:
            self.uses += 1
            if self.uses <= USES_BEFORE_TABLE:
                return powmod(self.value, exponent, P)
            self.prepare(size)
        product = mpz(1)
        for row, digit in zip(self._rows, int(exponent).to_bytes(size, "little"), strict=False):
            if digit:
                product = product * row[digit] % P
        return product


@lru_cache(maxsize=8)  # a table has 19 MB
def base_of(value: mpz) -> Base:
    """The one base of that value in this process, with the table that it may have got."""
    return Base(value)


def product(numbers: Sequence[mpz]) -> mpz:
    """The product modulo p."""
    result = mpz(1)
    for number in numbers:
        result = result * number % P
    return result


def multi_power(bases: Sequence[mpz], exponents: Sequence[mpz]) -> mpz:
    """The product of each base to its exponent (0 or more). Raises: ValueError when they are not as many."""
    (result,) = multi_powers([bases], exponents)
    return result


def multi_powers(columns: Sequence[Sequence[mpz]], exponents: Sequence[mpz]) -> list[mpz]:
    """For each column of bases, the product of each base to its exponent, all columns with the same ones."""
    if any(len(column) != len(exponents) for column in columns):
        raise ValueError("as many exponents as bases are needed")
    if len(exponents) < FEW:
        return [_one_by_one(column, exponents) for column in columns]
    bits = 8 if len(exponents) >= 300 else 5
    half = 1 << (bits - 1)
    longest = max(exponent.bit_length() for exponent in exponents)
    # Adding half of the base at every place lets each digit d stand for d - half, carries included: half as
    # many buckets, for one inversion (6 multiplications) a base.
    places = longest // bits + 1
    shift = half * (((mpz(1) << places * bits) - 1) // ((1 << bits) - 1))
    digits = [_digits(exponent + shift, bits, places + 1) for exponent in exponents]
    return [_signed_buckets(column, digits, half) for column in columns]


def small_multi_power(bases: Sequence[mpz], exponents: Sequence[mpz]) -> mpz:
    """As `multi_power`, for bases that are small numbers: meeting the buckets while small costs a third."""
    if len(bases) != len(exponents):
        raise ValueError("as many exponents as bases are needed")
    if len(bases) < FEW:
        return _one_by_one(bases, exponents)
    bits = 8 if len(bases) >= 2500 else 5
    places = -(-max(exponent.bit_length() for exponent in exponents) // bits)
    digits = [_digits(exponent, bits, places) for exponent in exponents]
    result = mpz(1)
    for place in range(places):
        buckets: list[mpz | None] = [None] * (1 << bits)
        for base, digit in zip(bases, digits, strict=True):
            value = digit[place]
            held = buckets[value]
            buckets[value] = base if held is None else held * base % P
        result = powmod(result, 1 << bits, P) * _folded(buckets[1:]) % P
    return result


def _one_by_one(bases: Sequence[mpz], exponents: Sequence[mpz]) -> mpz:
    return product([powmod(base, exponent, P) for base, exponent in zip(bases, exponents, strict=True)])


def _digits(exponent: mpz, bits: int, places: int) -> bytes:
    """An exponent in base 2^bits (5 or 8), highest digit first, as a byte a digit."""
    if bits == 8:
        return int(exponent).to_bytes(places, "big")
    digits: bytes = exponent.digits(32).encode().translate(_BASE_32)
    return digits.rjust(places, b"\0")


def _signed_buckets(bases: Sequence[mpz], digits: Sequence[bytes], half: int) -> mpz:
    """At each place, every base (or its inverse) goes into the bucket of its digit; bucket d counts d times.

    The first digit of all is the carry: 0 or 1, with nothing to subtract.
    """
    inverses = [gmpy2.invert(base, P) for base in bases]
    result = product([base for base, digit in zip(bases, digits, strict=True) if digit[0]])
    for place in range(1, len(digits[0])):
        buckets: list[mpz | None] = [None] * (half + 1)
        for base, inverse, digit in zip(bases, inverses, digits, strict=True):
            value = digit[place] - half
            if value > 0:
                held = buckets[value]
                buckets[value] = base if held is None else held * base % P
            elif value:
                held = buckets[-value]
                buckets[-value] = inverse if held is None else held * inverse % P
        result = powmod(result, 2 * half, P) * _folded(buckets[1:]) % P
    return result


def _folded(buckets: Sequence[mpz | None]) -> mpz:
    """The product of each bucket to the power of its number, from 1."""
    running = total = mpz(1)
    for held in reversed(buckets):
        if held is not None:
            running = running * held % P
        total = total * running % P
    return total
