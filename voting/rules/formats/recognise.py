"""Any election file read: its format is recognised by what it holds, and only then by its name."""

import re

from voting.rules.formats.blt_read import read_blt
from voting.rules.formats.cvr import read_cvr
from voting.rules.formats.debian import read_debian
from voting.rules.formats.pb_read import PbElection, read_pb
from voting.rules.formats.preflib_read import KINDS, read_preflib
from voting.rules.formats.ranked import RankedElection
from voting.rules.formats.text import MalformedFile

_LOOKED_AT = 64 * 1024  # bytes of the beginning
_BLT = re.compile(rb"\d+[ \t,]+\d+[ \t,]*(?:#.*)?\s*")
_CVR = re.compile(rb'(?:.*,)?\s*"?(?:rank|choice|preference)[ _]?1"?\s*(?:,.*)?\s*', re.IGNORECASE)
_TALLY = re.compile(rb"^\s*V:\s", re.MULTILINE)


def read_election(raw: bytes, name: str = "") -> PbElection | RankedElection:
    """Read a Pabulib, PrefLib, BLT, cast-vote-record or Debian tally file. Raises: MalformedFile."""
    match format_of(raw, name):
        case "pb":
            return read_pb(raw)
        case "preflib":
            return read_preflib(raw, name)
        case "blt":
            return read_blt(raw)
        case "cvr":
            return read_cvr(raw)
        case "debian":
            return read_debian(raw)
    raise MalformedFile(1, "not a Pabulib, PrefLib, BLT, cast-vote-record or Debian tally file")


def format_of(raw: bytes, name: str = "") -> str | None:
    """The format a file seems to have: pb, preflib, blt, cvr, debian or none of them."""
    beginning = raw[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip()
    first = beginning.partition(b"\n")[0].strip()
    if first.strip(b"; \t\r").upper() == b"META":
        return "pb"
    if first.startswith(b"#") and (b"ALTERNATIVE NAME" in beginning or b"NUMBER ALTERNATIVES" in beginning):
        return "preflib"
    if _BLT.fullmatch(first):
        return "blt"
    header = first.lower().replace(b'"', b"")
    if _CVR.fullmatch(first) or (b"ballot_id" in header and b"choice" in header):
        return "cvr"
    if b"Option 1-" in beginning or _TALLY.search(beginning):
        return "debian"
    ending = name.lower().removesuffix(".gz").rpartition(".")[2]
    if ending in KINDS or first.isdigit():
        return "preflib"
    return {"pb": "pb", "blt": "blt", "csv": "cvr"}.get(ending)
