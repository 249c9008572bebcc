"""The tables of voting: polls and what every vote has; and what sealed votes have besides."""

from voting.models.polls import (
    APPEND_ONLY,
    BoxEntry,
    Confirmation,
    Participation,
    Poll,
    PollOption,
    ResultFile,
    Tally,
)
from voting.models.sealed import (
    BOARD_TABLES,
    BoardBallot,
    BoardMember,
    BoardPart,
    CeremonyMessage,
    CredentialHolder,
    RollCredential,
    RollEntry,
    SealedElection,
    Trustee,
)

__all__ = [
    "APPEND_ONLY",
    "BOARD_TABLES",
    "BoardBallot",
    "BoardMember",
    "BoardPart",
    "BoxEntry",
    "CeremonyMessage",
    "Confirmation",
    "CredentialHolder",
    "Participation",
    "Poll",
    "PollOption",
    "ResultFile",
    "RollCredential",
    "RollEntry",
    "SealedElection",
    "Tally",
    "Trustee",
]
