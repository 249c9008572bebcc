"""References of a text to its own units: „art. 5 alin. (2) lit. b)”, „alin. (1) și (3)”, „anexa nr. 2”.

They are found in a version and resolved to unit ids, so that a change which deletes or renumbers what is
referred to can be told. A reference into another act („din Legea nr. 52/2003”) is known as such and not
resolved.
"""

import re
from collections.abc import Iterator

import msgspec

from amendments.text.labels import NUMBERED, label_scope, read_number
from amendments.text.tokens import fold
from amendments.text.units import Unit, UnitType, Version, token_at

_N = r"\d+(?:\^\d+)?"
_NUMBERS: dict[UnitType, str] = {
    "annex": _N,
    "article": _N,
    "alin": rf"\({_N}\)",
    "lit": r"[a-zăâîșț]{1,2}(?:\^\d+)?\)",
    "pct": _N,
    "chapter": r"[IVXLC]+(?:\^\d+)?\b",
}
_WORDS: dict[UnitType, str] = {
    "annex": r"anex(?:a|ei|ele)\s+(?:nr\.\s*)?",
    "article": r"(?:art\.|articol(?:ul|ului|ele|elor))\s*",
    "alin": r"(?:alin\.|alineat(?:ul|ului|ele|elor))\s*",
    "lit": r"(?:lit\.|liter(?:a|ei|ele|elor))\s*",
    "pct": r"(?:pct\.|punct(?:ul|ului|ele|elor))\s*",
    "chapter": r"(?:cap\.|capitol(?:ul|ului|ele|elor))\s*",
}
_AND = r"\s*(?:,|și|sau|precum și|-|la)\s*"
_PIECE = re.compile(
    r"(?<!\w)(?:"
    + "|".join(rf"(?P<{type}>{_WORDS[type]}{n}(?:{_AND}{n})*)" for type, n in _NUMBERS.items())
    + r")",
    re.I,
)
_JOINT = re.compile(r"\s*,?\s*(?:din|al|a|ale|de la)?\s*\Z")
_EXTERNAL = re.compile(
    r"\s*(?:,?\s*(?:din|al|a|ale)\s+)(?!prezent)(?:[\w\s]{0,40}?)(?:lege|ordonanț|cod|hotărâr|constituți|regulament|"
    r"ordin|decret|oug|og|hg|hcl|directiv|tratat)", re.I
)  # fmt: skip
_ORDER: tuple[UnitType, ...] = ("annex", "chapter", "article", "alin", "lit", "pct")


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens [start, end) of a unit refer to another; `target` is nothing where that is not there, and
    for other acts (`external`).
    """

    unit: str
    start: int
    end: int
    text: str
    target: str | None
    external: bool = False


class _Piece(msgspec.Struct, frozen=True):
    type: UnitType
    labels: tuple[str, ...]
    start: int
    end: int


def find_references(version: Version) -> list[Reference]:
    """All references of a version, in reading order; a range or a list gives one for each unit named."""
    places = _Places(version)
    found: list[Reference] = []
    for unit in version.units:
        if unit.text and unit.type != "note":
            found += references_of(version, unit, places)
    return found


def references_of(version: Version, unit: Unit, places: "_Places | None" = None) -> Iterator[Reference]:
    """Those of one unit."""
    places = places or _Places(version)
    said = fold(unit.text)
    for chain in _chains(said):
        start, end = chain[0].start, chain[-1].end
        external = _EXTERNAL.match(said, end) is not None
        first, last = token_at(unit.text, start), token_at(unit.text, end - 1) + 1
        for labels in _named(chain):
            target = None if external else places.find(unit, labels)
            yield Reference(
                unit=unit.id,
                start=first,
                end=last,
                text=unit.text[start:end],
                target=target,
                external=external,
            )


def _chains(said: str) -> Iterator[list[_Piece]]:
    """Pieces that belong together: „art. 5 alin. (2)”, also the other way round, „lit. a) a alin. (2)”."""
    chain: list[_Piece] = []
    for match in _PIECE.finditer(said):
        kind = next(type for type in _ORDER if match[type] is not None)
        piece = _Piece(kind, _labels(kind, match[0]), match.start(), match.end())
        together = (
            bool(chain)
            and kind not in {one.type for one in chain}
            and _JOINT.match(said[chain[-1].end : piece.start]) is not None
        )
        if chain and not together:
            yield chain
            chain = []
        chain.append(piece)
    if chain:
        yield chain


def _labels(kind: UnitType, text: str) -> tuple[str, ...]:
    """The numbers of a piece; a range „(1)-(3)” counts them out."""
    body = re.sub(rf"\A{_WORDS[kind]}", "", text, flags=re.I)
    parts = re.split(rf"({_AND})", body)
    labels = [re.sub(r"[()\s]", "", part) for part in parts[::2]]
    found: list[str] = []
    for label, joint in zip(labels, ["", *parts[1::2]], strict=True):
        if joint.strip() in ("-", "la") and found:
            first, last = read_number(kind, found[-1]), read_number(kind, label)
            if kind != "lit" and first is not None and last is not None and 0 < last - first <= 200:
                found += [str(number) for number in range(first + 1, last)]
        found.append(label)
    return tuple(found)


def _named(chain: list[_Piece]) -> Iterator[dict[UnitType, str]]:
    """Each unit that a chain names: only its smallest piece may name several."""
    pieces = sorted(chain, key=lambda piece: _ORDER.index(piece.type))
    above = {piece.type: piece.labels[-1] for piece in pieces[:-1]}
    for label in pieces[-1].labels:
        yield above | {pieces[-1].type: label}


class _Places:
    """Where units are found by number."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.scoped: dict[tuple[str, UnitType, str], str] = {}
        self.below: dict[tuple[str, UnitType, str], str] = {}
        for unit in version.units:
            if unit.type in NUMBERED:
                self.scoped.setdefault((label_scope(version, unit), unit.type, unit.label), unit.id)
                for above in version.path(unit.parent or unit.id):
                    self.below.setdefault((above.id, unit.type, unit.label), unit.id)

    def find(self, unit: Unit, labels: dict[UnitType, str]) -> str | None:
        """The unit that the numbers name, seen from the unit that says them: what is left out is where it is
        said.
        """
        largest = next(kind for kind in _ORDER if kind in labels)
        at = self._start(unit, largest)
        for kind in _ORDER:
            if kind not in labels or (kind == "chapter" and "article" in labels):
                continue  # articles are numbered through chapters
            key = (at, kind, labels[kind])
            target = self.scoped.get(key) if kind in ("annex", "article", "chapter") else None
            target = target or self.below.get(key)
            if target is None:
                return None
            at = target
        return at

    def _start(self, unit: Unit, largest: UnitType) -> str:
        """Where to look for the largest number: the act or annex for articles, the article for alineate, the
        alineat (or article) for litere.
        """
        wanted: dict[UnitType, tuple[UnitType, ...]] = {
            "article": ("annex",),
            "alin": ("article", "annex"),
            "lit": ("alin", "article", "annex"),
            "pct": ("lit", "alin", "article", "annex"),
        }
        for above in self.version.path(unit.id):
            if above.type in wanted.get(largest, ()):
                return above.id
        return self.version.act.id
