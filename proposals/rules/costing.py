"""What an idea costs: lines of quantity, unit price and VAT, added up in integers.

Amounts are bani, quantities are thousandths of the unit. Each line's net amount and its VAT are rounded to
one ban, half up, as on an invoice; then everything is added exactly. Source of the rates: Fiscal Code
(Law 227/2015), art. 291.
"""

from collections.abc import Sequence

import msgspec

VAT_RATES = (21, 11, 0)  # percent; Law 141/2025: 21 and 11 since 1 August 2025; 0 for what bears none
MAX_LINES = 40
MILLI = 1000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be bought or done. `source`: where the price comes from, in words."""

    description: str
    quantity_milli: int
    unit: str
    unit_price_bani: int
    vat_percent: int
    source: str = ""

    @property
    def net_bani(self) -> int:
        return _round(self.quantity_milli * self.unit_price_bani, MILLI)

    @property
    def vat_bani(self) -> int:
        return _round(self.net_bani * self.vat_percent, 100)

    @property
    def total_bani(self) -> int:
        return self.net_bani + self.vat_bani


class Costing(msgspec.Struct, frozen=True, kw_only=True):
    """The lines, a margin for what cannot be foreseen, and what upkeep costs a year (not in the total)."""

    lines: tuple[Line, ...]
    margin_percent: int = 0
    yearly_bani: int = 0

    @property
    def lines_bani(self) -> int:
        return sum(line.total_bani for line in self.lines)

    @property
    def margin_bani(self) -> int:
        return _round(self.lines_bani * self.margin_percent, 100)

    @property
    def total_bani(self) -> int:
        return self.lines_bani + self.margin_bani


def _round(numerator: int, denominator: int) -> int:
    """Division of what is not negative, half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def describe_lines(lines: Sequence[Line]) -> list[dict[str, object]]:
    """The lines as they are published in the register and in exports."""
    return [
        {**msgspec.structs.asdict(line), "net_bani": line.net_bani, "vat_bani": line.vat_bani}
        for line in lines
    ]
