"""After a sealed vote: how far mixing and opening have come, and who did them."""

from collections.abc import Sequence

import msgspec

from app.kit.context import Ctx
from voting.models import SealedElection, Trustee
from voting.pages.board import archive_name
from voting.pages.words import title_of
from voting.queries import BoardStep, PollInFull
from voting.states import COUNTED_STATES, Act, PollState, SealingPhase


class StageRow(msgspec.Struct, frozen=True):
    """A stage of the opening; `dates` stands where stages of a cycle have theirs: what of it is done."""

    title: str
    dates: str
    state: str
    text: str = ""


class OpeningPage(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is. `is_over`: counted, so that nobody need look again."""

    id: str
    title: str
    stages: list[StageRow]
    is_over: bool
    is_watched: bool
    one_machine: bool


class OpenedBy(msgspec.Struct, frozen=True, kw_only=True):
    """What a result page says of the opening. Without ballots nobody mixed or opened anything."""

    mixed: list[str]
    opened: list[str]
    archive: str
    one_machine: bool


class OpeningFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a board that takes no ballots any more."""

    election: SealedElection
    trustees: Sequence[Trustee]
    steps: Sequence[BoardStep]
    ballots: int

    def by(self, event: str) -> list[str]:
        """The names of those who have done their part, in their order."""
        names = {one.number: one.name for one in self.trustees}
        return [names[step.owner] for step in self.steps if step.type == event and step.owner in names]

    def has(self, event: str) -> bool:
        """Whether this is on the board."""
        return any(step.type == event for step in self.steps)

    @property
    def needed(self) -> int:
        """How many have to open together."""
        return self.election.threshold or len(self.trustees)


def build_opening(ctx: Ctx, full: PollInFull, facts: OpeningFacts, *, is_watched: bool) -> OpeningPage:
    """The stages between the end of a sealed vote and its result. `is_watched`: it asks again by itself."""
    return OpeningPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        stages=_stages(ctx, full, facts),
        is_over=full.facts.state in COUNTED_STATES,
        is_watched=is_watched,
        one_machine=full.poll.one_machine,
    )


def _stages(ctx: Ctx, full: PollInFull, facts: OpeningFacts) -> list[StageRow]:
    is_confirmed = full.facts.is_confirmed(Act.CLOSE)
    phase, is_counted = full.facts.sealing, full.facts.state in COUNTED_STATES
    is_opened = phase is SealingPhase.OPENED
    done = [
        (ctx.gettext("The vote has ended"), _ballots(ctx, facts), facts.has("EndBallots")),
        (ctx.gettext("Two officials confirm what is on the board"), "", is_confirmed),
        (
            ctx.gettext("The ballots that count are put together"),
            "",
            facts.has("EncryptedTally") or is_opened,
        ),
        (ctx.gettext("Trustees mix them, one after another"), *_mixing(ctx, facts, is_opened=is_opened)),
        (ctx.gettext("Trustees open the mixed ballots together"), _opening(ctx, facts), is_opened),
        (ctx.gettext("The count, and the result"), "", is_counted),
    ]
    rows, has_come = [], True
    for title, said, is_done in done:
        state = "done" if is_done else "current" if has_come else "future"
        has_come = has_come and is_done
        rows.append(StageRow(title, said, state))
    return rows


def _ballots(ctx: Ctx, facts: OpeningFacts) -> str:
    return ctx.ngettext("%(num)s sealed ballot was cast.", "%(num)s sealed ballots were cast.", facts.ballots)


def _mixing(ctx: Ctx, facts: OpeningFacts, *, is_opened: bool) -> tuple[str, bool]:
    mixed = facts.by("Shuffle")
    is_over = facts.has("EndShuffles") or is_opened
    said = [ctx.gettext("Mixed by: %(names)s.", names=", ".join(mixed))] if mixed else []
    waiting = [one.name for one in facts.trustees if one.name not in mixed]
    if waiting and facts.has("EncryptedTally") and not is_over:
        said.append(ctx.gettext("Not yet: %(names)s.", names=", ".join(waiting)))
    return " ".join(said), is_over


def _opening(ctx: Ctx, facts: OpeningFacts) -> str:
    opened = facts.by("PartialDecryption")
    said = [ctx.gettext("Opened by: %(names)s.", names=", ".join(opened))] if opened else []
    if facts.has("EndShuffles") and not facts.has("Result"):
        said.append(ctx.gettext("%(needed)s of them are needed.", needed=facts.needed))
    return " ".join(said)


def is_opening(full: PollInFull) -> bool:
    """Whether a sealed vote is between its end and its result."""
    return full.facts.sealing is not None and full.facts.state is PollState.CLOSED


def build_opened_by(full: PollInFull, facts: OpeningFacts) -> OpenedBy:
    """What the result page says."""
    return OpenedBy(
        mixed=facts.by("Shuffle"),
        opened=facts.by("PartialDecryption"),
        archive=archive_name(facts.election),
        one_machine=full.poll.one_machine,
    )
