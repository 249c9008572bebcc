"""Election files in and out. docs/formats.md says what each format can and cannot hold."""

from voting.rules.formats.blt_read import read_blt
from voting.rules.formats.blt_write import write_blt
from voting.rules.formats.cvr import read_cvr, write_cvr
from voting.rules.formats.pb_read import PbElection, read_pb
from voting.rules.formats.pb_write import amount_text, write_pb
from voting.rules.formats.ranked import RankedElection
from voting.rules.formats.text import MalformedFile

__all__ = [
    "MalformedFile",
    "PbElection",
    "RankedElection",
    "amount_text",
    "read_blt",
    "read_cvr",
    "read_pb",
    "write_blt",
    "write_cvr",
    "write_pb",
]
