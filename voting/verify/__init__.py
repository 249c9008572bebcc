"""Check a published election, or count any election file, from its files alone: no database, no trust in us.

`verify_record` takes our election record or a Pabulib `.pb` file, repeats every step that can be repeated,
and lists each check with what was expected and what was found. A record forged as a whole (papers, digests,
chain and result all made anew) is consistent in itself; it is found by its digest, which the public
register holds (`expected_digest`).
"""

from voting.verify.checks import Check, Verification, verify_record
from voting.verify.commands import DIFFERS, OK, UNREADABLE, count_main, main, told
from voting.verify.election import count_file
from voting.verify.opened import verify_counted
from voting.verify.source import Unreadable, read_source

__all__ = [
    "DIFFERS",
    "OK",
    "UNREADABLE",
    "Check",
    "Unreadable",
    "Verification",
    "count_file",
    "count_main",
    "main",
    "read_source",
    "told",
    "verify_counted",
    "verify_record",
]
