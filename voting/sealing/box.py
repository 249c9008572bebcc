"""The ballot box as a chain anyone can check, and receipts that show a vote is in it and nothing else.

An entry holds a check code and a commitment to the paper, never the paper. Entries are chained by hash, so
none can be changed, dropped or moved without every later hash changing; the head is published in the
register. The salt of a commitment stays with the server, so published papers cannot be matched with codes.

Definitions (|| joins bytes; hex and JSON are ASCII): * head 0 = SHA-256("obste-box" || contest digest in
hex), in hex * entry hash = SHA-256(previous hash in hex || JSON array [position, code, commitment, replaces
or null], no spaces) * commitment = SHA-256(32 bytes of salt || canonical paper bytes), in hex * secret =
100 random bits as 20 Crockford base-32 characters, shown as five groups of four with hyphens * check code =
first 60 bits of SHA-256("obste-receipt" || poll id || secret as its 20 characters), as 12 characters, shown
as three groups of four; a sealed ballot's is the first 60 bits of its tracker. Crockford's alphabet is 0-9
and A-Z without I, L, O, U; when read, O counts as 0, I and L as 1, case, spaces and hyphens do not count.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32
SECRET_LENGTH = 20  # characters, 100 bits: not to be guessed
CODE_LENGTH = 12  # characters, 60 bits: two equal codes in a million votes are a one-in-two-million chance
SALT_BYTES = 32
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})

CodeStatus = Literal["counted", "replaced"]


class InvalidCode(ValueError):
    """Text that is no code: wrong length or a character that codes do not have."""


class BrokenChain(ValueError):
    """The box does not check: the position of the first entry that is wrong (0: its head), and a reason
    code.
    """

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"entry {position}: {reason}")
        self.position = position
        self.reason = reason


class BoxHead(msgspec.Struct, frozen=True):
    """The state of a box: how many entries, and the last hash."""

    position: int
    hash: str


class BoxEntry(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One entry; in JSON the array [position, code, commitment, replaces, hash]."""

    position: int
    code: str
    commitment: str
    replaces: str | None
    hash: str

    @property
    def head(self) -> BoxHead:
        """The state of the box after this entry."""
        return BoxHead(self.position, self.hash)


def genesis(contest_digest: str) -> BoxHead:
    """The head of an empty box, bound to the contest it is for."""
    return BoxHead(0, hashlib.sha256(b"obste-box" + contest_digest.encode()).hexdigest())


def append(head: BoxHead, *, code: str, commitment: str, replaces: str | None = None) -> BoxEntry:
    """The next entry. `replaces` is the code of the entry that stops counting. The caller holds the box's
    lock.
    """
    position = head.position + 1
    return BoxEntry(
        position, code, commitment, replaces, _entry_hash(head.hash, position, code, commitment, replaces)
    )


def _entry_hash(previous: str, position: int, code: str, commitment: str, replaces: str | None) -> str:
    body = msgspec.json.encode((position, code, commitment, replaces))
    return hashlib.sha256(previous.encode() + body).hexdigest()


def check_chain(contest_digest: str, entries: Sequence[BoxEntry], head: str | None = None) -> BoxHead:
    """Check every entry and, when `head` is given, that the box ends there; return the head.

    Positions run from 1 without gaps, codes are well formed and used once, an entry replaces only one that
    still counts. Raises: BrokenChain.
    """
    state = genesis(contest_digest)
    counting: set[str] = set()
    seen: set[str] = set()
    for expected, entry in enumerate(entries, start=1):
        if entry.position != expected:
            raise BrokenChain(expected, "position")
        if append(state, code=entry.code, commitment=entry.commitment, replaces=entry.replaces) != entry:
            raise BrokenChain(expected, "hash")
        if not _is_code(entry.code):
            raise BrokenChain(expected, "code_malformed")
        if entry.code in seen:
            raise BrokenChain(expected, "code_repeated")
        if entry.replaces is not None and entry.replaces not in counting:
            raise BrokenChain(expected, "replaces_unknown")
        counting.discard(entry.replaces or "")
        counting.add(entry.code)
        seen.add(entry.code)
        state = entry.head
    if head is not None and head != state.hash:
        raise BrokenChain(0, "head")
    return state


def code_statuses(entries: Iterable[BoxEntry]) -> dict[str, CodeStatus]:
    """Whether each code counts or was replaced, sorted by code."""
    status: dict[str, CodeStatus] = {}
    for entry in entries:
        status[entry.code] = "counted"
        if entry.replaces is not None:
            status[entry.replaces] = "replaced"
    return dict(sorted(status.items()))


def commit(salt: bytes, paper: bytes) -> str:
    """The commitment to a paper. Raises: ValueError for a salt of the wrong length."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return hashlib.sha256(salt + paper).hexdigest()


def new_salt() -> bytes:
    """A fresh salt; kept beside the paper, never published."""
    return secrets.token_bytes(SALT_BYTES)


def new_receipt(poll_id: str) -> tuple[str, str]:
    """A fresh secret and its check code, both with hyphens. The secret is shown once and only its code is
    stored.
    """
    secret = show(_base32(secrets.randbits(5 * SECRET_LENGTH), SECRET_LENGTH))
    return secret, code_of(secret, poll_id)


def code_of(secret: str, poll_id: str) -> str:
    """The check code of a secret, typed in any accepted way. Raises: InvalidCode.

    >>> code_of("0000-0000-0000-0000-0000", "5e1f")
    '94MX-PPJT-8MAN'
    """
    plain = _plain(secret, SECRET_LENGTH)
    hashed = hashlib.sha256(b"obste-receipt" + poll_id.encode() + plain.encode()).digest()
    return _code_of_hash(hashed)


def code_of_tracker(tracker: str) -> str:
    """The check code of a sealed ballot, whose tracker is the SHA-256 of its text in Base64.

    >>> code_of_tracker("SmQuevN35TwEQGh7f0HNYP4UbLW41WVwwLWbNBvOOBk")
    '99J2-WYQK-EZJK'
    """
    return _code_of_hash(base64.b64decode(tracker + "="))


def _code_of_hash(hashed: bytes) -> str:
    return show(_base32(int.from_bytes(hashed[:8]) >> 4, CODE_LENGTH))


def normalise_code(typed: str) -> str:
    """A check code as people type it, in its one written form. Raises: InvalidCode.

    >>> normalise_code("7qxm 4t2k 9rvo")
    '7QXM-4T2K-9RV0'
    """
    return show(_plain(typed, CODE_LENGTH))


def normalise_secret(typed: str) -> str:
    """A secret as people type it, in its one written form. Raises: InvalidCode."""
    return show(_plain(typed, SECRET_LENGTH))


def show(plain: str) -> str:
    """Groups of four with hyphens."""
    return "-".join(plain[index : index + 4] for index in range(0, len(plain), 4))


def _plain(typed: str, length: int) -> str:
    """The bare characters. Raises: InvalidCode."""
    dashes = str.maketrans("", "", "-\u2010\u2011\u2012\u2013\u2212")
    plain = "".join(typed.split()).translate(dashes).upper().translate(_READ_AS)
    if len(plain) != length or any(character not in ALPHABET for character in plain):
        raise InvalidCode("a code has another length or other characters")
    return plain


def _is_code(text: str) -> bool:
    try:
        return normalise_code(text) == text
    except InvalidCode:
        return False


def _base32(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))
