"""The ceremony in which trustees make a common key that any t of them can use (Pedersen).

Six steps: everybody sends a certificate (1); the officer collects and checks them (2); everybody sends a
polynomial (3); the officer hands each what the others wrote to them (4); everybody checks that and answers
with their share, encrypted to themselves (5); the officer checks the answers and publishes (6). The officer's
machine carries the messages and learns no secret.

Source: Belenios specification, Version 2.0, sections 3.1.1 and 4.6.
"""

from collections.abc import Sequence

from gmpy2 import mpz

from voting.sealing.channel import Keys, receive, send, sign
from voting.sealing.group import SECRET, Q, Randomness, random_scalar, read_scalar, read_sum
from voting.sealing.powers import multi_power
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR
from voting.sealing.trustees import (
    MOST_TRUSTEES,
    check_threshold,
    public_key,
    read_certificate,
    read_coefficients,
    read_public_key,
    share_key,
)
from voting.sealing.wire import (
    Polynomial,
    RawCoefficients,
    RawPolynomial,
    RawSecret,
    RawShare,
    SignedMessage,
    ThresholdParameters,
    Vinput,
    Voutput,
    read,
    write,
)

Certificates = Sequence[SignedMessage]


def check_certificates(certificates: Certificates) -> list[tuple[mpz, mpz]]:
    """Step 2: verification and encryption keys in order. Raises: Refused (certificate_*, threshold_range)."""
    if not 1 <= len(certificates) <= MOST_TRUSTEES:
        raise Refused("threshold_range", members=len(certificates))
    keys = [read_certificate(one) for one in certificates]
    if len({verification for verification, _ in keys}) != len(keys):
        raise Refused("certificate_repeated")
    return keys


def our_number(keys: Keys, certificates: Certificates) -> int:
    """Which certificate, from 1, is ours. Raises: Refused (key_foreign)."""
    for number, pair in enumerate(check_certificates(certificates), start=1):
        if pair == (keys.verification, keys.encryption):
            return number
    raise Refused("key_foreign")


def make_polynomial(
    keys: Keys, certificates: Certificates, threshold: int, random: Randomness = SECRET
) -> Polynomial:
    """Step 3: our random polynomial for us, a point of it for everybody, and commitments for all to see."""
    our_number(keys, certificates)
    if not 1 <= threshold <= len(certificates):
        raise Refused("threshold_range", threshold=threshold, members=len(certificates))
    coefficients = [random_scalar(random) for _ in range(threshold)]
    commitments = tuple(str(GENERATOR.power(one)) for one in coefficients)
    raw = RawPolynomial(tuple(str(one) for one in coefficients))
    secrets = []
    for number, (_, encryption) in enumerate(check_certificates(certificates), start=1):
        point = sum(one * number**power for power, one in enumerate(coefficients)) % Q
        secrets.append(send(keys, encryption, write(RawSecret(str(point))).decode(), random))
    return Polynomial(
        send(keys, keys.encryption, write(raw).decode(), random),
        tuple(secrets),
        sign(keys, write(RawCoefficients(commitments)).decode(), random),
    )


def check_polynomials(
    certificates: Certificates, polynomials: Sequence[Polynomial], threshold: int
) -> list[list[mpz]]:
    """Step 4, before handing on: everybody's commitments, in order. Raises: Refused (coefficients_*)."""
    keys = check_certificates(certificates)
    if len(polynomials) != len(keys) or any(len(one.secrets) != len(keys) for one in polynomials):
        raise Refused("coefficients_count", found=len(polynomials), wanted=len(keys))
    return [
        read_coefficients(one.coefexps, verification, threshold)
        for one, (verification, _) in zip(polynomials, keys, strict=True)
    ]


def make_vinput(polynomials: Sequence[Polynomial], number: int) -> Vinput:
    """Step 4: what the trustee of that number, from 1, is given."""
    return Vinput(
        polynomials[number - 1].polynomial,
        tuple(one.secrets[number - 1] for one in polynomials),
        tuple(one.coefexps for one in polynomials),
    )


def make_voutput(
    keys: Keys, certificates: Certificates, vinput: Vinput, threshold: int, random: Randomness = SECRET
) -> Voutput:
    """Step 5: check what the others sent and answer with our share.

    The threshold is what the trustees agreed on: commitments to another degree are refused. Raises: Refused
    (secret_wrong naming the sender, message_*, coefficients_*, key_foreign).
    """
    number = our_number(keys, certificates)
    pairs = check_certificates(certificates)
    if not len(pairs) == len(vinput.secrets) == len(vinput.coefexps):
        raise Refused("coefficients_count", found=len(vinput.coefexps), wanted=len(pairs))
    own = read(RawPolynomial, receive(keys, keys.verification, vinput.polynomial)).polynomial
    total = mpz(0)
    for sender, (verification, _) in enumerate(pairs, start=1):
        commitments = read_coefficients(vinput.coefexps[sender - 1], verification, threshold)
        if sender == number and commitments != [GENERATOR.power(read_scalar(one)) for one in own]:
            raise Refused("secret_wrong", sender=sender)
        message = receive(keys, verification, vinput.secrets[sender - 1])
        secret = read_sum(read(RawSecret, message).secret)
        exponents = [mpz(number) ** power for power in range(threshold)]
        if GENERATOR.power(secret) != multi_power(commitments, exponents):
            raise Refused("secret_wrong", sender=sender)
        total += secret
    share = total % Q
    sealed = send(keys, keys.encryption, write(RawShare(str(share))).decode(), random)
    return Voutput(sealed, public_key(share, random))


def finish(
    certificates: Certificates,
    polynomials: Sequence[Polynomial],
    voutputs: Sequence[Voutput],
    threshold: int,
) -> ThresholdParameters:
    """Step 6: what is published. Raises: Refused, naming the member whose answer is wrong."""
    coefficients = check_polynomials(certificates, polynomials, threshold)
    for number, voutput in enumerate(voutputs, start=1):
        if read_public_key(voutput.public_key) != share_key(coefficients, number):
            raise Refused("verification_key", member=number)
    parameters = ThresholdParameters(
        threshold,
        tuple(certificates),
        tuple(one.coefexps for one in polynomials),
        tuple(one.public_key for one in voutputs),
    )
    check_threshold(parameters)
    return parameters


def open_share(keys: Keys, sealed: str) -> mpz:
    """Our decryption key out of the `private_key` of our answer in step 5. Raises: Refused (message_*)."""
    return read_sum(read(RawShare, receive(keys, keys.verification, sealed)).decryption_key)
