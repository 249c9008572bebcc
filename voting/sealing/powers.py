"""Powers modulo p, in fewer multiplications than one by one: tables for bases that stay, shared squarings.

A power to a full exponent costs some 2,400 multiplications. A base that is used often gets a table of its
powers (some 290 multiplications a power); in a product of many powers the bases are sorted into buckets by
digit, with the squarings shared by all (Pippenger). Nothing here resists the measuring of
time: whoever handles secrets does so on a machine of their own.

Source: C. Lim, P. Lee, More flexible exponentiation with precomputation, CRYPTO 1994 (combs); N. Pippenger,
On the evaluation of powers and related problems, FOCS 1976 (buckets).
"""

import struct
from collections.abc import Sequence
from functools import lru_cache

import gmpy2
from gmpy2 import mpz, powmod

from voting.sealing.group import G, P

# A comb costs some 4,000 multiplications, less than two powers without it.
USES_BEFORE_COMB = 3
USES_BEFORE_WIDE = 400  # of g
LONG_BITS, SHORT_BITS = 2048, 256  # scalars and challenges
FEW = 6  # bases: fewer are raised one by one
_BASE_32 = bytes.maketrans(b"0123456789abcdefghijklmnopqrstuv", bytes(range(32)))


class Base:
    """A base that is raised again and again. Its combs are made when it has been used often enough."""

    def __init__(self, value: mpz) -> None:
        self.value = value
        self.uses = 0
        self._long: Comb | None = None
        self._short: Comb | None = None

    def expect(self, uses: int) -> None:
        """Make the combs now, before processes part, if that many powers make it worth while."""
        if uses > USES_BEFORE_COMB and self._short is None:
            self._long = Comb(self.value, LONG_BITS, blocks=8)
            self._short = Comb(self.value, SHORT_BITS, blocks=4)
        if uses > USES_BEFORE_WIDE and self.value == G and (self._long is None or self._long.width == 8):
            self._long = Comb(self.value, LONG_BITS, blocks=8, width=12)

    def power(self, exponent: mpz) -> mpz:
        """The base to an exponent from 0 to below 2^2048."""
        self.uses += 1
        if self.uses in (USES_BEFORE_COMB + 1, USES_BEFORE_WIDE + 1):
            self.expect(self.uses)
        if self._long is None or self._short is None:
            return powmod(self.value, exponent, P)
        comb = self._short if exponent.bit_length() <= SHORT_BITS else self._long
        return comb.power(exponent)


class Comb:
    """A table for exponents of up to `bits` bits, of which `width` are dealt with in one multiplication.

    The exponent's bits are laid in as many rows; what stands in one column is a digit. The columns are cut
    into `blocks`, each with its own 2^width products, so that only as many squarings are left as a block has
    columns. With eight rows it is small on purpose, for there may be many of it: with one block it pays from
    the second power on. Twelve rows and eight blocks spend 196 multiplications instead of 286, for 10 MB and
    32,000 multiplications before: that is for g.
    """

    def __init__(self, base: mpz, bits: int, *, blocks: int, width: int = 8) -> None:
        self.width = width
        self.steps = -(-bits // (width * blocks))
        self.columns = self.steps * blocks
        self.mask = mpz(int.from_bytes(b"\x00\x01" * self.columns))
        tables: list[list[mpz]] = [[mpz(1)] for _ in range(blocks)]
        for place in range(width * blocks):
            if place:
                base = powmod(base, 1 << self.steps, P)
            table = tables[place % blocks]
            table += [product * base % P for product in table]
        self.tables = tables

    def power(self, exponent: mpz) -> mpz:
        """The base to an exponent of at most that many bits."""
        result = mpz(1)
        digits = self._digits(exponent)
        for step in range(self.steps - 1, -1, -1):
            if step < self.steps - 1:
                result = result * result % P
            for table, digit in zip(self.tables, digits[step :: self.steps], strict=True):
                if digit:
                    result = result * table[digit] % P
        return result

    def _digits(self, exponent: mpz) -> tuple[int, ...]:
        """The columns, lowest first. Written in base 2, with two bytes a bit, rows can be added up."""
        cells = exponent.digits(2).zfill(self.width * self.columns).encode("utf-16-be")
        size = 2 * self.columns
        digits = mpz(0)
        for row in range(self.width):
            end = len(cells) - row * size
            digits |= (int.from_bytes(cells[end - size : end]) & self.mask) << row
        return struct.unpack(f"<{self.columns}H", int(digits).to_bytes(size, "little"))


@lru_cache(maxsize=64)  # combs have 0.9 MB
def base_of(value: mpz) -> Base:
    """The one base of that value in this process, with the combs that it may have got."""
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
