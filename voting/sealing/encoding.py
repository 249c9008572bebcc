"""A ballot's ranks as one element of the group, and back.

Each option has one byte: 1 for the first choice, 2 for the second, 0 when it is not ranked. The last byte is
padding, chosen so that the number is a square modulo p, as half of all numbers are.

Source: Belenios specification, Version 2.0, section 4.11.2; padding 8 and bits_per_int 8 (5.2).
"""

from collections.abc import Sequence

from gmpy2 import mpz

from voting.sealing.group import is_element
from voting.sealing.refused import Refused

MAX_OPTIONS = 254  # with the padding 255 bytes, which is the most that stays below p
HIGHEST_RANK = 255  # one byte


def encode_ranks(ranks: Sequence[int]) -> mpz:
    """The element for one rank an option, each 0 to 255. Raises: Refused (ranks_range)."""
    if not 1 <= len(ranks) <= MAX_OPTIONS or not all(0 <= rank <= HIGHEST_RANK for rank in ranks):
        raise Refused("ranks_range", options=len(ranks))
    whole = mpz(int.from_bytes(bytes(ranks))) << 8
    return next(whole + padding for padding in range(256) if is_element(whole + padding))


def decode_ranks(element: mpz, options: int) -> tuple[int, ...]:
    """The ranks in an element: what stands above the padding.

    A voter may have sealed any element, on purpose or by a broken program; bytes beyond the options are
    dropped, as the judge does, and the count refuses ranks that make no paper.
    """
    whole = (int(element) >> 8) & ((1 << 8 * options) - 1)
    return tuple(whole.to_bytes(options))
