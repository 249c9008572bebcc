"""Election files in and out. docs/formats.md says what each format can and cannot hold."""

from voting.rules.formats.blt_read import read_blt
from voting.rules.formats.blt_write import write_blt
from voting.rules.formats.cvr import read_cvr, write_cvr
from voting.rules.formats.debian import read_debian
from voting.rules.formats.pb_read import PbElection, read_pb
from voting.rules.formats.pb_write import amount_text, write_pb
from voting.rules.formats.preflib_read import read_preflib
from voting.rules.formats.preflib_write import preflib_kind, write_preflib
from voting.rules.formats.ranked import RankedElection
from voting.rules.formats.recognise import read_election
from voting.rules.formats.text import MalformedFile

__all__ = [
    "MalformedFile",
    "PbElection",
    "RankedElection",
    "amount_text",
    "preflib_kind",
    "read_blt",
    "read_cvr",
    "read_debian",
    "read_election",
    "read_pb",
    "read_preflib",
    "write_blt",
    "write_cvr",
    "write_pb",
    "write_preflib",
]
