"""Trustees' keys, and the key of an election that is put together from them.

A trustee counts by number, from 1, through all items of the file: each `Single` is one whose help is needed,
each `Pedersen` is several of whom a threshold is enough (`voting.sealing.threshold` makes those).

Source: Belenios specification, Version 2.0, sections 3.1.1, 4.5, 4.6.7 and 4.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import gmpy2
from gmpy2 import mpz

from voting.sealing.group import GROUP_NAME, SECRET, Q, Randomness, random_scalar, read_element, read_scalar
from voting.sealing.powers import Base, base_of, multi_power, product
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR, is_proved, prove
from voting.sealing.wire import (
    CertificateKeys,
    Pedersen,
    PublicKey,
    RawCoefficients,
    SignedMessage,
    Single,
    ThresholdParameters,
    Trustees,
    read,
    write,
)

MOST_TRUSTEES = 50  # of one election; a town has three to seven


@dataclass(frozen=True, slots=True)
class Circle:
    """One item of the trustees' file: the numbers of its members, and how many of them are needed."""

    members: tuple[int, ...]
    needed: int


@dataclass(frozen=True, slots=True)
class TrusteeSet:
    """Trustees that were read and checked: verification keys in the order of their numbers, and circles."""

    keys: tuple[Base, ...]
    circles: tuple[Circle, ...]
    election_key: mpz

    def number_of(self, key: mpz) -> int:
        """Whose verification key that is. Raises: Refused (key_foreign)."""
        for number, base in enumerate(self.keys, start=1):
            if base.value == key:
                return number
        raise Refused("key_foreign")

    def key(self, owner: int) -> Base | None:
        """The verification key of a trustee by number; None when there is no such trustee."""
        return self.keys[owner - 1] if 1 <= owner <= len(self.keys) else None


def new_private_key(random: Randomness = SECRET) -> mpz:
    """A fresh private key of a single trustee."""
    return random_scalar(random)


def public_key(private: mpz, random: Randomness = SECRET) -> PublicKey:
    """The public key with its proof of knowledge (4.5)."""
    public = GENERATOR.power(private)
    return PublicKey(prove(_key_text(public), private, random), str(public))


def read_public_key(key: PublicKey) -> mpz:
    """The key's element. Raises: Refused (trustee_proof, and those of the group)."""
    public = read_element(key.public_key)
    if not is_proved(_key_text(public), public, key.pok):
        raise Refused("trustee_proof")
    return public


def read_private_key(raw: bytes) -> mpz:
    """The private key in a file as `belenios-tool` writes it: a number as a JSON string. Raises: Refused."""
    return read_scalar(read(str, raw.strip()))


def read_trustees(raw: bytes) -> TrusteeSet:
    """Every trustee, checked. Raises: Refused (trustee*, certificate*, coefficients*, ...)."""
    keys: list[mpz] = []
    circles: list[Circle] = []
    parts: list[mpz] = []
    for item in read(Trustees, raw):
        first = len(keys) + 1
        if isinstance(item, Single):
            keys.append(read_public_key(item.key))
            parts.append(keys[-1])
            circles.append(Circle((first,), 1))
        else:
            members, part = check_threshold(item.parameters)
            keys += members
            parts.append(part)
            numbers = tuple(range(first, first + len(members)))
            circles.append(Circle(numbers, item.parameters.threshold))
    if not keys:
        raise Refused("trustees_empty")
    if len(keys) > MOST_TRUSTEES or len(set(keys)) != len(keys):
        raise Refused("trustee_key_repeated")
    election_key = product(parts)
    return TrusteeSet(tuple(base_of(key) for key in keys), tuple(circles), election_key)


def write_trustees(items: Sequence[PublicKey | ThresholdParameters]) -> bytes:
    """The trustees' file of an election."""
    kinds = [Single(one) if isinstance(one, PublicKey) else Pedersen(one) for one in items]
    return write(kinds)


def check_threshold(parameters: ThresholdParameters) -> tuple[list[mpz], mpz]:
    """The members' verification keys and their part of the election's key (4.6.7). Raises: Refused."""
    members = len(parameters.certs)
    if not 1 <= parameters.threshold <= members <= MOST_TRUSTEES:
        raise Refused("threshold_range", threshold=parameters.threshold, members=members)
    if not members == len(parameters.coefexps) == len(parameters.verification_keys):
        raise Refused("threshold_range", threshold=parameters.threshold, members=members)
    verification = [read_certificate(certificate)[0] for certificate in parameters.certs]
    if len(set(verification)) != members:
        raise Refused("certificate_repeated")
    coefficients = [
        read_coefficients(message, key, parameters.threshold)
        for message, key in zip(parameters.coefexps, verification, strict=True)
    ]
    keys = []
    for number, key in enumerate(parameters.verification_keys, start=1):
        public = read_public_key(key)
        if public != share_key(coefficients, number):
            raise Refused("verification_key", member=number)
        keys.append(public)
    return keys, product([row[0] for row in coefficients])


def read_certificate(certificate: SignedMessage) -> tuple[mpz, mpz]:
    """A member's verification and encryption key (4.6.2). Raises: Refused (certificate_signature, ...)."""
    keys = read(CertificateKeys, certificate.message)
    verification = read_element(keys.verification)
    if not is_signed(certificate, verification):
        raise Refused("certificate_signature")
    return verification, read_element(keys.encryption)


def read_coefficients(message: SignedMessage, verification: mpz, threshold: int) -> list[mpz]:
    """A member's commitments to its polynomial (4.6.4). Raises: Refused (coefficients_*)."""
    if not is_signed(message, verification):
        raise Refused("coefficients_signature")
    texts = read(RawCoefficients, message.message).coefexps
    if len(texts) != threshold:
        raise Refused("coefficients_count", found=len(texts), wanted=threshold)
    return [read_element(text) for text in texts]


def share_key(coefficients: Sequence[Sequence[mpz]], number: int) -> mpz:
    """g to member `number`'s decryption key, from everybody's commitments (4.6.6)."""
    exponents = [mpz(number) ** power for power in range(len(coefficients[0]))]
    return product([multi_power(row, exponents) for row in coefficients])


def is_signed(message: SignedMessage, verification: mpz) -> bool:
    """Whether the holder of that key signed the message (4.6.1)."""
    return is_proved(f"sigmsg|{message.message}", verification, message.signature)


def lagrange(present: Sequence[int], number: int) -> mpz:
    """The weight of member `number`'s share among those `present`, numbered within their circle (4.19)."""
    weight = mpz(1)
    for other in present:
        if other != number:
            weight = weight * other * gmpy2.invert(mpz(other - number) % Q, Q) % Q
    return weight


def _key_text(public: mpz) -> str:
    return f"pok|{GROUP_NAME}|{public}"
