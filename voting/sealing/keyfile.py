"""A trustee's secret in a file, under a passphrase: scrypt makes the key, AES-GCM seals.

What is inside is ours; what leaves it (public keys, certificates, shares) has the forms of the specification.

Source: RFC 7914 (scrypt); NIST SP 800-38D (GCM).
"""

import hashlib
import secrets

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voting.sealing.refused import Refused

FORM = "obste-trustee-key"
COST = 2**17  # scrypt's n: 128 MB and half a second
BLOCK_SIZE = 8
HIGHEST_COST = 2**20  # that a file may ask for: 1 GB
SALT_BYTES, NONCE_BYTES = 16, 12


class TrusteeSecret(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a trustee keeps: a private key; or a seed and, after the ceremony, the share sealed to it."""

    private: str = ""
    seed: str = ""
    share: str = ""


class _Locked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    form: str
    version: int
    cost: int
    salt: str
    nonce: str
    sealed: str


def lock(secret: TrusteeSecret, passphrase: str) -> bytes:
    """The file's content."""
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(passphrase, salt, COST)).encrypt(nonce, msgspec.json.encode(secret), FORM.encode())
    return msgspec.json.encode(_Locked(FORM, 1, COST, salt.hex(), nonce.hex(), sealed.hex())) + b"\n"


def unlock(raw: bytes, passphrase: str) -> TrusteeSecret:
    """What `lock` was given. Raises: Refused (key_malformed, key_locked)."""
    try:
        locked = msgspec.json.decode(raw, type=_Locked)
        salt, nonce, sealed = (bytes.fromhex(text) for text in (locked.salt, locked.nonce, locked.sealed))
    except (msgspec.MsgspecError, ValueError) as problem:
        raise Refused("key_malformed") from problem
    known = (locked.form, locked.version, len(nonce)) == (FORM, 1, NONCE_BYTES)
    if not known or not 2 <= locked.cost <= HIGHEST_COST or locked.cost.bit_count() != 1:
        raise Refused("key_malformed")
    try:
        content = AESGCM(_key(passphrase, salt, locked.cost)).decrypt(nonce, sealed, FORM.encode())
    except InvalidTag as problem:
        raise Refused("key_locked") from problem
    return msgspec.json.decode(content, type=TrusteeSecret)


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    memory = 256 * cost * BLOCK_SIZE  # bytes it may use, twice what it needs
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=cost, r=BLOCK_SIZE, p=1, maxmem=memory, dklen=32)
