"""Numbers of units as Romanian law writes them, and how a unit is cited.

Law 24/2000: articles in arabic figures through the whole act (art. 47), alineate as „(1)” (48), enumerations
as „a)” and below them „1.” (49), parts, titles and chapters in roman figures, sections in arabic ones (56).
What is put between two existing numbers carries an index: `5^1` stands after 5 and before 6.
"""

import re
from collections.abc import Iterator
from typing import Literal

from amendments.text.units import Unit, UnitType, Version

Language = Literal["ro", "en"]

ROMAN: frozenset[UnitType] = frozenset({"part", "title_group", "chapter"})
NUMBERED: frozenset[UnitType] = ROMAN | {"section", "article", "alin", "lit", "pct", "annex"}
# Articles run on through chapters, chapters through nothing: a new title begins with chapter I again.
_THROUGH_THE_ACT: frozenset[UnitType] = frozenset({"article", "part", "annex"})
_PLAIN = re.compile(r"\d{1,6}\Z")  # what a file calls a number may have thousands of figures

_WRITTEN: dict[UnitType, str] = {
    "part": "PARTEA {}",
    "title_group": "TITLUL {}",
    "chapter": "CAPITOLUL {}",
    "section": "SECȚIUNEA {}",
    "article": "Art. {}",
    "alin": "({})",
    "lit": "{})",
    "pct": "{}.",
    "annex": "ANEXA nr. {}",
}
_CITED: dict[Language, dict[UnitType, str]] = {
    "ro": {
        "part": "partea {}",
        "title_group": "titlul {}",
        "chapter": "cap. {}",
        "section": "secțiunea {}",
        "article": "art. {}",
        "alin": "alin. ({})",
        "lit": "lit. {})",
        "pct": "pct. {}",
        "annex": "anexa nr. {}",
    },
    "en": {
        "part": "part {}",
        "title_group": "title {}",
        "chapter": "chapter {}",
        "section": "section {}",
        "article": "art. {}",
        "alin": "para. ({})",
        "lit": "point {})",
        "pct": "item {}",
        "annex": "annex {}",
    },
}
_NAMED: dict[Language, dict[UnitType, str]] = {
    "ro": {
        "act": "act",
        "title": "titlu",
        "preamble": "preambul",
        "recital": "considerentul {}",
        "legal_basis": "temeiul legal",
        "enacting": "formula de adoptare",
        "heading": "denumirea marginală",
        "text": "paragraful {}",
        "table": "tabelul {}",
        "row": "rândul {}",
        "cell": "coloana {}",
        "annex": "anexa",
        "article": "articolul unic",
        "signature": "semnături",
        "note": "nota {}",
    },
    "en": {
        "act": "the act",
        "title": "title of the act",
        "preamble": "preamble",
        "recital": "recital {}",
        "legal_basis": "legal basis",
        "enacting": "enacting formula",
        "heading": "heading",
        "text": "paragraph {}",
        "table": "table {}",
        "row": "row {}",
        "cell": "column {}",
        "annex": "the annex",
        "article": "the sole article",
        "signature": "signatures",
        "note": "note {}",
    },
}


def to_roman(number: int) -> str:
    """1 → I, 4 → IV, 1990 → MCMXC."""
    written = ""
    for value, sign in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
        (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        times, number = divmod(number, value)
        written += sign * times
    return written


def from_roman(written: str) -> int | None:
    """IV → 4; None for what is no roman number."""
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = 0
    for sign, following in zip(written, [*written, ""][1:], strict=True):
        if sign not in values:
            return None
        total += -values[sign] if values.get(following, 0) > values[sign] else values[sign]
    return total if total and to_roman(total) == written else None


def to_letter(number: int) -> str:
    """1 → a, 26 → z, 27 → aa, 28 → bb."""
    times, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * (times + 1)


def write_number(type: UnitType, number: int) -> str:
    """A number in the figures that units of this type have."""
    if type in ROMAN:
        return to_roman(number)
    return to_letter(number) if type == "lit" else str(number)


def read_number(type: UnitType, label: str) -> int | None:
    """The other way round; None for numbers with an index and for what is no number of that type."""
    if type in ROMAN:
        return from_roman(label)
    if type == "lit":
        same = len(set(label)) == 1 and "a" <= label[0] <= "z"
        return (len(label) - 1) * 26 + ord(label[0]) - ord("a") + 1 if same else None
    return int(label) if _PLAIN.match(label) and label.isascii() else None


def expected_labels(version: Version) -> Iterator[tuple[Unit, str]]:
    """Every unit that is numbered, with the label it gets: its own where that is fixed, else the next."""
    counters: dict[tuple[UnitType, str], int] = {}
    for unit in version.units:
        if unit.type not in NUMBERED or (unit.fixed and not unit.label):
            continue
        counter = (unit.type, label_scope(version, unit))
        if unit.fixed:
            number = read_number(unit.type, unit.label)
            counters[counter] = counters.get(counter, 0) if number is None else number
            yield unit, unit.label
        else:
            counters[counter] = counters.get(counter, 0) + 1
            yield unit, write_number(unit.type, counters[counter])


def label_scope(version: Version, unit: Unit) -> str:
    """Where its numbers begin again: in its parent, or in the act or annex for articles."""
    if unit.type in _THROUGH_THE_ACT:
        for above in version.path(unit.parent or unit.id):
            if above.type in ("annex", "act"):
                return above.id
    return unit.parent or ""


def relabel(version: Version) -> Version:
    """The version with all labels that are not fixed counted anew."""
    changed = {unit.id: label for unit, label in expected_labels(version) if unit.label != label}
    return version.with_labels(changed) if changed else version


def written_label(unit: Unit) -> str:
    """The label as it stands before the text: „Art. 5”, „(2)”, „a)”; nothing where there is none."""
    if unit.type == "article" and not unit.label:
        return "Articol unic"
    if unit.type == "annex" and not unit.label:
        return "ANEXĂ"
    if unit.type == "section" and unit.label.isdigit() and unit.label != "1":
        return f"SECȚIUNEA a {unit.label}-a"
    return _WRITTEN[unit.type].format(unit.label) if unit.label and unit.type in _WRITTEN else ""


def cite(version: Version, id: str, language: Language = "ro") -> str:
    """How a text names the unit: „art. 5 alin. (2) lit. b)”, „anexa nr. 1 tabelul 1 rândul 2 coloana 3”.
    Chapters and the like are left out where an article is named, because articles are numbered through them.
    """
    parts: list[str] = []
    for unit in version.path(id):
        if unit.type == "act" and (parts or unit.id != id):
            break
        if unit.type == "preamble" and parts:
            break
        parts.append(_cite_one(version, unit, language))
        if unit.type == "article":
            parts += [_cite_one(version, up, language) for up in version.path(id) if up.type == "annex"]
            break
    return " ".join(reversed(parts))


def _cite_one(version: Version, unit: Unit, language: Language) -> str:
    if unit.label and unit.type in _CITED[language]:
        return _CITED[language][unit.type].format(unit.label)
    if unit.type not in _NAMED[language]:
        return f"[{unit.type}]"
    name, number = _NAMED[language][unit.type], version.number_of_type(unit.id)
    if (
        "{}" not in name and number > 1
    ):  # a second heading: there should be none, and it has a name of its own
        return f"{name} {number}"
    return name.format(number)
