"""What the roles send each other, as JSON: the structures of the specification, in its order of fields.

Hashes and signatures are over the serialisation, so there is one: compact, fields in the order given here,
optional fields left out. `read` takes nothing else, which also refuses repeated keys, spaces and escapes that
need not be. Big numbers stay text here: they are needed as text for hashing, and become numbers in
`voting.sealing.group`, with its checks.

Source: Belenios specification, Version 2.0, section 4.
"""

import base64
import hashlib
from typing import Any, Literal, TypeVar

import msgspec

from voting.sealing.refused import Refused

T = TypeVar("T")


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all structures."""


class Proof(Wire, frozen=True):
    """A Schnorr proof (4.3)."""

    challenge: str
    response: str


class Ciphertext(Wire, frozen=True):
    """An ElGamal ciphertext (4.3)."""

    alpha: str
    beta: str


class PublicKey(Wire, frozen=True):
    """trustee_public_key (4.5)."""

    pok: Proof
    public_key: str


class SignedMessage(Wire, frozen=True):
    """signed_msg (4.6.1); a certificate is one that carries CertificateKeys."""

    message: str
    signature: Proof


class EncryptedMessage(Wire, frozen=True):
    """encrypted_msg (4.6.1); `data` in hexadecimal."""

    alpha: str
    beta: str
    data: str


class CertificateKeys(Wire, frozen=True):
    """cert_keys (4.6.2)."""

    verification: str
    encryption: str


class ChannelMessage(Wire, frozen=True):
    """channel_msg (4.6.3)."""

    recipient: str
    message: str


class RawPolynomial(Wire, frozen=True):
    """raw_polynomial (4.6.4)."""

    polynomial: tuple[str, ...]


class RawSecret(Wire, frozen=True):
    """secret (4.6.4)."""

    secret: str


class RawShare(Wire, frozen=True):
    """A trustee's decryption key (4.6.6); its field is named by the tool's messages only."""

    decryption_key: str


class RawCoefficients(Wire, frozen=True):
    """raw_coefexps (4.6.4)."""

    coefexps: tuple[str, ...]


class Polynomial(Wire, frozen=True):
    """polynomial (4.6.4): what a trustee sends in step 3."""

    polynomial: str
    secrets: tuple[str, ...]
    coefexps: SignedMessage


class Vinput(Wire, frozen=True):
    """vinput (4.6.5): what a trustee is given for step 5."""

    polynomial: str
    secrets: tuple[str, ...]
    coefexps: tuple[SignedMessage, ...]


class Voutput(Wire, frozen=True):
    """voutput (4.6.6): what a trustee answers in step 5."""

    private_key: str
    public_key: PublicKey


class ThresholdParameters(Wire, frozen=True):
    """threshold_parameters (4.6.7)."""

    threshold: int
    certs: tuple[SignedMessage, ...]
    coefexps: tuple[SignedMessage, ...]
    verification_keys: tuple[PublicKey, ...]


class Single(Wire, frozen=True, array_like=True, tag="Single"):
    """A trustee whose help is always needed (4.7)."""

    key: PublicKey


class Pedersen(Wire, frozen=True, array_like=True, tag="Pedersen"):
    """Trustees of whom a threshold is enough (4.7)."""

    parameters: ThresholdParameters


Trustees = tuple[Single | Pedersen, ...]
Credentials = tuple[str, ...]


class Ranking(Wire, frozen=True):
    """question_nh (4.9.2)."""

    answers: tuple[str, ...]
    question: str


class Question(Wire, frozen=True):
    """question_gen (4.9); homomorphic questions are outside our profile."""

    type: Literal["NonHomomorphic"]
    value: Ranking


class ElectionParameters(Wire, frozen=True, kw_only=True):
    """election (4.10)."""

    version: int
    description: str
    name: str
    group: str
    public_key: str
    questions: tuple[Question, ...]
    uuid: str
    administrator: str | None = None
    credential_authority: str | None = None


class Setup(Wire, frozen=True):
    """setup_data (4.10)."""

    election: str
    trustees: str
    credentials: str


class Answer(Wire, frozen=True):
    """answer_nh (4.11)."""

    choices: Ciphertext
    proof: Proof


class Signature(Wire, frozen=True):
    """signature (4.14)."""

    hash: str
    proof: Proof


class UnsignedBallot(Wire, frozen=True):
    """A ballot as its signature sees it (4.15)."""

    election_uuid: str
    election_hash: str
    credential: str
    answers: tuple[Answer, ...]


class Ballot(Wire, frozen=True):
    """ballot (4.15)."""

    election_uuid: str
    election_hash: str
    credential: str
    answers: tuple[Answer, ...]
    signature: Signature


EncryptedTally = tuple[tuple[Ciphertext, ...], ...]
"""encrypted_tally (4.16): for each question, its ciphertexts."""


class SizedTally(Wire, frozen=True):
    """sized_encrypted_tally (4.16)."""

    num_tallied: int
    total_weight: int
    encrypted_tally: str


class Commitments(Wire, frozen=True, array_like=True):
    """shuffle_commitment_rand (4.17): t1, t2, t3, (t4,1, t4,2), t̂."""

    t1: str
    t2: str
    t3: str
    t4: tuple[str, str]
    chain: tuple[str, ...]


class Responses(Wire, frozen=True, array_like=True):
    """shuffle_response (4.17): s1, s2, s3, s4, ŝ, s'."""

    s1: str
    s2: str
    s3: str
    s4: str
    chain: tuple[str, ...]
    permuted: tuple[str, ...]


class ShuffleProof(Wire, frozen=True, array_like=True):
    """shuffle_proof (4.17): t, s, c, ĉ."""

    commitments: Commitments
    responses: Responses
    permutation: tuple[str, ...]
    chain: tuple[str, ...]


class Shuffle(Wire, frozen=True):
    """shuffle (4.17)."""

    ciphertexts: EncryptedTally
    proofs: tuple[ShuffleProof, ...]


class PartialDecryption(Wire, frozen=True):
    """partial_decryption (4.18)."""

    decryption_factors: tuple[tuple[str, ...], ...]
    decryption_proofs: tuple[tuple[Proof, ...], ...]


class Owned(Wire, frozen=True):
    """owned_shuffle (4.17) and owned_partial_decryption (4.18); owners count from 1."""

    owner: int
    payload: str


class Result(Wire, frozen=True):
    """result (4.19): for each question, the vectors of ranks in shuffled order."""

    result: tuple[tuple[tuple[int, ...], ...], ...]


EventType = Literal[
    "Setup", "Ballot", "EndBallots", "EncryptedTally", "Shuffle", "EndShuffles", "PartialDecryption", "Result"
]


class Event(Wire, frozen=True, kw_only=True):
    """event (4.4)."""

    parent: str | None = None
    height: int
    type: EventType
    payload: str | None = None


class Header(Wire, frozen=True):
    """The first member of an archive (4.4); the timestamp is Unix seconds, as text."""

    version: int
    timestamp: str


def write(value: object) -> bytes:
    """The one serialisation."""
    return msgspec.json.encode(value)


_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def read(shape: type[T], raw: bytes | str) -> T:
    """The value of that shape. Raises: Refused (json_malformed, json_not_canonical)."""
    try:
        value = _decoder(shape).decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Refused("json_malformed", problem=str(problem)[:200]) from problem
    if write(value) != (raw.encode() if isinstance(raw, str) else raw):
        raise Refused("json_not_canonical")
    return value


def _decoder(shape: type[T]) -> msgspec.json.Decoder[T]:
    if shape not in _DECODERS:
        _DECODERS[shape] = msgspec.json.Decoder(shape)
    return _DECODERS[shape]


def name_of(raw: bytes) -> str:
    """SHA-256 in hexadecimal: the name of a member, and what refers to it (4.4)."""
    return hashlib.sha256(raw).hexdigest()


def fingerprint(raw: bytes) -> str:
    """BASE64(SHA256(raw)) without padding: of elections and ballots; a ballot's is its tracker (4.15)."""
    return base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
