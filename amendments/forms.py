"""What people type: a change to the text, who proposes it and why, answers, and the secretariat's forms."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec

from amendments.rules.procedure import Event
from amendments.rules.voting_order import OrderPolicy
from amendments.service import ActDraft
from amendments.states import AuthorKind, Outcome
from amendments.text.typed import Typed
from app.kit.days_off import DayOffChange
from app.kit.forms import Form
from app.kit.i18n import N_

Do = Literal["edit", "insert", "row", "replace", "delete", "move", "reject"]
Long = Annotated[str, msgspec.Meta(max_length=20_000)]
Reason = Annotated[str, msgspec.Meta(max_length=5_000)]
Line = Annotated[str, msgspec.Meta(max_length=200)]


class ChangeForm(msgspec.Struct, frozen=True):
    """One change to one part of the text. `row`: something new that is a row; `place`: where what is new or
    moved would stand (amendments/text/destinations.py).
    """

    do: Annotated[Do, msgspec.Meta(extra={"missing": N_("Choose what you want to change.")})]
    unit: Line = ""
    text: Long = ""
    place: Line = ""

    def typed(self, cells: Sequence[str]) -> Typed:
        """As a value, with the cells of a row."""
        do = "insert" if self.do == "row" else self.do
        return Typed(do=do, unit=self.unit, text=self.text, place=self.place, cells=cells)


def read_cells(form: Form) -> list[str]:
    """The cells of a row, also empty ones: the fields cell-1, cell-2 and so on."""
    named = dict(form.fields)
    found: list[str] = []
    while (name := cell_name(len(found))) in named:
        found.append(named[name])
    return found


def cell_name(column: int) -> str:
    """The field of a cell; columns are counted from nothing."""
    return f"cell-{column + 1}"


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


class PreparedForm(msgspec.Struct, frozen=True):
    """An answer that a department prepares. `revision`: of the one that the page showed."""

    outcome: Annotated[Outcome, msgspec.Meta(extra={"missing": N_("Choose an answer.")})]
    reason: Reason = ""
    same_as: uuid.UUID | None = None
    seen: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    revision: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class AdoptForm(msgspec.Struct, frozen=True):
    """Prepared answers that are given as they are. `adopt`: each as its amendment and revision."""

    function: Annotated[
        str,
        msgspec.Meta(
            min_length=3, max_length=200, extra={"missing": N_("Write the function in which you answer.")}
        ),
    ]
    adopt: list[str] = []


class WithoutDebateForm(msgspec.Struct, frozen=True):
    """Why no public debate is held although one was asked for; public."""

    without_debate: Annotated[str, msgspec.Meta(min_length=20, max_length=5_000)] = ""


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


class ExtendForm(msgspec.Struct, frozen=True):
    """A later last day for proposals, and why."""

    new_until: Annotated[date, msgspec.Meta(extra={"missing": N_("Enter the new last day.")})]
    why: Annotated[
        str,
        msgspec.Meta(
            min_length=20, max_length=2_000, extra={"missing": N_("Write the reason. It is public.")}
        ),
    ]


class DayOffForm(msgspec.Struct, frozen=True):
    """A day off that is declared or taken back. `seen`: as many changes there were when it was looked at."""

    day: Annotated[date, msgspec.Meta(extra={"missing": N_("Enter the day.")})]
    source: Annotated[
        str,
        msgspec.Meta(
            min_length=5,
            max_length=300,
            extra={"missing": N_("Write by which act, with its number and date.")},
        ),
    ]
    note: Annotated[
        str,
        msgspec.Meta(
            min_length=5, max_length=1_000, extra={"missing": N_("Write the reason. It is public.")}
        ),
    ]
    is_off: Literal["yes", "no"] = "yes"
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0

    def change(self) -> DayOffChange:
        """As a value."""
        return DayOffChange(day=self.day, is_off=self.is_off == "yes", source=self.source, note=self.note)


class StepForm(msgspec.Struct, frozen=True):
    """A step of the procedure that happened."""

    event: Annotated[Event, msgspec.Meta(extra={"missing": N_("Choose the step.")})]
    happened_on: date
    text: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class WordingForm(msgspec.Struct, frozen=True):
    """A part of the text with its wording corrected, and why."""

    unit: Line
    reason: Annotated[
        str,
        msgspec.Meta(
            min_length=5, max_length=1_000, extra={"missing": N_("Write the reason. It is public.")}
        ),
    ]
    text: Long = ""


# ── the council's vote ────────────────────────────────────────────────────────
class CallForm(msgspec.Struct, frozen=True):
    """When and where the council sits."""

    held_on: date
    begins_at: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    place: Annotated[str, msgspec.Meta(min_length=3, max_length=300)]
    link: Annotated[str, msgspec.Meta(max_length=500, pattern=r"^(https://\S+)?$")] = ""


class OrderForm(msgspec.Struct, frozen=True):
    """In which order the council votes, and by which provision."""

    policy: Annotated[OrderPolicy, msgspec.Meta(extra={"missing": N_("Choose the order of voting.")})]
    reason: Annotated[
        str,
        msgspec.Meta(
            min_length=5,
            max_length=300,
            extra={"missing": N_("Write which provision of the council’s regulation says so.")},
        ),
    ]


class CouncillorForm(msgspec.Struct, frozen=True):
    """Somebody who is in the council."""

    name: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    since_on: date
    email: Annotated[str, msgspec.Meta(max_length=200)] = ""


class EndTermForm(msgspec.Struct, frozen=True):
    """The last day of somebody in the council."""

    councillor: Annotated[str, msgspec.Meta(extra={"missing": N_("Choose the councillor.")})]
    until_on: date


# ── the public debate meeting ─────────────────────────────────────────────────
Words = Annotated[str, msgspec.Meta(max_length=2_000)]


class DebateRequestForm(msgspec.Struct, frozen=True):
    """An association or authority asks for a public debate."""

    kind: Annotated[
        Literal["association", "authority"], msgspec.Meta(extra={"missing": N_("Choose who asks.")})
    ]
    entity: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    signed_by: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    reason: Words = ""


class DebateForm(msgspec.Struct, frozen=True):
    """What is published of a meeting before it."""

    day: date
    hour: Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    place: Annotated[str, msgspec.Meta(min_length=3, max_length=300)]
    minutes_each: Annotated[int, msgspec.Meta(ge=1, le=60)]
    register_until: date
    how: Annotated[str, msgspec.Meta(min_length=10, max_length=2_000)]
    attending: Annotated[str, msgspec.Meta(min_length=3, max_length=2_000)]
    link: Annotated[str, msgspec.Meta(pattern="^https?://[^ ]+$", max_length=500)] = ""
    capacity: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None


class SpeakerForm(msgspec.Struct, frozen=True):
    """Somebody registers to speak."""

    about: Annotated[str, msgspec.Meta(max_length=500)] = ""
    on_behalf_of: Line = ""
    shows_papers: bool = False
    is_public: bool = False


class WalkInForm(msgspec.Struct, frozen=True):
    """Somebody came without having registered."""

    name: Annotated[str, msgspec.Meta(max_length=200, extra={"missing": N_("Write the name of who speaks.")})]
    on_behalf_of: Line = ""
    about: Annotated[str, msgspec.Meta(max_length=500)] = ""
    is_public: bool = False


class SpokenForm(msgspec.Struct, frozen=True):
    """What a speaker said."""

    position: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    revision: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    spoke: Literal["yes", "no", "waits"] = "waits"
    summary: Annotated[str, msgspec.Meta(max_length=5_000)] = ""


class MinutesForm(msgspec.Struct, frozen=True):
    """Who was there, and what else the minutes say."""

    revision: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    attendance: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    officials: Words = ""
    notes: Annotated[str, msgspec.Meta(max_length=10_000)] = ""


class RecommendationForm(msgspec.Struct, frozen=True):
    """What a speaker recommended. `reads`: the whole part of the text in its new wording."""

    speaker: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    body: Annotated[str, msgspec.Meta(min_length=3, max_length=5_000)]
    unit: Annotated[str, msgspec.Meta(max_length=100)] = ""
    reads: Long = ""


class CorrectionForm(msgspec.Struct, frozen=True):
    """What corrects published minutes."""

    text: Annotated[str, msgspec.Meta(min_length=10, max_length=5_000)]
