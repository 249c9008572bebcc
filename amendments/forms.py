"""What people type: a change to the text, who proposes it and why, answers, and the secretariat's forms."""

import uuid
from datetime import date
from typing import Annotated, Literal

import msgspec

from amendments.rules.procedure import Event
from amendments.rules.voting_order import OrderPolicy
from amendments.service import ActDraft
from amendments.states import AuthorKind, Outcome
from amendments.text.units import UnitType
from app.kit.i18n import N_

Do = Literal["edit", "insert", "delete", "move", "reject"]
NEW_TYPES: dict[UnitType, str] = {
    "article": N_("an article"),
    "alin": N_("a numbered paragraph, (1)"),
    "lit": N_("a lettered point, a)"),
    "text": N_("a paragraph without a number"),
}
Long = Annotated[str, msgspec.Meta(max_length=20_000)]
Reason = Annotated[str, msgspec.Meta(max_length=5_000)]
Line = Annotated[str, msgspec.Meta(max_length=200)]


class ChangeForm(msgspec.Struct, frozen=True):
    """One change to one place. `slot`: the unit after which something new or moved stands."""

    do: Annotated[Do, msgspec.Meta(extra={"missing": N_("Choose what you want to change.")})]
    unit: Line = ""
    text: Long = ""
    new_type: Literal["article", "alin", "lit", "text"] = "text"
    slot: Line = ""


class ProposalForm(msgspec.Struct, frozen=True):
    """Who proposes, and why."""

    reason: Reason = ""
    author_kind: AuthorKind = AuthorKind.RESIDENT
    on_behalf_of: Line = ""
    separable: bool = False


class ReasonForm(msgspec.Struct, frozen=True):
    """Words that are public."""

    reason: Annotated[
        str,
        msgspec.Meta(
            min_length=20, max_length=5_000, extra={"missing": N_("Write the reason. It is public.")}
        ),
    ]


class AnswerForm(msgspec.Struct, frozen=True):
    """An answer to one amendment. `same_as`: by which accepted amendment it is already in."""

    outcome: Annotated[Outcome, msgspec.Meta(extra={"missing": N_("Choose an answer.")})]
    function: Annotated[
        str,
        msgspec.Meta(
            min_length=3, max_length=200, extra={"missing": N_("Write the function in which you answer.")}
        ),
    ]
    reason: Reason = ""
    same_as: uuid.UUID | None = None
    seen: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    also: list[str] = []


class AnnounceForm(msgspec.Struct, frozen=True):
    """The last day on which proposals are received."""

    proposals_until: date


class ActForm(msgspec.Struct, frozen=True):
    """What is said of an act beside its text."""

    title: Annotated[str, msgspec.Meta(min_length=10, max_length=500)]
    initiator: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    department: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    officer: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    contact: Annotated[str, msgspec.Meta(min_length=3, max_length=300)]
    summary: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    majority: Literal["simple", "absolute", "two_thirds"] = "simple"

    def draft(self) -> ActDraft:
        """As values."""
        return ActDraft(**msgspec.structs.asdict(self))


class StepForm(msgspec.Struct, frozen=True):
    """A step of the procedure that happened."""

    event: Annotated[Event, msgspec.Meta(extra={"missing": N_("Choose the step.")})]
    happened_on: date
    text: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


# ── the council's vote ────────────────────────────────────────────────────────
class CallForm(msgspec.Struct, frozen=True):
    """When and where the council sits."""

    held_on: date
    begins_at: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    place: Annotated[str, msgspec.Meta(min_length=3, max_length=300)]
    policy: Annotated[OrderPolicy, msgspec.Meta(extra={"missing": N_("Choose the order of voting.")})]
    link: Annotated[str, msgspec.Meta(max_length=500, pattern=r"^(https://\S+)?$")] = ""


class CouncillorForm(msgspec.Struct, frozen=True):
    """Somebody who is in the council."""

    name: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    since_on: date
    email: Annotated[str, msgspec.Meta(max_length=200)] = ""


class EndTermForm(msgspec.Struct, frozen=True):
    """The last day of somebody in the council."""

    councillor: Annotated[str, msgspec.Meta(extra={"missing": N_("Choose the councillor.")})]
    until_on: date
