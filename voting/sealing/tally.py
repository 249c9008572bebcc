"""The ballots that count, as ciphertexts: the last of each credential, in an order that tells nothing.

Source: Belenios specification, Version 2.0, sections 4.15 (last) and 4.16. The tool sorts the ciphertexts of
a ranked question by alpha, then beta, as numbers; the specification does not say so.
"""

from collections.abc import Iterable

from voting.sealing.refused import Refused
from voting.sealing.wire import Ciphertext, EncryptedTally, read, write

Ciphertexts = tuple[Ciphertext, ...]


def tally_order(ciphertext: Ciphertext) -> tuple[int, str, int, str]:
    """Numbers in base 10 without leading zeros compare by length, then as text."""
    return (len(ciphertext.alpha), ciphertext.alpha, len(ciphertext.beta), ciphertext.beta)


def encrypted_tally(ciphertexts: Iterable[Ciphertext]) -> bytes:
    """The encrypted tally of the ballots that count, in any order."""
    return write((tuple(sorted(ciphertexts, key=tally_order)),))


def read_tally(raw: bytes) -> Ciphertexts:
    """The ciphertexts of our one question. Their numbers are for who uses them to check. Raises: Refused."""
    questions = read(EncryptedTally, raw)
    if len(questions) != 1:
        raise Refused("election_questions", questions=len(questions))
    return questions[0]
