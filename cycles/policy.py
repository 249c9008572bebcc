"""Who may change the dates of a stage, and to what. No role beats the clock of a vote.

Opening and closing a vote take two officials; whoever could end an open vote a minute from now by moving its
date would close it alone. So while a vote is open one official may give it more time, and nobody less. Before
it opens its dates may change; what two officials had confirmed then has to be confirmed again (voting).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from accounts.policy import Actor
from accounts.states import Role
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from cycles.states import StageKind

MAX_YEARS_AHEAD = timedelta(days=366 * 5)  # further away it is a slip of the keyboard


class Window(Protocol):
    """What is asked of a stage: its kind and its dates."""

    @property
    def kind(self) -> str: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...


def may_change_dates(actor: Actor | None, stage: Window, *, now: datetime) -> Verdict:
    """Whether this person may change anything about the dates of `stage` now."""
    if actor is None or not actor.is_official or not (actor.has(Role.ELECTION) or actor.has(Role.ADMIN)):
        return deny(N_("Only an election officer or an administrator may change the dates of a stage."))
    if stage.kind == StageKind.VOTE and stage.closes_at <= now:
        return deny(N_("The vote has ended. Nobody may open it again."))
    return ALLOW


def may_change_vote(actor: Actor | None, vote: Window, *, is_imported: bool, now: datetime) -> Verdict:
    """Whether this person may choose the counting rule and the kind of ballot of a vote that is to come. What
    has been frozen and announced no longer changes (voting/policy.py).
    """
    if actor is None or not actor.is_official or not actor.has(Role.ELECTION):
        return deny(N_("Only an election officer may choose how a vote is counted."))
    if is_imported or vote.opens_at <= now:
        return deny(N_("The vote has begun: how it is counted no longer changes."))
    return ALLOW


def check_dates(
    stage: Window, others: Iterable[Window], *, opens_at: datetime, closes_at: datetime, now: datetime
) -> Verdict:
    """Whether `stage` may be given these dates.

    What has begun keeps its beginning; nothing is made to end in the past; the end of an open vote moves
    later, never earlier; stages keep their order.
    """
    if opens_at >= closes_at:
        return deny(N_("A stage must end after it begins."))
    if (opens_at, closes_at) == (stage.opens_at, stage.closes_at):
        return deny(N_("These are the dates it has already."))
    if opens_at != stage.opens_at and stage.opens_at <= now:
        return deny(N_("This stage has begun already; its beginning can no longer be changed."))
    if opens_at != stage.opens_at and opens_at < now:
        return deny(N_("The new beginning is in the past."))
    if stage.kind == StageKind.VOTE and stage.opens_at <= now and closes_at < stage.closes_at:
        return deny(N_("The vote is open: its end may be moved later, never earlier."))
    if closes_at != stage.closes_at and closes_at <= now:
        return deny(N_("The new end is in the past."))
    if closes_at > now + MAX_YEARS_AHEAD:
        return deny(N_("The new end is more than five years away. Check the year."))
    return _check_order(stage, {other.kind: other for other in others}, opens_at, closes_at)


def _check_order(
    stage: Window, others: dict[str, Window], opens_at: datetime, closes_at: datetime
) -> Verdict:
    submission, review = others.get(StageKind.SUBMISSION), others.get(StageKind.REVIEW)
    vote, results = others.get(StageKind.VOTE), others.get(StageKind.RESULTS)
    if stage.kind == StageKind.SUBMISSION and vote is not None and closes_at > vote.opens_at:
        return deny(N_("Ideas cannot be sent any more once the vote begins. Move the vote first."))
    if stage.kind == StageKind.REVIEW:
        if vote is not None and closes_at > vote.opens_at:
            return deny(N_("The review must end before the vote begins. Move the vote first."))
        if submission is not None and opens_at < submission.opens_at:
            return deny(N_("The review cannot begin before ideas can be sent."))
    if stage.kind == StageKind.VOTE:
        if review is not None and opens_at < review.closes_at:
            return deny(N_("The vote cannot begin before the review has ended."))
        if results is not None and closes_at > results.opens_at:
            return deny(N_("The results would be due before the vote ends. Move the results first."))
    if stage.kind == StageKind.RESULTS and vote is not None and opens_at < vote.closes_at:
        return deny(N_("The results cannot be due before the vote ends."))
    return ALLOW
