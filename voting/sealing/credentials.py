"""A voter's private code, and the public credential that stands on the roll for it.

The code is 14 random base-58 characters and a check character, written in five groups of three. Its exponent
is stretched with the election's uuid as salt: one code serves several elections, and nobody can tell which of
their public credentials belong together.

Source: Belenios specification, Version 2.0, section 4.8.
"""

import hashlib
from collections.abc import Iterable

from gmpy2 import mpz

from voting.sealing.group import SECRET, Q, Randomness, read_element
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR
from voting.sealing.wire import Credentials, read, write

BASE_58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CODE_LENGTH = 15  # characters, the last one a check
ITERATIONS = 1000  # of PBKDF2; the code itself has 82 random bits
CHECK = 53  # the largest prime below 58


def new_code(random: Randomness = SECRET) -> str:
    """A fresh private code, `xxx-xxx-xxx-xxx-xxx`."""
    characters = "".join(BASE_58[random(58)] for _ in range(CODE_LENGTH - 1))
    return _grouped(characters + _check_character(characters))


def normalise_code(typed: str) -> str:
    """A private code as people type it, in its written form. Raises: Refused (code_malformed).

    Upper and lower case differ; spaces and hyphens do not count.

    >>> normalise_code("ii8HNe cxeUq6 6Mj")
    'ii8-HNe-cxe-Uq6-6Mj'
    """
    plain = "".join(character for character in typed if character not in " -\t\r\n")
    if len(plain) != CODE_LENGTH or any(character not in BASE_58 for character in plain):
        raise Refused("code_malformed")
    if _check_character(plain[:-1]) != plain[-1]:
        raise Refused("code_malformed")
    return _grouped(plain)


def secret_exponent(code: str, uuid: str) -> mpz:
    """secret(c) for one election. Raises: Refused (code_malformed)."""
    stretched = hashlib.pbkdf2_hmac("sha256", normalise_code(code).encode(), uuid.encode(), ITERATIONS)
    return mpz(int.from_bytes(stretched)) % Q


def public_credential(code: str, uuid: str) -> str:
    """public(c): the credential that the code has in one election. Raises: Refused (code_malformed)."""
    return str(GENERATOR.power(secret_exponent(code, uuid)))


def write_credentials(credentials: Iterable[str]) -> bytes:
    """The roll as it is published: sorted as numbers, so that its order tells nothing. Raises: Refused."""
    raw = write(sorted(credentials, key=lambda one: (len(one), one)))
    read_credentials(raw)
    return raw


def read_credentials(raw: bytes) -> frozenset[str]:
    """Every public credential of the roll. Raises: Refused (credential_*), naming the line, from 1.

    An entry may be written with a weight (`credential,1`) and an identity (`credential,,id`), as some tools
    do. Our elections give everybody one vote, so another weight is refused; identities are dropped.
    """
    roll: set[str] = set()
    for line, entry in enumerate(read(Credentials, raw), start=1):
        credential, _, rest = entry.partition(",")
        try:
            read_element(credential)
        except Refused as problem:
            raise Refused("credential_malformed", line=line, problem=problem.reason) from problem
        if rest.split(",")[0] not in ("", "1"):
            raise Refused("credential_weight", line=line)
        if credential in roll:
            raise Refused("credential_repeated", line=line)
        roll.add(credential)
    if not roll:
        raise Refused("credentials_empty")
    return frozenset(roll)


def _check_character(characters: str) -> str:
    number = 0
    for character in characters:
        number = number * 58 + BASE_58.index(character)
    return BASE_58[CHECK - number % CHECK]


def _grouped(plain: str) -> str:
    return "-".join(plain[index : index + 3] for index in range(0, CODE_LENGTH, 3))
