"""Who may do what with a poll, and why not. No role beats the clock: ballots stop by the date.

Facts are passed in: `PollFacts` is what a decision needs to know of a poll, its dates and confirmations.
Opening, the closing protocol, certifying and cancelling take two different officials; no one alone can do
any of them, and nobody moves the end of an open vote nearer (cycles/policy.py).
"""

import uuid
from datetime import datetime

import msgspec

from accounts.policy import Actor
from accounts.states import Role
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from cycles.states import is_open
from voting.states import (
    COUNTED_STATES,
    NEEDED_CONFIRMATIONS,
    STATES_OF_ACT,
    Act,
    Delivery,
    PaperPhase,
    PollState,
    SealingPhase,
    Step,
)

PAPER_GIVEN = N_(
    "You were given a paper ballot at a polling place: your vote is the one on paper, and it cannot be sent "
    "here as well."
)


class PollFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A poll as decisions see it. `confirmed_by`: who has confirmed each act and has not withdrawn."""

    state: PollState
    opens_at: datetime
    closes_at: datetime
    confirmed_by: dict[Act, tuple[uuid.UUID, ...]] = {}
    is_imported: bool = False
    sealing: SealingPhase | None = None
    paper: PaperPhase | None = None

    def is_confirmed(self, act: Act) -> bool:
        """Whether four eyes have confirmed the act."""
        return len(self.confirmed_by.get(act, ())) >= NEEDED_CONFIRMATIONS

    def is_casting(self, now: datetime) -> bool:
        """Whether ballots are accepted: confirmed and within the dates; nothing waits for the sweep."""
        return self.is_ready and is_open(self.opens_at, self.closes_at, now)

    def is_due_to_close(self, now: datetime) -> bool:
        """Whether the clock has ended the vote and nobody has frozen its box yet."""
        return self.is_ready and now >= self.closes_at

    @property
    def is_ready(self) -> bool:
        """Open, or to be opened by the clock."""
        return self.state is PollState.OPEN or (
            self.state is PollState.ANNOUNCED and self.is_confirmed(Act.OPEN)
        )


def is_election_officer(actor: Actor | None) -> bool:
    """An official with the role, signed in with the second factor."""
    return actor is not None and actor.is_official and actor.has(Role.ELECTION)


def may_view(actor: Actor | None, poll: PollFacts) -> Verdict:
    """Everybody sees a poll once it is announced; before that, election officers."""
    if poll.state is not PollState.DRAFT or is_election_officer(actor):
        return ALLOW
    return deny(N_("We cannot find this vote."))


def takes_ballots(poll: PollFacts, now: datetime) -> Verdict:
    """Whether ballots are accepted now, by anybody."""
    if poll.is_casting(now):
        return ALLOW
    if poll.is_imported:
        return deny(N_("This vote was held elsewhere. Here are its ballots and its result."))
    if poll.state is PollState.CANCELLED:
        return deny(N_("This vote was cancelled."))
    if poll.state in COUNTED_STATES or poll.state is PollState.CLOSED or now >= poll.closes_at:
        return deny(N_("Voting has ended. Ballots are no longer accepted."))
    if now < poll.opens_at:
        return deny(N_("Voting has not begun yet."))
    return deny(N_("The vote is not open yet: two officials have to confirm its opening first."))


def is_eligible(actor: Actor | None, *, on_roll: bool, frozen: bool = False) -> Verdict:
    """Whether this person may vote at all. `on_roll`: their residence has been verified; or, where the roll
    was frozen before the vote (`frozen`), they are on it.
    """
    if actor is None:
        return deny(N_("Sign in to send your vote."))
    if frozen and not on_roll:
        return deny(N_("You are not on the roll of this vote, which was frozen before it began."))
    if not on_roll:
        return deny(N_("Your residence has to be verified before you can vote."))
    return ALLOW


def may_cast(
    actor: Actor | None,
    poll: PollFacts,
    *,
    on_roll: bool,
    has_voted: bool,
    has_paper: bool = False,
    now: datetime,
) -> Verdict:
    """Whether a first ballot would be accepted from this person now."""
    if not (verdict := _may_send(actor, poll, on_roll=on_roll, has_paper=has_paper, now=now)):
        return verdict
    if has_voted:
        return deny(N_("You have already voted. You can replace your vote until the vote closes."))
    return ALLOW


def may_replace(
    actor: Actor | None,
    poll: PollFacts,
    *,
    on_roll: bool,
    has_voted: bool,
    has_paper: bool = False,
    now: datetime,
) -> Verdict:
    """Whether a ballot may be replaced now by whoever also holds its replacement key."""
    if not (verdict := _may_send(actor, poll, on_roll=on_roll, has_paper=has_paper, now=now)):
        return verdict
    return ALLOW if has_voted else deny(N_("You have not voted yet: there is nothing to replace."))


def _may_send(
    actor: Actor | None, poll: PollFacts, *, on_roll: bool, has_paper: bool, now: datetime
) -> Verdict:
    frozen = poll.sealing is not None
    for verdict in (takes_ballots(poll, now), is_eligible(actor, on_roll=on_roll, frozen=frozen)):
        if not verdict:
            return verdict
    return deny(PAPER_GIVEN) if has_paper else ALLOW


def may_see_result(poll: PollFacts) -> Verdict:
    """Results are seen by everybody at once, when they have been counted."""
    if poll.state in COUNTED_STATES:
        return ALLOW
    return deny(N_("The result is not known yet."))


def may_prepare(actor: Actor | None) -> Verdict:
    """Who may freeze a list of projects into a poll."""
    if actor is not None and actor.is_official and (actor.has(Role.ELECTION) or actor.has(Role.ADMIN)):
        return ALLOW
    return deny(N_("Only an election officer or an administrator may put projects to the vote."))


def may_officiate(actor: Actor | None) -> Verdict:
    """Who may see and use the officer's pages."""
    return ALLOW if is_election_officer(actor) else deny(N_("Only an election officer may do this."))


def may_change_election(actor: Actor | None, poll: PollFacts, *, is_election: bool) -> Verdict:
    """Whether a draft of an election may be written anew. What was announced stays as it is."""
    if not (verdict := may_officiate(actor)):
        return verdict
    if poll.state is not PollState.DRAFT:
        return deny(N_("This vote has been announced already."))
    return ALLOW if is_election else deny(N_("The list of projects is frozen from their cycle."))


def may_announce(actor: Actor | None, poll: PollFacts, *, now: datetime) -> Verdict:
    """Whether a draft may be published now."""
    if not (verdict := may_officiate(actor)):
        return verdict
    if poll.state is not PollState.DRAFT:
        return deny(N_("This vote has been announced already."))
    return ALLOW if now < poll.closes_at else deny(N_("The dates of this vote have passed."))


def may_confirm(actor: Actor | None, poll: PollFacts, act: Act, *, now: datetime) -> Verdict:
    """Whether this person may give one of the two confirmations of `act` now."""
    if not (verdict := may_officiate(actor)):
        return verdict
    if poll.is_imported or poll.state not in STATES_OF_ACT[act]:
        return deny(N_("This cannot be confirmed now."))
    if act is Act.CANCEL and not (verdict := _may_be_cancelled(poll, now)):
        return verdict
    if act is Act.OPEN and now >= poll.closes_at:
        return deny(N_("The dates of this vote have passed."))
    if act is Act.OPEN and poll.sealing not in (None, SealingPhase.READY):
        return deny(N_("First the trustees' keys and the roll have to be ready."))
    if act is Act.CLOSE and poll.paper is PaperPhase.PLANNED:
        return deny(N_("First the papers of every polling place have to be entered and signed."))
    given = poll.confirmed_by.get(act, ())
    if act is Act.CANCEL and not given:
        return deny(N_("Nobody proposes to cancel this vote."))
    if actor is not None and actor.id in given:
        return deny(N_("You have confirmed this. The second confirmation must come from somebody else."))
    if len(given) >= NEEDED_CONFIRMATIONS:
        return deny(N_("Two officials have confirmed this already."))
    return ALLOW


def may_withdraw(actor: Actor | None, poll: PollFacts, act: Act, *, now: datetime) -> Verdict:
    """Whether this person may take their own confirmation back: only before it took effect.

    A proposal to cancel is also set aside by any other officer: it stands in the way of a better one.
    """
    if not (verdict := may_officiate(actor)):
        return verdict
    given = poll.confirmed_by.get(act, ())
    if act is Act.CANCEL and not given:
        return deny(N_("Nobody proposes to cancel this vote."))
    if act is not Act.CANCEL and (actor is None or actor.id not in given):
        return deny(N_("You have not confirmed this."))
    in_effect = poll.state not in STATES_OF_ACT[act] or (
        len(given) >= NEEDED_CONFIRMATIONS and (act is not Act.OPEN or now >= poll.opens_at)
    )
    return deny(N_("The confirmation has taken effect already.")) if in_effect else ALLOW


def may_propose_cancelling(actor: Actor | None, poll: PollFacts, *, now: datetime) -> Verdict:
    """Whether this person may propose, with a public reason, to call the vote off. It takes another's yes."""
    if not (verdict := may_officiate(actor)):
        return verdict
    if not (verdict := _may_be_cancelled(poll, now)):
        return verdict
    if poll.confirmed_by.get(Act.CANCEL):
        return deny(N_("It is proposed already to cancel this vote. Confirm the proposal or set it aside."))
    return ALLOW


def _may_be_cancelled(poll: PollFacts, now: datetime) -> Verdict:
    """A vote that has begun is cancelled before its end only; one that never opened, at any time."""
    if poll.state not in STATES_OF_ACT[Act.CANCEL] or poll.is_due_to_close(now):
        return deny(N_("This vote can no longer be cancelled."))
    return ALLOW


# ── sealed votes ──────────────────────────────────────────────────────────────
BEFORE_OPENING = frozenset({PollState.DRAFT, PollState.ANNOUNCED})


def may_name_trustees(actor: Actor | None, poll: PollFacts) -> Verdict:
    """Whether the trustees may be named, or named anew: before the election is on the board."""
    if not (verdict := may_officiate(actor)):
        return verdict
    if poll.sealing is None:
        return deny(N_("The ballots of this vote are not sealed."))
    early = poll.sealing in (SealingPhase.CHOSEN, SealingPhase.KEYS)
    if poll.state not in BEFORE_OPENING or not early:
        return deny(N_("The trustees are named already, and their keys are being made."))
    return ALLOW


def may_freeze_roll(actor: Actor | None, poll: PollFacts, *, is_frozen: bool) -> Verdict:
    """Whether the roll may be frozen: once, when the keys are there and the vote is announced."""
    if not (verdict := _may_prepare_board(actor, poll)):
        return verdict
    return deny(N_("The roll is frozen already.")) if is_frozen else ALLOW


def may_deliver_credentials(actor: Actor | None, poll: PollFacts, *, is_frozen: bool) -> Verdict:
    """Whether the registrar's public credentials may be delivered, or replaced, now."""
    if not (verdict := _may_prepare_board(actor, poll)):
        return verdict
    return ALLOW if is_frozen else deny(N_("First the roll has to be frozen."))


def may_begin_board(actor: Actor | None, poll: PollFacts, *, has_credentials: bool) -> Verdict:
    """Whether the election may be written on the board, where nothing changes any more."""
    if not (verdict := _may_prepare_board(actor, poll)):
        return verdict
    return ALLOW if has_credentials else deny(N_("First the registrar's credentials have to be delivered."))


def _may_prepare_board(actor: Actor | None, poll: PollFacts) -> Verdict:
    if not (verdict := may_officiate(actor)):
        return verdict
    if poll.sealing is not SealingPhase.ROLL:
        return deny(N_("This step of the ceremony is not open now."))
    if poll.state is not PollState.ANNOUNCED:
        return deny(N_("First the vote has to be announced: nothing of it changes after that."))
    return ALLOW


def may_end_mixing(actor: Actor | None, poll: PollFacts, *, mixed: int, needed: int) -> Verdict:
    """Whether mixing may end before every trustee has mixed: when enough have."""
    if not (verdict := may_officiate(actor)):
        return verdict
    if poll.sealing is not SealingPhase.MIXING:
        return deny(N_("This step of the ceremony is not open now."))
    return ALLOW if mixed >= needed else deny(N_("More trustees have to mix first."))


STEP_OF_PHASE = {
    SealingPhase.POLYNOMIALS: Step.POLYNOMIAL,
    SealingPhase.SHARES: Step.SHARE,
    SealingPhase.MIXING: Step.SHUFFLE,
    SealingPhase.OPENING: Step.DECRYPTION,
}


def step_of_trustees(poll: PollFacts, *, has_threshold: bool) -> Step | None:
    """What trustees deliver now, if anything."""
    if poll.state is PollState.CANCELLED:
        return None
    if poll.sealing is SealingPhase.KEYS:
        return Step.CERTIFICATE if has_threshold else Step.KEY
    return STEP_OF_PHASE.get(poll.sealing) if poll.sealing is not None else None


def may_deliver(poll: PollFacts, step: Step, delivery: Delivery | None, *, has_threshold: bool) -> Verdict:
    """Whether a trustee may deliver at a step. `delivery`: what became of an earlier one of theirs."""
    if step_of_trustees(poll, has_threshold=has_threshold) is not step:
        return deny(N_("Nothing of this kind is expected from you now."))
    if delivery is Delivery.ACCEPTED:
        return deny(N_("What you sent is accepted already."))
    if delivery is Delivery.WAITING:
        return deny(N_("What you sent is being checked."))
    return ALLOW
