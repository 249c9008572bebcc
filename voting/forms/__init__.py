"""What people type and press around a vote: the draft ballot, the sent one, settings, confirmations."""

from typing import Annotated

import msgspec

from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from voting.forms.draft import (
    SEPARATOR,
    Draft,
    Moved,
    Said,
    make_move,
    make_paper,
    mark_options,
    read_draft,
    shuffled,
    write_draft,
)
from voting.rules.papers import Paper, VoteType
from voting.states import Act

__all__ = [
    "SEPARATOR",
    "ByServerForm",
    "CancelForm",
    "ConfirmForm",
    "Draft",
    "Moved",
    "Said",
    "SendForm",
    "make_move",
    "make_paper",
    "mark_options",
    "read_draft",
    "shuffled",
    "write_draft",
]


class SendForm(msgspec.Struct, frozen=True):
    """The reviewed ballot as it is sent: as a draft writes it, its receipt's secret, an older one's key."""

    ballot: Annotated[str, msgspec.Meta(max_length=2000, extra={"missing": N_("Choose at least one.")})]
    receipt: Annotated[str, msgspec.Meta(max_length=60)]
    replacement_key: Annotated[str, msgspec.Meta(max_length=60)] = ""

    def paper(self, vote_type: VoteType) -> Paper:
        """What the voter says."""
        return make_paper(vote_type, [part for part in self.ballot.split(SEPARATOR) if part])


class ByServerForm(msgspec.Struct, frozen=True):
    """A reviewed ballot, ranked or blank, that the server is to seal, and the voter's secret code, which is
    kept nowhere.
    """

    ballot: Annotated[str, msgspec.Meta(max_length=2000, extra={"missing": N_("Choose at least one.")})]
    code: Annotated[str, msgspec.Meta(max_length=60, extra={"missing": N_("Write your secret code.")})]

    def __post_init__(self) -> None:
        if not self.ballot.strip(SEPARATOR):  # empty by mistake; BLANK says that it is meant
            raise FormErrors({"ballot": Invalid(N_("Choose at least one."))})

    def paper(self) -> Paper:
        """What the voter says."""
        return make_paper("ordinal", [part for part in self.ballot.split(SEPARATOR) if part])


class ConfirmForm(msgspec.Struct, frozen=True):
    """An official confirms, or withdraws, one act; `digest` is what the page showed."""

    act: Act
    digest: Annotated[str, msgspec.Meta(max_length=64)] = ""


class CancelForm(msgspec.Struct, frozen=True):
    """Why a vote is to be called off, for everyone to read."""

    reason: Annotated[
        str,
        msgspec.Meta(
            min_length=10, max_length=2000, extra={"missing": N_("Write the reason; it is public.")}
        ),
    ]
