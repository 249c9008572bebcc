"""What an amendment may mean beyond its own words: warnings for its author and for those who answer.

They never block and are never conflicts. A person judges them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

import msgspec

from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    ReplaceUnit,
    Splice,
)
from amendments.text.references import find_references
from amendments.text.replay import Consolidated, consolidate
from amendments.text.tokens import fold, is_word, tokenise
from amendments.text.units import Unit, Version

MOST = 20  # units named in one warning; that a term is used everywhere is known after twenty
Code = Literal["refers_to_removed", "refers_to_renumbered", "term_changed", "same_number", "opposed_numbers"]

_TERMS = (
    re.compile(r'denumit[ăei]*\s+(?:în continuare\s+)?"([^"]{2,80})"', re.I),
    re.compile(
        r'(?:prin|termen\w*|expresi\w*|sintagm\w*|noțiun\w*)\s+"([^"]{2,80})"\s+'
        r"(?:se|înțeleg|înseamn|desemn)",
        re.I,
    ),
    re.compile(r'\A"([^"]{2,80})"\s*(?:-|înseamnă|reprezintă)', re.I),
    re.compile(r"\A([^\W\d][\w\s]{1,60}?)\s+-\s+\w", re.I),
)  # fmt: skip
_NUMBER = re.compile(r"\d+(?:\.\d{3})*(?:,\d+)?\Z")


class Warning(msgspec.Struct, frozen=True, kw_only=True):
    """What may be wrong (`code`), in which unit, with the words it is about; `others` are units that say it
    too, or amendments for `opposed_numbers`.
    """

    code: Code
    unit: str
    said: str
    others: tuple[str, ...] = ()


def warnings_about(version: Version, amendment: Amendment) -> list[Warning]:
    """Everything one amendment may bring about elsewhere. Raises: Refused when it cannot be carried out."""
    found: list[Warning] = []
    structural = (DeleteUnit, InsertUnit, MoveUnit, ReplaceUnit)
    if any(isinstance(operation, structural) for operation in amendment.operations):
        found += _references(consolidate(version, [amendment]))
    for operation in amendment.operations:
        if isinstance(operation, Splice):
            found += _terms(version, operation)
            found += _numbers(version, operation, amendment)
    return found


def _references(done: Consolidated) -> Iterator[Warning]:
    """References of units that stay, to units that go or get another number."""
    for reference in find_references(done.base):
        target = reference.target
        if target is None or reference.unit not in done.version:
            continue
        if target not in done.version:
            yield Warning(
                code="refers_to_removed", unit=reference.unit, said=reference.text, others=(target,)
            )
        elif _numbers_of(done.base, target) != _numbers_of(done.version, target):
            yield Warning(
                code="refers_to_renumbered", unit=reference.unit, said=reference.text, others=(target,)
            )


def _numbers_of(version: Version, id: str) -> list[str]:
    """The numbers by which a unit is cited, up to its article."""
    found = []
    for unit in version.path(id):
        found.append(unit.label)
        if unit.type == "article":
            break
    return found


# ── terms ───────────────────────────────────────────────────────────────────────────────────────────


def defined_terms(unit: Unit) -> Iterator[tuple[str, int, int]]:
    """Terms that the unit defines, with their tokens [start, end)."""
    said = fold(unit.text)
    starts, at = {}, 0
    for number, token in enumerate(unit.tokens):
        starts[at] = number
        at += len(token)
    starts[at] = len(unit.tokens)
    for pattern in _TERMS:
        for match in pattern.finditer(said):
            start, end = match.span(1)
            if start in starts and end in starts:
                yield unit.text[start:end], starts[start], starts[end]


def _terms(version: Version, splice: Splice) -> Iterator[Warning]:
    """A changed term that others use."""
    unit = version[splice.unit]
    for term, start, end in defined_terms(unit):
        touched = max(start, splice.start) < min(end, splice.end) or start < splice.start < end
        if not touched:
            continue
        words = fold(term).lower()
        used = re.compile(rf"(?<!\w){re.escape(words)}")
        users = [one.id for one in version.units if one.id != unit.id and used.search(fold(one.text).lower())]
        yield Warning(code="term_changed", unit=unit.id, said=term, others=tuple(users[:MOST]))


# ── numbers ─────────────────────────────────────────────────────────────────────────────────────────


class NumberChange(msgspec.Struct, frozen=True):
    """A number that a splice replaces with another, and the word it counts."""

    unit: str
    old: str
    new: str
    counted: str

    @property
    def rises(self) -> bool:
        """Whether the new number is the larger one."""
        return _value(self.new) > _value(self.old)


def number_changes(version: Version, splice: Splice) -> Iterator[NumberChange]:
    """The numbers that stand in the same place of the old and the new words."""
    tokens = version[splice.unit].tokens
    old = [(n, tokens[n]) for n in range(splice.start, splice.end) if _NUMBER.match(tokens[n])]
    new = [token for token in tokenise(splice.new) if _NUMBER.match(token)]
    if len(old) != len(new):
        return
    for (place, before), after in zip(old, new, strict=True):
        if _value(before) != _value(after):
            yield NumberChange(splice.unit, before, after, _next_word(tokens, place))


def _next_word(tokens: tuple[str, ...], place: int) -> str:
    return next((token.lower() for token in tokens[place + 1 : place + 4] if is_word(token)), "")


def _value(number: str) -> Decimal:
    return Decimal(number.replace(".", "").replace(",", "."))


def _numbers(version: Version, splice: Splice, amendment: Amendment) -> Iterator[Warning]:
    """The same number of the same thing, left as it was elsewhere."""
    touched = {operation.unit for operation in amendment.operations if isinstance(operation, Splice)}
    for change in number_changes(version, splice):
        if not change.counted:
            continue
        others = []
        for unit in version.units:
            tokens = unit.tokens if change.old in unit.text and unit.id not in touched else ()
            for place, token in enumerate(tokens):
                if token == change.old and _next_word(tokens, place) == change.counted:
                    others.append(unit.id)
                    break
        if others:
            said = f"{change.old} {change.counted}"
            yield Warning(code="same_number", unit=splice.unit, said=said, others=tuple(others[:MOST]))


def opposed_numbers(version: Version, amendments: Iterable[Amendment]) -> list[Warning]:
    """Amendments that change one figure in both directions, at whatever places of the text it stands."""
    raising: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    lowering: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for amendment in amendments:
        for operation in amendment.operations:
            if isinstance(operation, Splice):
                for change in number_changes(version, operation):
                    side = raising if change.rises else lowering
                    side[change.old, change.counted].setdefault(amendment.id, change.unit)
    found = []
    for figure in sorted(raising.keys() & lowering.keys()):
        ids = sorted(raising[figure].keys() | lowering[figure].keys())
        if len(ids) > 1:
            unit = min((raising[figure] | lowering[figure]).values(), key=version.place)
            said = " ".join(part for part in figure if part)
            found.append(Warning(code="opposed_numbers", unit=unit, said=said, others=tuple(ids)))
    return found
