"""How many modular multiplications each command spends on a ballot, and the fewest anybody knows how to.

Counted from the algorithms, not measured: GMP's windows for single powers, our combs for bases that stay,
our buckets for products of powers. "Fewest" is what the protocol leaves: every proof's commitment must be
computed anew from its own bases, which costs a squaring a bit and (Brauer) a multiplication every log2(bits)
bits; powers of one base, and products of powers, cost bits / log2(bits x powers) each (Pippenger's bound).
"""

from dataclasses import dataclass
from math import log2

FULL, CHALLENGE, WEIGHT = 2047, 256, 128  # bits


@dataclass(frozen=True)
class Work:
    """Multiplications for a ballot."""

    spent: float
    fewest: float

    def __add__(self, other: "Work") -> "Work":
        return Work(self.spent + other.spent, self.fewest + other.fewest)


def _single(bits: int) -> Work:
    """A power of a base that comes once."""
    width = 7 if bits > 1000 else 5
    return Work(bits + bits / (width + 1) + 2 ** (width - 1), bits + bits / log2(bits))


def _fixed(bits: int, uses: int) -> Work:
    """A power of a base that comes `uses` times."""
    spent = 256 + 31 if bits > CHALLENGE else 32 + 7
    return Work(spent + 4096 / uses, bits / log2(bits * uses))


def _product(bits: int, bases: int, *, dear: float = 1) -> Work:
    """A base's share of a product of powers; small bases are cheaper to multiply by."""
    width = 8 if bases >= 300 else 5
    buckets = 2 ** (width - 1)
    inversion = 6 if dear == 1 else 0
    spent = bits / width * (dear + (2 * buckets if dear == 1 else 4 * buckets) / bases) + inversion
    return Work(spent, dear * bits / log2(bits * bases))


def _ballots(ballots: int) -> Work:
    """A signature and a proof: each one power of g and one of a base of the ballot's own."""
    each = _fixed(FULL, 3 * ballots) + _single(CHALLENGE)
    return each + each


def _mixing(ballots: int) -> Work:
    """A shuffle checked: products to challenges, three; to full exponents, two; to weights; of roots."""
    work = _product(FULL, ballots, dear=1 / 3) + _product(WEIGHT, ballots)
    for _ in range(3):
        work += _product(CHALLENGE, ballots)
    full = _product(FULL, 2 * ballots)
    return work + full + full + Work(_single(WEIGHT).spent, 0)  # beta' to its weight saves a third product


def _opening(ballots: int) -> Work:
    """A decryption proof checked: four powers, two of them of the ciphertext's own bases."""
    own = _single(FULL) + Work(_single(CHALLENGE).spent, CHALLENGE / log2(CHALLENGE))  # squarings shared
    return own + _fixed(FULL, 3 * ballots) + _fixed(CHALLENGE, ballots)


def verify_work(ballots: int) -> Work:
    """Check a finished election: ballots, one mixing, one opening."""
    return _ballots(ballots) + _mixing(ballots) + _opening(ballots)


def shuffle_work(ballots: int) -> Work:
    """Check the ballots, then mix: seven powers to bases that stay, three products."""
    work = _ballots(ballots) + _product(FULL, ballots, dear=1 / 3)
    for _ in range(7):
        work += _fixed(FULL, 4 * ballots)
    return work + _product(FULL, ballots) + _product(FULL, ballots)


def decrypt_work(ballots: int) -> Work:
    """Check ballots and mixing, then open: two powers of the ciphertext, one of g."""
    comb = Work(7 * 256 + 247 + 2 * (256 + 255), FULL + 2 * FULL / log2(FULL))  # squarings shared
    return _ballots(ballots) + _mixing(ballots) + comb + _fixed(FULL, 3 * ballots)
