"""From a CNP to the keyed hash that stands for the person, and the keys of this package.

The CNP itself never reaches a table, a log or an address. The key is a setting of its own, so that a stolen
database without it cannot be searched: there are only about ten thousand million CNPs.
"""

from datetime import datetime

from accounts.errors import TooYoung
from accounts.rules import Person, read_cnp, voting_day
from app.kit import crypto
from app.kit.clock import local_date
from app.settings import get_settings


def read_adult(cnp: str, *, now: datetime) -> Person:
    """The person of a valid CNP who may vote today. Raises: InvalidCnp, TooYoung."""
    today = local_date(now)
    person = read_cnp(cnp, today=today)
    if (grown_on := voting_day(person.born_on)) > today:
        raise TooYoung(day=grown_on.strftime("%d.%m.%Y"))
    return person


def hash_identity(person: Person) -> str:
    """The keyed hash under which a person is known here."""
    return crypto.keyed_hash(get_settings().identity_key, "cnp", person.cnp)


def hash_code(purpose: str, code: str) -> str:
    """The keyed hash of a short code that people type."""
    return crypto.keyed_hash(get_settings().secret_key, purpose, crypto.normalise_code(code))


def seal_totp(secret: str) -> str:
    """An authenticator's secret, encrypted for storage."""
    return crypto.seal(get_settings().secret_key, "totp", secret)


def unseal_totp(sealed: str) -> str:
    """The authenticator's secret again. Raises: ValueError when the key is another one."""
    secret = crypto.unseal(get_settings().secret_key, "totp", sealed)
    if secret is None:
        raise ValueError("an authenticator's secret was sealed under another OBSTE_SECRET_KEY")
    return secret
