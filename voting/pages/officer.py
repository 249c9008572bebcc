"""The pages of the election officer: the desk of a poll, and cancelling it."""

from datetime import datetime

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import N_
from app.kit.outbox import OutboxMessage
from app.kit.policy import Verdict
from voting.models import Confirmation
from voting.pages.words import rule_title, shown_state, state_text, title_of
from voting.policy import (
    may_announce,
    may_change_election,
    may_confirm,
    may_propose_cancelling,
    may_set_places,
    may_withdraw,
)
from voting.queries import PollInFull
from voting.states import NEEDED_CONFIRMATIONS, STATES_OF_ACT, Act, PollState


class ActRow(msgspec.Struct, frozen=True, kw_only=True):
    """One act that takes two officials, as the officer sees it."""

    act: str
    title: str
    text: str
    digest: str
    digest_label: str
    given: list[tuple[str, datetime]]
    needed: int
    is_done: bool
    may_confirm: Verdict
    may_withdraw: Verdict


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A standing proposal to cancel a vote."""

    by: str
    at: datetime
    reason: str
    digest: str


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """The platform's own work on a poll that has failed, and is to be tried again."""

    times: int
    what: str
    again_at: datetime


class OfficerPage(msgspec.Struct, frozen=True, kw_only=True):
    """The officer's desk of a poll."""

    id: str
    title: str
    state: str
    state_text: str
    opens_at: datetime
    closes_at: datetime
    cycle_href: str
    voter_count: int
    protocol: list[tuple[str, str]]
    acts: list[ActRow]
    waiting: str
    trouble: Trouble | None
    may_announce: Verdict
    may_change: Verdict
    has_places: bool
    may_set_places: Verdict
    rule_title: str
    may_freeze: bool
    proposal: Proposal | None
    may_propose: Verdict
    is_sealed: bool
    one_machine: bool


class CancelPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page on which an official proposes to cancel a vote, or confirms the proposal of another.

    `digest` is of the reason that was typed, once it is asked whether it is meant.
    """

    id: str
    title: str
    state_text: str
    voter_count: int
    proposal: Proposal | None
    may_propose: Verdict
    may_confirm: Verdict
    may_withdraw: Verdict
    is_own: bool
    one_machine: bool
    reason: str
    digest: str
    errors: dict[str, str]


ACT_WORDS = {
    Act.OPEN: (
        N_("Opening"),
        N_(
            "Two different officials confirm the frozen list, the rule and the dates. With both "
            "confirmations the vote opens by its date, by itself. If the dates change before it opens, the "
            "confirmations lapse and have to be given again."
        ),
        N_("Seal of the list, the rule and the dates"),
    ),
    Act.CLOSE: (
        N_("Closing protocol"),
        N_(
            "The box was frozen by its date. Two different officials confirm how many ballots are in "
            "it and its "
            "seal; then the count runs by itself."
        ),
        N_("Seal of the protocol"),
    ),
    Act.CERTIFY: (
        N_("Certifying the result"),
        N_("Two different officials certify that the published result is the one they have checked."),
        N_("Seal of the result"),
    ),
}


def build_act(ctx: Ctx, full: PollInFull, act: Act, digest: str) -> ActRow:
    """One act on the officer's page."""
    title, text, label = ACT_WORDS[act]
    given: list[Confirmation] = [c for c in full.confirmations if c.act == act and c.withdrawn_at is None]
    return ActRow(
        act=act.value,
        title=ctx.gettext(title),
        text=ctx.gettext(text),
        digest=given[0].digest if len(given) >= NEEDED_CONFIRMATIONS else digest,
        digest_label=ctx.gettext(label),
        given=[(one.name, one.confirmed_at) for one in given],
        needed=NEEDED_CONFIRMATIONS,
        is_done=len(given) >= NEEDED_CONFIRMATIONS,
        may_confirm=may_confirm(ctx.actor, full.facts, act, now=ctx.now),
        may_withdraw=may_withdraw(ctx.actor, full.facts, act, now=ctx.now),
    )


WAITING = {
    PollState.DRAFT: N_("Waiting for an election officer to announce the vote."),
    PollState.ANNOUNCED: N_("Waiting for two officials to confirm the opening."),
    PollState.OPEN: N_("Nothing is waiting for you: the vote ends by its date."),
    PollState.CLOSED: N_("Waiting for two officials to confirm the closing protocol."),
    PollState.TALLIED: N_("The result is published. Two officials may certify it."),
    PollState.CERTIFIED: N_("Everything is done."),
    PollState.CANCELLED: N_("This vote was cancelled."),
}
READY = {
    PollState.ANNOUNCED: N_("Confirmed by two officials: the vote opens by its date, by itself."),
    PollState.CLOSED: N_("Confirmed by two officials: the count is running."),
}
DUE = N_(
    "The vote has ended by its date. Freeze the ballot box to see the protocol; the platform also does it by "
    "itself within a minute."
)


def build_officer(
    ctx: Ctx,
    full: PollInFull,
    *,
    digests: dict[Act, str],
    voter_count: int,
    sealing: str = "",
    failed: OutboxMessage | None = None,
) -> OfficerPage:
    """The officer's page of a poll. `sealing`: what the ceremony of a sealed vote waits for; `failed`: work
    of the platform that is to be tried again.
    """
    poll, facts = full.poll, full.facts
    act = {PollState.ANNOUNCED: Act.OPEN, PollState.CLOSED: Act.CLOSE}.get(facts.state)
    is_ready = act is not None and facts.is_confirmed(act)
    waiting = READY[facts.state] if is_ready else WAITING[facts.state]
    if facts.is_casting(ctx.now):
        waiting = WAITING[PollState.OPEN]
    if facts.is_due_to_close(ctx.now):
        waiting = DUE
    protocol = []
    if poll.box_size is not None:
        protocol = [
            (ctx.gettext("Ballots in the box, replaced ones included"), str(poll.box_size)),
            (ctx.gettext("People who voted"), str(poll.voter_count if poll.voter_count is not None else "–")),
            (ctx.gettext("Seal of the box"), poll.box_head or ""),
        ]
    if poll.paper_digest is not None:
        protocol.append((ctx.gettext("Seal of all papers and protocols"), poll.paper_digest))
    return OfficerPage(
        id=str(poll.id),
        title=title_of(poll, ctx),
        state=shown_state(facts, ctx.now),
        state_text=state_text(ctx, facts),
        opens_at=full.stage.opens_at,
        closes_at=full.stage.closes_at,
        cycle_href=ctx.url(f"/cycles/{full.cycle.slug}"),
        voter_count=voter_count,
        protocol=protocol,
        acts=[build_act(ctx, full, act, digest) for act, digest in digests.items()],
        waiting=sealing or ctx.gettext(waiting),
        trouble=None if failed is None else build_trouble(failed),
        may_announce=may_announce(ctx.actor, facts, now=ctx.now),
        has_places=facts.paper is not None,
        may_set_places=may_set_places(ctx.actor, facts),
        may_change=may_change_election(ctx.actor, facts, is_election=full.is_election),
        rule_title=rule_title(ctx, poll.rule),
        may_freeze=facts.is_due_to_close(ctx.now),
        proposal=find_proposal(full),
        may_propose=may_propose_cancelling(ctx.actor, facts, now=ctx.now),
        is_sealed=facts.sealing is not None,
        one_machine=poll.one_machine,
    )


def build_trouble(failed: OutboxMessage) -> Trouble:
    """What failed, without the words of the error: they may hold what only the log should."""
    kind, _, _ = (failed.last_error or "").partition(":")
    return Trouble(times=failed.attempts, what=kind, again_at=failed.due_at)


def find_proposal(full: PollInFull) -> Proposal | None:
    """The proposal to cancel that waits for a second official."""
    given = [one for one in full.confirmations if one.act == Act.CANCEL and one.withdrawn_at is None]
    if not given or full.facts.state not in STATES_OF_ACT[Act.CANCEL]:
        return None
    first = given[0]
    return Proposal(by=first.name, at=first.confirmed_at, reason=first.reason or "", digest=first.digest)


def build_cancel(
    ctx: Ctx,
    full: PollInFull,
    *,
    voter_count: int,
    reason: str = "",
    digest: str = "",
    errors: dict[str, str] | None = None,
) -> CancelPage:
    """The page of cancelling: the form, the question before the proposal, or the proposal that stands."""
    facts, actor = full.facts, ctx.actor
    return CancelPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        state_text=state_text(ctx, facts),
        voter_count=voter_count,
        proposal=find_proposal(full),
        may_propose=may_propose_cancelling(actor, facts, now=ctx.now),
        may_confirm=may_confirm(actor, facts, Act.CANCEL, now=ctx.now),
        may_withdraw=may_withdraw(actor, facts, Act.CANCEL, now=ctx.now),
        is_own=actor is not None and actor.id in facts.confirmed_by.get(Act.CANCEL, ()),
        one_machine=full.poll.one_machine,
        reason=reason,
        digest=digest,
        errors=errors or {},
    )
