"""Akoma Ntoso 3.0: amendments as `amendment` documents, one by one or as an `amendmentList`.

Each operation is a `mod`: the sentence of `sentences`, with the words that go and come as `quotedText` and
new units as `quotedStructure`. What it does is said again for machines, as a `textualMod` whose destination
is an eId of the `bill` that `write_akoma_ntoso` writes of the same version; the exact place and words, with
spaces, are in our own namespace. The standard knows no move: a `renumbering` with two destinations is one.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

import msgspec

from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    RejectAct,
    ReplaceUnit,
    SetField,
    Slot,
    Splice,
    slot_of,
)
from amendments.text.sentences import quote, sentence, trimmed, whole
from amendments.text.tokens import normalise
from amendments.text.units import NewUnit, Unit, Version, flatten
from amendments.text.writing.akoma_meta import AKN, OWN, Identity, meta
from amendments.text.writing.akoma_ntoso import Writer

_PARAGRAPHS = re.compile(r"\n\s*\n")
_NO_NAME = re.compile(r"[^\w-]+")
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<akomaNtoso xmlns="{AKN}" xmlns:o="{OWN}">\n'

TextualMod = Literal["insertion", "substitution", "repeal", "renumbering"]


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment as its register knows it; `author` is the name that is published, `reason` what they gave
    for it, in paragraphs.
    """

    amendment: Amendment
    number: str
    author: str
    day: date
    reason: str = ""


def write_amendment(version: Version, identity: Identity, one: Registered) -> str:
    """An amendment as a document of its own. `identity` is that of the draft, whose version it amends.
    Raises: NoSuchUnit where the version is another.
    """
    return f"{_HEAD}{_Writer(version, identity).amendment(one, '')}\n</akomaNtoso>\n"


class Amended(msgspec.Struct, frozen=True, kw_only=True):
    """A version with the amendments that were written for it; `identity` is that of the draft."""

    version: Version
    identity: Identity
    registered: Sequence[Registered]


def write_amendment_list(amended: Sequence[Amended]) -> str:
    """Amendments of one version after the other, in the order given. Raises: NoSuchUnit; ValueError for none,
    because the standard has no empty list.
    """
    parts = list[str]()
    for batch in amended:
        work = _Writer(batch.version, batch.identity)
        for one in batch.registered:
            prefix = f"cmp_{len(parts) + 1}"
            parts.append(f'<component eId="{prefix}">{work.amendment(one, f"{prefix}__")}</component>')
    if not parts:
        raise ValueError("a list of amendments names at least one")
    own = msgspec.structs.replace(amended[-1].identity, document="amendmentList")
    body = "\n".join(parts)
    return (
        f'{_HEAD}<amendmentList name="amendamente">{meta(own)}\n<collectionBody>{body}</collectionBody>'
        "</amendmentList>\n</akomaNtoso>\n"
    )


class _Writer:
    """Writes amendments of one version, whose eIds it takes from the version's own document."""

    def __init__(self, version: Version, identity: Identity) -> None:
        bill = Writer(version, identity)
        bill.document()
        self.version = version
        self.identity = identity
        self.eids = bill.eids

    def amendment(self, one: Registered, prefix: str) -> str:
        """The `amendment` element; its eIds begin with the prefix."""
        name = _NO_NAME.sub("-", one.number).strip("-") or str(one.amendment.rank)
        own = msgspec.structs.replace(
            self.identity, document="amendment", number=name, day=one.day, version=1
        )
        operations = one.amendment.operations
        mods = [self._mod(operation, f"{prefix}mod_{n}") for n, operation in enumerate(operations, start=1)]
        analysis = "".join(
            self._textual_mod(operation, f"{prefix}mod_{n}")
            for n, operation in enumerate(operations, start=1)
        )
        known = meta(
            own,
            prefix=prefix,
            analysis=f"<activeModifications>{analysis}</activeModifications>" if analysis else "",
            person=normalise(one.author),
        )
        reason = "".join(f"<p>{escape(text)}</p>" for text in _paragraphs(one.reason))
        content = "".join(f"<p>{mod}</p>" for mod in mods)
        if not mods:  # a recommendation that names no words of the draft is what was said
            content, reason = reason, ""
        body = f"<amendmentContent>{content}</amendmentContent>"
        body += f"<amendmentJustification>{reason}</amendmentJustification>" if reason else ""
        body = f"<amendmentBody GUID={quoteattr(one.amendment.id)}>{body}</amendmentBody>"
        return (
            f'<amendment name="amendament">{known}'
            f'<preface><block name="number"><docNumber>{escape(normalise(one.number))}</docNumber></block>'
            f'<block name="proponent"><docProponent>{escape(normalise(one.author))}</docProponent></block>'
            f"</preface>\n{body}</amendment>"
        )

    # ── for people ──

    def _mod(self, operation: Operation, eid: str) -> str:
        """The sentence, with what it quotes as elements."""
        rest, quoted = sentence(self.version, operation), list[str]()
        for text, element in reversed(list(self._quotes(operation, eid))):
            rest, _, after = rest.rpartition(quote(text))
            quoted.append(element + escape(after))
        return f'<mod eId="{eid}">{escape(rest)}{"".join(reversed(quoted))}</mod>'

    def _quotes(self, operation: Operation, eid: str) -> Iterator[tuple[str, str]]:
        """What an operation's sentence quotes, in order, each with its element."""
        match operation:
            case Splice() | SetField():
                for number, text in enumerate(self._words(operation), start=1):
                    if text:
                        own = f'eId="{eid}__qtext_{number}" startQuote="{quote(text)[0]}"'
                        end = quote(text)[-1]
                        yield text, f'<quotedText {own} endQuote="{end}">{escape(text)}</quotedText>'
            case InsertUnit(new=new) | ReplaceUnit(new=new):
                yield (
                    whole(new),
                    f'<quotedStructure eId="{eid}__qstr_1">{self._unit(new, eid)}</quotedStructure>',
                )
            case _:
                pass

    def _words(self, operation: Splice | SetField) -> tuple[str, str]:
        """The words that go and those that come, without the spaces around them."""
        if isinstance(operation, SetField):
            return self.version.fields[operation.field], operation.value
        tokens = self.version[operation.unit].tokens
        start, end = trimmed(tokens, operation.start, operation.end)
        return "".join(tokens[start:end]), operation.new.strip()

    def _unit(self, new: NewUnit, eid: str) -> str:
        act = Unit(id=f"{new.id}-act", type="act")
        writer = Writer(Version([act, *flatten(new, act.id)]), self.identity, prefix=f"{eid}__qstr_1__")
        return writer.hier(writer.version[new.id])

    # ── for machines ──

    def _textual_mod(self, operation: Operation, eid: str) -> str:
        kind, place, known = self._place(operation)
        own = "".join(f" o:{name}={quoteattr(value)}" for name, value in known.items())
        return (
            f'<textualMod type="{kind}" eId="{eid}__tmod"{own}><source href="#{eid}"/>{place}'
            f"{''.join(self._old_and_new(operation, eid))}</textualMod>"
        )

    def _place(self, operation: Operation) -> tuple[TextualMod, str, dict[str, str]]:
        """What kind of change it is, its destinations, and the exact place in our words."""
        match operation:
            case Splice(unit=unit, start=start, end=end, new=new):
                kind: TextualMod = "insertion" if start == end else "substitution" if new else "repeal"
                return (
                    kind,
                    self._destination(unit, "inside"),
                    {"unit": unit, "start": str(start), "end": str(end)},
                )
            case InsertUnit():
                return "insertion", self._slot(slot_of(operation)), _known(slot_of(operation))
            case DeleteUnit(unit=unit):
                return "repeal", self._destination(unit), {"unit": unit}
            case ReplaceUnit(unit=unit):
                return "substitution", self._destination(unit), {"unit": unit}
            case MoveUnit(unit=unit):
                places = self._destination(unit) + self._slot(slot_of(operation))
                return "renumbering", places, {"unit": unit} | _known(slot_of(operation))
            case SetField(field=field):
                return "substitution", self._destination(""), {"field": field}
            case RejectAct():
                return "repeal", self._destination(""), {}

    def _slot(self, slot: Slot) -> str:
        parent, after = slot
        return self._destination(parent, "start") if after is None else self._destination(after, "after")

    def _destination(self, unit: str, position: str = "") -> str:
        """An element of the amended version's document, or, without unit, that document."""
        address = f"{self.identity.expression}/!main" + (
            f"#{self.eids[self.version[unit].id]}" if unit else ""
        )
        pos = f' pos="{position}"' if position else ""
        return f"<destination href={quoteattr(address)}{pos}/>"

    def _old_and_new(self, operation: Operation, eid: str) -> Iterator[str]:
        match operation:
            case Splice(start=start, end=end, new=new):
                old = "".join(self.version[operation.unit].tokens[start:end])
                for number, name, text in ((1, "old", old), (2, "new", new)):
                    if text:
                        href = f' href="#{eid}__qtext_{number}"' if text.strip() else ""
                        yield f'<{name}{href}><o:text xml:space="preserve">{escape(text)}</o:text></{name}>'
            case SetField():
                for number, name in ((1, "old"), (2, "new")):
                    if self._words(operation)[number - 1]:
                        yield f'<{name} href="#{eid}__qtext_{number}"/>'
            case InsertUnit() | ReplaceUnit():
                yield f'<new href="#{eid}__qstr_1"/>'
            case _:
                pass


def _known(slot: Slot) -> dict[str, str]:
    parent, after = slot
    return {"parent": parent} | ({"after": after} if after is not None else {})


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs as they are stored: nothing in them that no XML file may hold."""
    for part in _PARAGRAPHS.split(text.replace("\r", "")):
        if said := normalise(part):
            yield said
