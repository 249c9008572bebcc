"""The yearly report on decisional transparency: its figures, which we know and which are entered.

Source: Law 52/2003, republished (MO 749/3.12.2013), art. 13, a) to g); indicators A1 to A10 of the form
on which authorities report (Government Decision 831/2022). The form's wording is to be confirmed by a jurist.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

Kind = Literal["number", "text"]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of the report. `is_known`: counted from what happened here, or a sum; all others
    are entered by the secretariat. `is_required`: the law names it, so that nothing is published without it.
    """

    key: str
    kind: Kind = "number"
    is_known: bool = False
    is_required: bool = False


LAW: tuple[Figure, ...] = (
    Figure(key="a", is_known=True, is_required=True),
    Figure(key="b", is_known=True, is_required=True),
    Figure(key="c", is_known=True, is_required=True),
    Figure(key="c_debates", is_known=True),
    Figure(key="c_sittings", is_required=True),
    Figure(key="d", is_known=True, is_required=True),
    Figure(key="e", is_required=True),
    Figure(key="f", kind="text", is_required=True),
    Figure(key="g", is_required=True),
    Figure(key="g_reasons", kind="text"),
)
"""Article 13, in its order."""

FORM: tuple[Figure, ...] = (
    Figure(key="A1", is_known=True),
    Figure(key="A2", is_known=True),
    Figure(key="A2_seat"),
    Figure(key="A2_media"),
    Figure(key="A3_persons"),
    Figure(key="A3_associations"),
    Figure(key="A4"),
    Figure(key="A5"),
    Figure(key="A6", is_known=True),
    Figure(key="A7", is_known=True),
    Figure(key="A8", is_known=True),
    Figure(key="A9", is_known=True),
    Figure(key="A10"),
)
"""The indicators of the form."""

FIGURES: tuple[Figure, ...] = LAW + FORM
ENTERED: tuple[Figure, ...] = tuple(one for one in FIGURES if not one.is_known)
SAME = {"A7": "a", "A8": "b"}
"""Indicators that are a figure of the law by another name."""


def add_up(values: Mapping[str, str]) -> dict[str, str]:
    """The figures with those that are a sum of others: participants, of debates by their minutes and of
    sittings as they were entered; no sum while one of them is missing.

    >>> add_up({"c_debates": "31", "c_sittings": "200"})["c"]
    '231'
    """
    parts = [values.get("c_debates", ""), values.get("c_sittings", "")]
    return {**values, "c": str(sum(map(int, parts)))} if all(parts) else dict(values)


def missing(entered: Mapping[str, str]) -> tuple[str, ...]:
    """The figures without which nothing is published."""
    return tuple(one.key for one in ENTERED if one.is_required and not entered.get(one.key, "").strip())
