"""Files that are XML in a zip, opened as if they came from an enemy: they do.

No DTD, so no entities; every part is bounded before it is unpacked; nothing outside the file is ever read.
"""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from amendments.text.refused import BadFile

MAX_FILE = 20_000_000
MAX_PART = 60_000_000  # unpacked; the text of 200 pages takes about one
MAX_ENTRIES = 5_000
MAX_NESTING = 200
# What reading a zip raises: damaged, encrypted or packed in a way that nobody here knows, cut off.
DAMAGED = (
    zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError, struct.error, zlib.error, lzma.LZMAError,
)  # fmt: skip


class Package:
    """An opened DOCX or ODT file. Raises: BadFile for what is none, or too large."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_FILE:
            raise BadFile("file_too_large", most=MAX_FILE)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._sizes = {info.filename: info.file_size for info in self._zip.infolist()}
        except DAMAGED as error:
            raise BadFile("not_a_zip") from error
        if len(self._sizes) > MAX_ENTRIES:
            raise BadFile("too_many_parts", most=MAX_ENTRIES)

    def __contains__(self, name: str) -> bool:
        return name in self._sizes

    def read(self, name: str) -> bytes:
        """One part, unpacked. Raises: BadFile."""
        if name not in self._sizes:
            raise BadFile("part_missing", part=name)
        try:
            with self._zip.open(name) as part:
                data = part.read(MAX_PART + 1)
        except DAMAGED as error:
            raise BadFile("part_damaged", part=name) from error
        if len(data) > MAX_PART:
            raise BadFile("part_too_large", part=name, most=MAX_PART)
        return data

    def parse(self, name: str) -> Element:
        """One part as a tree. Raises: BadFile."""
        return parse_xml(self.read(name))

    def find(self, name: str) -> Element | None:
        """The same, nothing where there is no such part."""
        return self.parse(name) if name in self else None


def parse_xml(data: bytes) -> Element:
    """A tree whose names are `{namespace}local`. Raises: BadFile, also for a DTD."""
    parser = expat.ParserCreate(namespace_separator="}")
    builder = TreeBuilder()
    depth = 0

    def named(name: str) -> str:
        return f"{{{name}" if "}" in name else name

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_NESTING:
            raise BadFile("nested_too_deep")
        builder.start(named(name), {named(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(named(name))

    def refuse(*_: object) -> None:
        raise BadFile("document_type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadFile("not_xml", line=error.lineno) from error
    except BadFile:
        raise
    except (LookupError, ValueError) as error:  # an encoding that does not exist, or is none of XML
        raise BadFile("not_xml", line=1) from error
    return builder.close()


def descend(element: Element, *, skip: frozenset[str]) -> Iterator[Element]:
    """The element and what is in it, in order, without what is in the skipped ones."""
    yield element
    for child in element:
        if child.tag not in skip:
            yield from descend(child, skip=skip)
