"""Passwords, second factors, tokens, keyed hashes: thin and named, over libraries made for each.

argon2id at OWASP's 19 MiB, t=2, p=1 (Password Storage Cheat Sheet); it runs in a bounded executor,
because 19 ms on the event loop is 19 ms for everyone.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_executor = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# Verified against when the account is unknown, so that the answer takes as long.
_NOBODY = _hasher.hash(secrets.token_hex(16))
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


async def hash_password(password: str) -> str:
    """argon2id with its parameters and salt in the string."""
    return await asyncio.get_running_loop().run_in_executor(_executor, _hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one; `stored` None (unknown user) takes the same time and is false."""

    def verify() -> bool:
        try:
            _hasher.verify(stored or _NOBODY, password)
            return stored is not None
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.get_running_loop().run_in_executor(_executor, verify)


def needs_rehash(stored: str) -> bool:
    """Whether the parameters have moved on since this hash was made."""
    return _hasher.check_needs_rehash(stored)


def new_token() -> str:
    """256 random bits, for links and cookies. Only `digest(token)` is stored."""
    return secrets.token_urlsafe(32)


def new_code(groups: int = 3, size: int = 4) -> str:
    """A random code that people type, in Crockford's base 32: "7QXM-4T2K-9RVD" (5 bits a letter)."""
    return "-".join("".join(secrets.choice(CROCKFORD) for _ in range(size)) for _ in range(groups))


def normalise_code(typed: str) -> str:
    """What was typed as the code it means: lower case, spaces, O for 0, I and L for 1 are all right."""
    letters = typed.upper().translate(str.maketrans("OIL", "011"))
    return "".join(letter for letter in letters if letter in CROCKFORD)


def digest(token: str) -> str:
    """SHA-256 in hex: how high-entropy tokens and codes are stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(key: str, purpose: str, value: str) -> str:
    """HMAC-SHA-256 in hex under a key of this purpose alone: for values that could be guessed."""
    return hmac.new(_derive(key, purpose), value.encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare in constant time; any text, ASCII or not."""
    return hmac.compare_digest(left.encode(), right.encode())


def _derive(key: str, purpose: str) -> bytes:
    return hmac.new(key.encode(), b"obste:" + purpose.encode(), hashlib.sha256).digest()


def sign(key: str, purpose: str, value: str) -> str:
    """A value that all may read and nobody may change, for links: base64url and a signature."""
    body = base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
    return f"{body}.{keyed_hash(key, f'sign:{purpose}', value)}"


def read_signed(key: str, purpose: str, signed: str) -> str | None:
    """The value that `sign` signed under the same key and purpose; None if it did not."""
    body, _, mark = signed.partition(".")
    try:
        value = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    except (ValueError, UnicodeEncodeError):
        return None
    return value if same(mark, keyed_hash(key, f"sign:{purpose}", value)) else None


def seal(key: str, purpose: str, value: str) -> str:
    """Encrypt a small secret for storage (Fernet: AES-128-CBC with HMAC-SHA-256)."""
    return Fernet(base64.urlsafe_b64encode(_derive(key, purpose))).encrypt(value.encode()).decode()


def unseal(key: str, purpose: str, sealed: str) -> str | None:
    """What `seal` encrypted under the same key and purpose; None if it was not."""
    try:
        return Fernet(base64.urlsafe_b64encode(_derive(key, purpose))).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def new_totp_secret() -> str:
    """A new shared secret for an authenticator (RFC 6238; base 32)."""
    return pyotp.random_base32()


def totp_uri(secret: str, *, account: str, issuer: str) -> str:
    """The otpauth:// address that the QR code shows."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def totp_step(secret: str, code: str, moment: datetime) -> int | None:
    """The 30-second step that `code` belongs to, one step early or late included; None if it is wrong.

    Store the step and refuse one that is not later: a code seen over a shoulder works only once.
    """
    totp = pyotp.TOTP(secret)
    digits = "".join(letter for letter in code if letter.isdigit())
    current = totp.timecode(moment)
    for step in (current, current - 1, current + 1):
        if same(totp.generate_otp(step), digits):
            return step
    return None
