"""Messages between trustees through a server that must not read or change them.

Each trustee has one secret seed of 22 base-58 characters, from which the signing and the decryption key come.
A message is signed with its recipient's name in it, then encrypted for that recipient.

The specification names AES in CCM mode and leaves two lengths open; the tool's messages open with a tag of
8 bytes and the first 13 bytes of the initialisation vector as nonce (for messages below 64 KiB).

Source: Belenios specification, Version 2.0, sections 4.6.1 to 4.6.3.
"""

import hashlib
from dataclasses import dataclass

import gmpy2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from gmpy2 import mpz, powmod

from voting.sealing.credentials import BASE_58
from voting.sealing.group import SECRET, P, Randomness, hash_number, random_scalar, read_element
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR, prove
from voting.sealing.trustees import is_signed
from voting.sealing.wire import CertificateKeys, ChannelMessage, EncryptedMessage, SignedMessage, read, write

SEED_LENGTH = 22  # characters: 128 bits
TAG_BYTES = 8
NONCE_BYTES = 13
LONGEST_MESSAGE = 2**16 - 1  # bytes: what a nonce of 13 bytes leaves room to count


@dataclass(frozen=True, slots=True)
class Keys:
    """A trustee's four keys, derived from the seed."""

    signing: mpz
    verification: mpz
    decryption: mpz
    encryption: mpz


def new_seed(random: Randomness = SECRET) -> str:
    """A fresh secret seed."""
    return "".join(BASE_58[random(58)] for _ in range(SEED_LENGTH))


def keys_of(seed: str) -> Keys:
    """The keys of a seed. Raises: Refused (key_malformed)."""
    if len(seed) != SEED_LENGTH or any(character not in BASE_58 for character in seed):
        raise Refused("key_malformed")
    signing, decryption = hash_number("sk|", seed), hash_number("dk|", seed)
    return Keys(signing, GENERATOR.power(signing), decryption, GENERATOR.power(decryption))


def certificate(keys: Keys, random: Randomness = SECRET) -> SignedMessage:
    """The public keys, signed by themselves (4.6.2)."""
    content = CertificateKeys(str(keys.verification), str(keys.encryption))
    return sign(keys, write(content).decode(), random)


def sign(keys: Keys, message: str, random: Randomness = SECRET) -> SignedMessage:
    """A signed message (4.6.1)."""
    return SignedMessage(message, prove(f"sigmsg|{message}", keys.signing, random))


def send(keys: Keys, recipient: mpz, message: str, random: Randomness = SECRET) -> str:
    """send(sk, recipient, message) of 4.6.3; `recipient` is an encryption key."""
    signed = sign(keys, write(ChannelMessage(str(recipient), message)).decode(), random)
    return write(_encrypt(recipient, write(signed), random)).decode()


def receive(keys: Keys, sender: mpz, sent: str) -> str:
    """The message that the holder of the verification key `sender` sent to us.

    Raises: Refused (message_malformed, message_signature, message_recipient).
    """
    signed = read(SignedMessage, _decrypt(keys, read(EncryptedMessage, sent)))
    if not is_signed(signed, sender):
        raise Refused("message_signature")
    message = read(ChannelMessage, signed.message)
    if message.recipient != str(keys.encryption):
        raise Refused("message_recipient")
    return message.message


def _encrypt(recipient: mpz, content: bytes, random: Randomness) -> EncryptedMessage:
    if len(content) > LONGEST_MESSAGE:
        raise Refused("message_malformed", bytes=len(content))
    secret, hidden = random_scalar(random), GENERATOR.power(random_scalar(random))
    alpha = GENERATOR.power(secret)
    beta = powmod(recipient, secret, P) * hidden % P
    key, nonce = _symmetric(hidden, alpha)
    data = AESCCM(key, tag_length=TAG_BYTES).encrypt(nonce, content, None)
    return EncryptedMessage(str(alpha), str(beta), data.hex())


def _decrypt(keys: Keys, message: EncryptedMessage) -> bytes:
    alpha, beta = read_element(message.alpha), read_element(message.beta)
    hidden = beta * gmpy2.invert(powmod(alpha, keys.decryption, P), P) % P
    key, nonce = _symmetric(hidden, alpha)
    try:
        return AESCCM(key, tag_length=TAG_BYTES).decrypt(nonce, bytes.fromhex(message.data), None)
    except (InvalidTag, ValueError) as problem:
        raise Refused("message_malformed") from problem


def _symmetric(hidden: mpz, alpha: mpz) -> tuple[bytes, bytes]:
    """The key and the nonce of AES for one message."""
    key = hashlib.sha256(f"key|{hidden}".encode()).digest()
    return key, hashlib.sha256(f"iv|{alpha}".encode()).digest()[:NONCE_BYTES]
