"""Pages of a list: number, size, and what the template's pagination needs."""

import msgspec


class Paging(msgspec.Struct, frozen=True):
    """Page `number` (from 1) of a list of `total` rows, `size` rows a page."""

    number: int
    size: int
    total: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))


def paging(raw_number: str | int | None, total: int, *, size: int = 20) -> Paging:
    """The page asked for, brought within bounds."""
    try:
        number = int(raw_number or 1)
    except ValueError:
        number = 1
    return Paging(min(max(1, number), max(1, -(-total // size))), size, total)
