"""Election files in and out: `read_pb`, `write_pb` (Pabulib)."""

from voting.rules.formats.pb_read import PbElection, read_pb
from voting.rules.formats.pb_text import MalformedFile
from voting.rules.formats.pb_write import amount_text, write_pb

__all__ = ["MalformedFile", "PbElection", "amount_text", "read_pb", "write_pb"]
