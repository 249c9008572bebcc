"""Akoma Ntoso 3.0: a version as a `bill`, valid by its schema, and read back as the same tree.

Our ids are GUIDs, because they survive renumbering; `eId`s are made from the numbers, as the
standard's naming convention has them, and change with them. What the standard has
no word for (whether a number is fixed, say) is in attributes of our own namespace.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from amendments.text.labels import written_label
from amendments.text.marks import Mark, MarkKind, runs, tidy
from amendments.text.reading.xml import parse_xml
from amendments.text.refused import BadFile
from amendments.text.tokens import tokenise
from amendments.text.units import TYPES, Unit, UnitType, Version, token_at
from amendments.text.writing.akoma_meta import AKN, OWN, Identity, meta

_HIER: dict[UnitType, str] = {
    "part": "part", "title_group": "title", "chapter": "chapter", "section": "section", "article": "article",
    "alin": "paragraph", "lit": "point",
}  # fmt: skip
_EID: dict[UnitType, str] = {
    "part": "part", "title_group": "title", "chapter": "chp", "section": "sec", "article": "art",
    "alin": "para", "lit": "point", "annex": "att",
}  # fmt: skip
_GROUPED = {"recital": ("recitals", "recital"), "legal_basis": ("citations", "citation")}
_LOOKS: tuple[tuple[MarkKind, str], ...] = (("bold", "b"), ("italic", "i"), ("sup", "sup"), ("sub", "sub"))


def write_akoma_ntoso(version: Version, identity: Identity) -> str:
    """The version as an Akoma Ntoso document. `identity` says whose act it is."""
    return Writer(version, identity).document()


class Writer:
    """Writes a version, or units of it into another document, where all eIds begin with the prefix. `eids`
    are those of the units that it has written.
    """

    def __init__(self, version: Version, identity: Identity, *, prefix: str = "") -> None:
        self.version = version
        self.identity = identity
        self.prefix = prefix
        self.eids: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def document(self) -> str:
        """Titles in front are the preface, what ends the act its conclusions and attachments."""
        children = [self.version[id] for id in self.version.children(self.version.act.id)]
        front = _count_front(children, ("title",))
        has_preamble = len(children) > front and children[front].type == "preamble"
        back = _count_front(children[:front:-1], ("annex",))
        annexes = children[len(children) - back :]
        rest = children[front + has_preamble : len(children) - back]
        signed = _count_front(rest[::-1], ("signature",))
        signatures, body = rest[len(rest) - signed :], rest[: len(rest) - signed]
        parts = [
            f'<?xml version="1.0" encoding="UTF-8"?>\n<akomaNtoso xmlns="{AKN}" xmlns:o="{OWN}">',
            f'<bill name="{escape(self.identity.kind)}">',
            meta(self.identity, self.version.fields),
        ]
        if front:
            parts += ["<preface>", *(self._block(unit) for unit in children[:front]), "</preface>"]
        if has_preamble:
            parts += self._preamble(children[front])
        parts += [f"<body {self._own(self.version.act, 'body')}>", *self._many(body)]
        parts += ['<hcontainer name="empty"><content><p/></content></hcontainer>'] * (not body)
        parts.append("</body>")
        if signatures:
            parts += ["<conclusions>", *(self._block(unit) for unit in signatures), "</conclusions>"]
        if annexes:
            parts += ["<attachments>", *map(self._annex, annexes), "</attachments>"]
        return "\n".join([*parts, "</bill>", "</akomaNtoso>", ""])

    def _own(self, unit: Unit, eid: str) -> str:
        """The attributes that say which unit an element is."""
        self.eids[unit.id] = self._unique(eid)
        found = {"eId": self.eids[unit.id], "GUID": unit.id, "o:type": unit.type}
        if unit.label:
            found["o:label"] = unit.label
        if unit.fixed:
            found["o:fixed"] = "true"
        return " ".join(f"{name}={quoteattr(value)}" for name, value in found.items())

    def _unique(self, eid: str) -> str:
        self._counts[eid] = self._counts.get(eid, 0) + 1
        return f"{self.prefix}{eid}" + ("" if self._counts[eid] == 1 else f"-{self._counts[eid]}")

    def _eid(self, unit: Unit) -> str:
        """art_5__para_2__point_a; what has no number is counted."""
        parts = []
        for above in self.version.path(unit.id):
            if above.type == "act":
                break
            number = above.label or str(self.version.sibling_place(above.id) + 1)
            parts.append(f"{_EID.get(above.type, above.type)}_{number}")
            if above.type == "article":
                parts += [f"att_{up.label or 1}" for up in self.version.path(above.id) if up.type == "annex"]
                break
        return "__".join(reversed(parts))

    def _block(self, unit: Unit) -> str:
        inner = "".join(self._block(self.version[id]) for id in self.version.children(unit.id))
        if inner:
            return self.hier(unit)
        return f'<block name="{unit.type}" {self._own(unit, self._eid(unit))}>{inline(unit)}</block>'

    def _preamble(self, preamble: Unit) -> Iterator[str]:
        yield f"<preamble {self._own(preamble, 'preamble')}>"
        if preamble.text:
            yield f'<block name="own">{inline(preamble)}</block>'
        children = [self.version[id] for id in self.version.children(preamble.id)]
        for place, unit in enumerate(children):
            eid = self._eid(unit)
            if unit.type in _GROUPED:
                group, one = _GROUPED[unit.type]
                if place == 0 or children[place - 1].type != unit.type:
                    yield f'<{group} eId="{self._unique(group)}">'
                yield f"<{one} {self._own(unit, eid)}><p>{inline(unit)}</p></{one}>"
                if children[place + 1 : place + 2] == [] or children[place + 1].type != unit.type:
                    yield f"</{group}>"
            elif unit.type == "enacting":
                own = self._own(unit, eid)
                yield f'<formula name="enactingFormula" {own}><p>{inline(unit)}</p></formula>'
            else:
                yield self._block(unit)
        if not children and not preamble.text:
            yield '<block name="own"/>'
        yield "</preamble>"

    def _many(self, units: list[Unit]) -> Iterator[str]:
        for unit in units:
            yield self.hier(unit)

    def hier(self, unit: Unit) -> str:
        """A unit of the body with what is below it."""
        name = _HIER.get(unit.type, "hcontainer")
        start = name if name != "hcontainer" else f'hcontainer name="{unit.type}"'
        label = written_label(unit) if unit.label or unit.fixed else ""  # a new one has no number yet
        text = inline(unit)
        num = f"<num>{escape(label)}</num>" if label else ""
        below = [self.version[id] for id in self.version.children(unit.id)]
        if unit.type == "table" and not text and self._is_plain_table(below):
            inner = f"<content>{self._table(unit, below)}</content>"
        elif below:
            intro = f"<intro><p>{text}</p></intro>" if text else ""
            inner = intro + "\n".join(self._many(below))
        else:
            inner = f"<content><p>{text}</p></content>"
        return f"<{start} {self._own(unit, self._eid(unit))}>{num}{inner}</{name}>"

    def _is_plain_table(self, rows: list[Unit]) -> bool:
        """Whether it is rows of cells and nothing else; any other is written as units."""
        cells = [[self.version[id] for id in self.version.children(row.id)] for row in rows]
        return (
            bool(rows)
            and all(row.type == "row" and not row.text and not row.label for row in rows)
            and all(cells)
            and all(
                cell.type == "cell" and not cell.label and not self.version.children(cell.id)
                for row in cells
                for cell in row
            )
        )

    def _table(self, table: Unit, rows: list[Unit]) -> str:
        written = [f'<table eId="{self._unique(self._eid(table) + "__table")}">']
        for row in rows:
            written.append(f"<tr {self._own(row, self._eid(row))}>")
            for cell in (self.version[id] for id in self.version.children(row.id)):
                written.append(f"<td {self._own(cell, self._eid(cell))}><p>{inline(cell)}</p></td>")
            written.append("</tr>")
        return "".join([*written, "</table>"])

    def _annex(self, annex: Unit) -> str:
        label, prefix = written_label(annex), self._unique(f"annex_{annex.label or 1}")
        below = [self.version[id] for id in self.version.children(annex.id)]
        body = "\n".join(self._many(below)) or '<hcontainer name="empty"><content><p/></content></hcontainer>'
        return (
            f"<attachment {self._own(annex, self._eid(annex))}>"
            f'<doc name="annex">{meta(self.identity, part=prefix, prefix=f"{prefix}__")}'
            f'<preface><block name="num">{escape(label)}</block>'
            f'<block name="own">{inline(annex)}</block></preface>'
            f"<mainBody>{body}</mainBody></doc></attachment>"
        )


def _count_front(units: list[Unit], types: tuple[UnitType, ...]) -> int:
    """How many of the first units are of those types."""
    return next((place for place, unit in enumerate(units) if unit.type not in types), len(units))


def inline(unit: Unit) -> str:
    """The text with its marks as elements."""
    written = ""
    for text, look in runs(unit.tokens, unit.marks):
        shown = escape(text)
        for kind, name in _LOOKS:
            if kind in look:
                shown = f"<{name}>{shown}</{name}>"
        written += shown
    return written


# ── reading it back ─────────────────────────────────────────────────────────────────────────────────


def read_akoma_ntoso(data: bytes) -> Version:
    """A version that `write_akoma_ntoso` wrote. Raises: BadFile for any other document."""
    root = parse_xml(data)
    bill = root.find(f"{{{AKN}}}bill")
    body = bill.find(f"{{{AKN}}}body") if bill is not None else None
    if bill is None or body is None or "GUID" not in body.attrib:
        raise BadFile("not_our_bill")
    fields = {
        field.get("name", ""): field.text or "" for field in bill.iterfind(f"{{{AKN}}}meta//{{{OWN}}}field")
    }
    act = body.attrib["GUID"]
    units = [Unit(id=act, type="act", text="", label=body.get(f"{{{OWN}}}label", ""))]
    for element in bill:
        if element.tag != f"{{{AKN}}}meta":
            units += _units(element, act)
    return Version(units, fields)


def _units(element: Element, parent: str) -> Iterator[Unit]:
    """The units at and below an element."""
    id, type = element.get("GUID"), element.get(f"{{{OWN}}}type")
    if id is None or type is None or type == "act":
        for child in element:
            yield from _units(child, parent)
        return
    if type not in TYPES:
        raise BadFile("unknown_type", type=type)
    text, marks = _text(element)
    yield Unit(
        id=id,
        type=type,
        parent=parent,
        label=element.get(f"{{{OWN}}}label", ""),
        fixed=element.get(f"{{{OWN}}}fixed") == "true",
        text=text,
        marks=marks,
    )
    for child in element:
        yield from _units(child, id)


def _text(element: Element) -> tuple[str, tuple[Mark, ...]]:
    """The unit's own words: of its first paragraph, or of the element itself."""
    name = element.tag.rpartition("}")[2]
    source: Element | None = element if name == "block" else None
    if source is None:
        for path in ("content/p", "intro/p", "p", "doc/preface/block[@name='own']", "block[@name='own']"):
            steps = "/".join(f"{{{AKN}}}{step}" for step in path.split("/"))
            if (source := element.find(steps)) is not None:
                break
    pieces: list[tuple[str, tuple[MarkKind, ...]]] = list(_pieces(source, ())) if source is not None else []
    text = "".join(piece for piece, _ in pieces)
    found, at = [], 0
    for piece, kinds in pieces:
        first, last = token_at(text, at), token_at(text, at + len(piece) - 1) + 1
        found += [Mark(kind, first, last) for kind in kinds]
        at += len(piece)
    return text, tidy(found, len(tokenise(text)))


def _pieces(element: Element, kinds: tuple[MarkKind, ...]) -> Iterator[tuple[str, tuple[MarkKind, ...]]]:
    names = {name: kind for kind, name in _LOOKS}
    if element.text:
        yield element.text, kinds
    for child in element:
        name = child.tag.rpartition("}")[2]
        yield from _pieces(child, (*kinds, names[name]) if name in names else kinds)
        if child.tail:
            yield child.tail, kinds
