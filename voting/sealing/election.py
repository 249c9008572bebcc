"""The parameters of one sealed election: what is asked, in which group, under which key.

Our profile is narrow on purpose: the group RFC-3526-2048, version 1, one question that is ranked, at most 254
options. Texts hold no control characters, because JSON writers differ in how they escape them and the
fingerprint is over the serialisation.

Source: Belenios specification, Version 2.0, sections 4.9.2 and 4.10.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from voting.sealing.credentials import BASE_58
from voting.sealing.encoding import MAX_OPTIONS
from voting.sealing.group import GROUP_NAME, SECRET, Randomness, read_element
from voting.sealing.powers import Base, base_of
from voting.sealing.refused import Refused
from voting.sealing.wire import ElectionParameters, Question, Ranking, fingerprint, read, write

VERSION = 1
UUID_LENGTH = 14  # characters: the least; 82 bits
LONGEST_UUID = 64
_UUID = re.compile(f"[{BASE_58}]{{{UUID_LENGTH},{LONGEST_UUID}}}", re.ASCII)
_CONTEST = re.compile(r"\bcontest sha256:([0-9a-f]{64})\b", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Election:
    """An election that was read and checked; `fingerprint` is φ."""

    raw: bytes
    parameters: ElectionParameters
    fingerprint: str
    key_value: mpz

    @property
    def key(self) -> Base:
        """The public key y. Its table belongs to the process, not to this value, which others are sent."""
        return base_of(self.key_value)

    @property
    def uuid(self) -> str:
        """The election's identifier, the salt of its credentials."""
        return self.parameters.uuid

    @property
    def options(self) -> int:
        """How many options are ranked."""
        return len(self.parameters.questions[0].value.answers)


def new_uuid(random: Randomness = SECRET) -> str:
    """A fresh identifier."""
    return "".join(BASE_58[random(58)] for _ in range(UUID_LENGTH))


def make_election(
    *,
    uuid: str,
    name: str,
    description: str,
    question: str,
    options: Sequence[str],
    key: mpz,
    administrator: str | None = None,
    credential_authority: str | None = None,
) -> Election:
    """An election of our profile. Raises: Refused (election_*), ValueError for control characters."""
    texts = [name, description, question, *options, administrator or "", credential_authority or ""]
    if any(_CONTROL.search(text) for text in texts):
        raise ValueError("texts of an election hold no control characters")
    parameters = ElectionParameters(
        version=VERSION,
        description=description,
        name=name,
        group=GROUP_NAME,
        public_key=str(key),
        questions=(Question("NonHomomorphic", Ranking(tuple(options), question)),),
        uuid=uuid,
        administrator=administrator,
        credential_authority=credential_authority,
    )
    return read_election(write(parameters))


def contest_line(digest: str) -> str:
    """The line of a description that binds an election to a contest, by SHA-256 of its canonical JSON."""
    return f"contest sha256:{digest}"


def bound_contest(election: Election) -> str | None:
    """The digest of the contest in the description, the only one; None when there is not exactly one."""
    found: list[str] = _CONTEST.findall(election.parameters.description)
    return found[0] if len(found) == 1 else None


def read_election(raw: bytes) -> Election:
    """The election of those bytes. Raises: Refused (election_*, json_*, and those of the group)."""
    parameters = read(ElectionParameters, raw)
    if parameters.group != GROUP_NAME:
        raise Refused("election_group", group=parameters.group[:40])
    if parameters.version != VERSION:
        raise Refused("election_version", version=parameters.version)
    if not _UUID.fullmatch(parameters.uuid):
        raise Refused("election_uuid", uuid=parameters.uuid[:80])
    if len(parameters.questions) != 1:
        raise Refused("election_questions", questions=len(parameters.questions))
    options = len(parameters.questions[0].value.answers)
    if not 1 <= options <= MAX_OPTIONS:
        raise Refused("election_questions", options=options)
    key = read_element(parameters.public_key)
    return Election(raw, parameters, fingerprint(raw), key)
