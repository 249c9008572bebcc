"""Who may do what with votes on paper: polling places, papers given out, sheets entered, protocols signed.

Nobody is alone with a ballot box: two clerks enter every sheet, a third decides where they differ, and two
officials sign. Nothing of a paper is looked at before the vote has ended.
"""

import uuid
from datetime import datetime

import msgspec

from accounts.policy import Actor, may_act_as
from accounts.states import Role
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from voting.policy.polls import BEFORE_OPENING, PollFacts, may_officiate, takes_ballots
from voting.rules.sheets import NEEDED_SIGNATURES
from voting.states import READINGS, UNDO_PAPER, Act, PollState


class PlaceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A polling place as decisions see it. `readers` have begun to enter its sheets, `finished` of them are
    done; `is_read`: where they differ a third has decided. `released`: clerks whose entries were given up;
    `witnesses`: clerks who saw where the two differ.
    """

    is_closed: bool = False
    has_protocol: bool = False
    adds_up: bool = False
    readers: tuple[uuid.UUID, ...] = ()
    finished: tuple[uuid.UUID, ...] = ()
    is_read: bool = False
    released: tuple[uuid.UUID, ...] = ()
    witnesses: tuple[uuid.UUID, ...] = ()
    signed_by: tuple[uuid.UUID, ...] = ()


def may_set_places(actor: Actor | None, poll: PollFacts) -> Verdict:
    """Whether polling places may be named or changed: two officials confirm them with the opening."""
    if not (verdict := may_officiate(actor)):
        return verdict
    if poll.is_imported or poll.state not in BEFORE_OPENING:
        return deny(N_("Polling places are named before the vote opens, and stay as they are."))
    if poll.confirmed_by.get(Act.OPEN):
        return deny(N_("The opening is confirmed with the polling places as they are. Withdraw that first."))
    return ALLOW


def may_see_places(actor: Actor | None) -> Verdict:
    """Who sees the pages of work at polling places."""
    return ALLOW if may_officiate(actor) else may_act_as(actor, Role.CLERK)


def may_give_paper(
    actor: Actor | None,
    poll: PollFacts,
    place: PlaceFacts,
    *,
    is_own: bool,
    on_roll: bool,
    has_voted: bool,
    has_paper: bool,
    now: datetime,
) -> Verdict:
    """Whether this person may be given a paper here: they are on the roll and have not voted anywhere.
    `is_own`: they are the clerk, by this account or another of theirs.
    """
    if not (verdict := may_work_at(actor, poll, place, now=now)):
        return verdict
    if is_own:
        return deny(N_("A colleague has to give you your own paper."))
    if has_paper:
        return deny(N_("This person has been given a paper ballot already."))
    if has_voted:
        return deny(N_("This person has voted electronically: their vote counts, and no paper is given out."))
    if not on_roll and poll.sealing is not None:
        return deny(N_("This person is not on the roll of this vote, which was frozen before it began."))
    if not on_roll:
        return deny(N_("This person's residence is not verified: the residence desk does that first."))
    return ALLOW


def may_work_at(actor: Actor | None, poll: PollFacts, place: PlaceFacts, *, now: datetime) -> Verdict:
    """Whether papers are given out here now, by this clerk."""
    if not (verdict := may_act_as(actor, Role.CLERK)):
        return verdict
    if not (verdict := takes_ballots(poll, now)):
        return verdict
    return deny(N_("This polling place is closed.")) if place.is_closed else ALLOW


def may_reopen_place(actor: Actor | None, poll: PollFacts, place: PlaceFacts, *, now: datetime) -> Verdict:
    """Whether a place that a clerk closed may be opened again: by an officer, who was not at the table, and
    while the vote is open. So before anything there is read.
    """
    for verdict in (may_officiate(actor), takes_ballots(poll, now)):
        if not verdict:
            return verdict
    return ALLOW if place.is_closed else deny(N_("This polling place is open."))


def may_undo_paper(
    actor: Actor | None,
    poll: PollFacts,
    place: PlaceFacts,
    *,
    is_own: bool,
    given_at: datetime,
    now: datetime,
) -> Verdict:
    """Whether a slip may be undone: within minutes, before the place closes, and not of the clerk's own vote,
    who could vote on paper and then, undone, on the web.
    """
    if not (verdict := may_work_at(actor, poll, place, now=now)):
        return verdict
    if is_own:
        return deny(N_("A colleague has to take back the note of your own paper."))
    if now >= given_at + UNDO_PAPER:
        return deny(N_("It is too late to undo this: the paper may be in the ballot box."))
    return ALLOW


def _may_count_papers(poll: PollFacts) -> Verdict:
    """Papers are looked at after the end of the vote only, and until its protocol is confirmed."""
    if poll.state is not PollState.CLOSED:
        return deny(N_("Ballot boxes are opened after the vote has ended and its box was frozen."))
    if poll.confirmed_by.get(Act.CLOSE):
        return deny(N_("The closing protocol is confirmed with these papers: they no longer change."))
    return ALLOW


def may_write_protocol(actor: Actor | None, poll: PollFacts, place: PlaceFacts) -> Verdict:
    """Whether the numbers of a place may be written, or written anew."""
    for verdict in (may_officiate(actor), _may_count_papers(poll)):
        if not verdict:
            return verdict
    return deny(N_("The protocol is signed. Withdraw the signature first.")) if place.signed_by else ALLOW


def may_read_sheets(actor: Actor | None, poll: PollFacts, place: PlaceFacts) -> Verdict:
    """Whether this clerk may enter sheets: as one of two, each blind to the other."""
    for verdict in (may_act_as(actor, Role.CLERK), _may_count_papers(poll)):
        if not verdict:
            return verdict
    if not place.has_protocol:
        return deny(N_("First the officer writes down how many papers were in the box."))
    if actor is not None and actor.id in place.finished:
        return deny(N_("You have entered every paper of this place."))
    if actor is not None and actor.id in place.released:
        return deny(N_("Your entries of this place were given up. Somebody else enters its papers."))
    if actor is not None and actor.id in place.witnesses:
        return deny(N_("You have seen what others entered here. Somebody who has not enters these papers."))
    if actor is not None and actor.id not in place.readers and len(place.readers) >= len(READINGS):
        return deny(N_("Two other clerks enter the papers of this place."))
    return ALLOW


def may_decide_sheet(actor: Actor | None, poll: PollFacts, place: PlaceFacts) -> Verdict:
    """Whether this clerk may decide where the two differ: a third one, once both are done."""
    for verdict in (may_act_as(actor, Role.CLERK), _may_count_papers(poll)):
        if not verdict:
            return verdict
    if len(place.finished) < len(READINGS):
        return deny(N_("Two clerks have to enter every paper first."))
    if actor is not None and actor.id in (*place.readers, *place.released):
        return deny(N_("Where two clerks differ a third one decides, who has entered none of these papers."))
    return deny(N_("The protocol is signed. Withdraw the signature first.")) if place.signed_by else ALLOW


def may_release_reading(actor: Actor | None, poll: PollFacts, place: PlaceFacts) -> Verdict:
    """Whether an officer may have a place's sheets entered anew by another clerk."""
    return may_write_protocol(actor, poll, place)


def may_sign_place(actor: Actor | None, poll: PollFacts, place: PlaceFacts) -> Verdict:
    """Whether this official may sign the protocol of a place: when everything is there and adds up."""
    for verdict in (may_see_places(actor), _may_count_papers(poll)):
        if not verdict:
            return verdict
    if not (place.has_protocol and place.is_read and place.adds_up):
        return deny(N_("The papers and the numbers of this place do not agree yet."))
    if actor is not None and actor.id in place.signed_by:
        return deny(N_("You have signed this. The second signature must come from somebody else."))
    if len(place.signed_by) >= NEEDED_SIGNATURES:
        return deny(N_("Two officials have signed this already."))
    return ALLOW


def may_withdraw_signature(actor: Actor | None, poll: PollFacts, place: PlaceFacts) -> Verdict:
    """Whether this official may take their signature back: until the closing protocol is confirmed."""
    for verdict in (may_see_places(actor), _may_count_papers(poll)):
        if not verdict:
            return verdict
    if actor is None or actor.id not in place.signed_by:
        return deny(N_("You have not signed this."))
    return ALLOW
