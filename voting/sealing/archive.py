"""The file of an election: an old-style tar that only ever grows, written and read as a stream.

It starts with a member BELENIOS; every other member is named by the SHA-256 of its content, as data or as
event. There is no end mark: whatever was written stays as it is, and a download at any time is a whole file.
One form of every header is accepted, so that two files with the same members are the same bytes.

Source: Belenios specification, Version 2.0, section 4.4; the header's form is the v7 tar's, found by trying.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from voting.sealing.refused import Refused
from voting.sealing.wire import Header, name_of, read, write

BLOCK = 512  # bytes
LARGEST_MEMBER = 2**31  # bytes; a shuffle of 200,000 ballots has 1.1 GB
LARGEST_HEADER = 1024  # bytes of the member BELENIOS
FIRST_NAME = "BELENIOS"
VERSION = 1
Kind = Literal["data", "event"]
_NAME = re.compile(r"([0-9a-f]{64})\.(data|event)\.json", re.ASCII)
_TIMESTAMP = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Member:
    """Where a member of an archive is: its number from 0, the place and size of its content, and its name."""

    number: int
    offset: int
    size: int
    name: str
    kind: Kind


def archive_start(timestamp: int) -> bytes:
    """The first bytes of an archive begun at that time (Unix seconds)."""
    return _framed(FIRST_NAME, write(Header(VERSION, str(timestamp))), timestamp)


def member_bytes(content: bytes, kind: Kind, timestamp: int) -> bytes:
    """A member as it is appended: header, content and padding."""
    return _framed(f"{name_of(content)}.{kind}.json", content, timestamp)


def _framed(name: str, content: bytes, timestamp: int) -> bytes:
    return tar_header(name, len(content), timestamp) + content + bytes(-len(content) % BLOCK)


def tar_header(name: str, size: int, mtime: int) -> bytes:
    """The one header for a name, a size in bytes and a time."""
    fields = [name.encode().ljust(100, b"\0"), b"0000644\0", b"0000000\0", b"0000000\0"]
    fields += [b"%011o\0" % size, b"%011o\0" % mtime]
    rest = b"0".ljust(BLOCK - 156, b"\0")
    checksum = sum(b"".join([*fields, b" " * 8, rest]))
    return b"".join([*fields, b"%06o\0 " % checksum, rest])


class Archive:
    """Reads an archive from a file that can be searched, member by member, holding one at a time.

    A file that is cut in the middle of a member is refused where it was cut; cut between two members it is
    simply an earlier state, which only a later one can contradict.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Raises: Refused (archive_*, header_malformed)."""
        self.file = file
        file.seek(0)
        name, size, self._mtime_field = self._header(0)
        if name != FIRST_NAME or size > LARGEST_HEADER:
            raise Refused("archive_header", member=0)
        header = read(Header, self._content(0, size))
        if header.version != VERSION or not _TIMESTAMP.fullmatch(header.timestamp):
            raise Refused("header_malformed")
        self.timestamp = int(header.timestamp)
        file.seek(0)
        if file.read(BLOCK) != tar_header(FIRST_NAME, size, self.timestamp):
            raise Refused("archive_header", member=0)
        self._first = BLOCK + size + -size % BLOCK

    def members(self) -> Iterator[tuple[Member, bytes]]:
        """Every member after the first with its content, which is what its name says.

        Raises: Refused (archive_*, member_*), with the member's number.
        """
        position, number = self._first, 1
        while True:
            self.file.seek(position)
            if not self.file.read(1):
                return
            self.file.seek(position)
            member, content = self._member(number)
            yield member, content
            position = member.offset + member.size + -member.size % BLOCK
            number += 1

    def content(self, member: Member) -> bytes:
        """The content of a member that `members` gave."""
        self.file.seek(member.offset)
        return self.file.read(member.size)

    def _member(self, number: int) -> tuple[Member, bytes]:
        name, size, mtime_field = self._header(number)
        if not (found := _NAME.fullmatch(name)):
            raise Refused("member_name", member=number)
        if mtime_field != self._mtime_field:
            raise Refused("archive_header", member=number)
        offset = self.file.tell()
        content = self._content(number, size)
        if hashlib.sha256(content).hexdigest() != found[1]:
            raise Refused("member_hash", member=number)
        kind: Kind = "data" if found[2] == "data" else "event"
        return Member(number, offset, size, found[1], kind), content

    def _header(self, number: int) -> tuple[str, int, bytes]:
        """Name, size and time field of the header here, which must be the one header for them."""
        block = self.file.read(BLOCK)
        if len(block) < BLOCK:
            raise Refused("archive_cut", member=number)
        try:
            name = block[:100].rstrip(b"\0").decode("ascii")
            size, mtime = int(block[124:135], 8), int(block[136:147], 8)
            same = tar_header(name, size, mtime) == block
        except (ValueError, UnicodeDecodeError) as problem:
            raise Refused("archive_header", member=number) from problem
        if not same:
            raise Refused("archive_header", member=number)
        if size > LARGEST_MEMBER:
            raise Refused("member_too_large", member=number, bytes=size)
        return name, size, block[136:148]

    def _content(self, number: int, size: int) -> bytes:
        content = self.file.read(size)
        padding = self.file.read(-size % BLOCK)
        if len(content) < size or len(padding) < -size % BLOCK:
            raise Refused("archive_cut", member=number)
        if any(padding):
            raise Refused("archive_header", member=number)
        return content
