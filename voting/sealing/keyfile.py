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
COST = 2**16  # scrypt's n: 64 MB and a fifth of a second
BLOCK_SIZE = 8
MEMORY = 256 * COST * BLOCK_SIZE  # bytes that scrypt may use, twice what it needs
SALT_BYTES, NONCE_BYTES = 16, 12


class TrusteeSecret(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a trustee keeps: a private key; or a seed and, after the ceremony, the share sealed to it."""

    private: str = ""
    seed: str = ""
    share: str = ""


class _Locked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    form: str
    version: int
    salt: str
    nonce: str
    sealed: str


def lock(secret: TrusteeSecret, passphrase: str) -> bytes:
    """The file's content."""
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, msgspec.json.encode(secret), FORM.encode())
    return msgspec.json.encode(_Locked(FORM, 1, salt.hex(), nonce.hex(), sealed.hex())) + b"\n"


def unlock(raw: bytes, passphrase: str) -> TrusteeSecret:
    """What `lock` was given. Raises: Refused (key_malformed, key_locked)."""
    try:
        locked = msgspec.json.decode(raw, type=_Locked)
        salt, nonce, sealed = (bytes.fromhex(text) for text in (locked.salt, locked.nonce, locked.sealed))
    except (msgspec.MsgspecError, ValueError) as problem:
        raise Refused("key_malformed") from problem
    if (locked.form, locked.version, len(nonce)) != (FORM, 1, NONCE_BYTES):
        raise Refused("key_malformed")
    try:
        content = AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, FORM.encode())
    except InvalidTag as problem:
        raise Refused("key_locked") from problem
    return msgspec.json.decode(content, type=TrusteeSecret)


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=COST, r=BLOCK_SIZE, p=1, maxmem=MEMORY, dklen=32)
