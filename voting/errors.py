"""What can be refused around a vote."""

from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.i18n import N_


class PollNotFound(NotFound):
    """No such poll, or not for these eyes yet."""

    default = N_("We cannot find this vote.")


class PollNotOpen(Conflict):
    """No ballots now; the message says why."""

    default = N_("Ballots are not accepted now.")


class AlreadyVoted(Conflict):
    """This resident's ballot is in the box; another one takes the replacement key of its receipt."""

    default = N_(
        "You have already voted, and your vote counts. To replace it you need the replacement key "
        "that was shown with your verification code."
    )


class WrongKey(Invalid):
    """What was typed is no replacement key of a ballot in this box."""

    default = N_(
        "This is not the replacement key of a vote in this ballot box. Check the letters and try again."
    )


class KeyUsed(Conflict):
    """The ballot of this key was replaced before; only the newest can be."""

    default = N_("The vote of this key was replaced already. Use the key from your newest receipt.")


class BallotRefused(Invalid):
    """The paper breaks a limit of the contest."""

    default = N_("This ballot cannot be accepted.")


class StaleReceipt(Invalid):
    """The receipt that came with the form is no receipt."""

    default = N_("The page was out of date. Check your vote once more and send it again.")


class AlreadyConfirmed(Conflict):
    """One person cannot be both confirmations."""

    default = N_("You have confirmed this already. The second confirmation must come from somebody else.")


class WrongDigest(Conflict):
    """What was confirmed is not what is there."""

    default = N_("What you confirmed is not what is there now. Look at the page again.")


class PollExists(Conflict):
    """One cycle has one vote at a time."""

    default = N_("This cycle has a vote already.")


class NothingToVoteOn(Conflict):
    """A vote needs options."""

    default = N_("There is no project to vote on.")


class SettingsUnsuitable(Conflict):
    """What was chosen for a vote no longer fits what is put to it."""

    default = N_("The counting rule does not fit this vote. Choose again how the vote is counted.")


class GroupsOutdated(Conflict):
    """Projects that exclude each other are named by number, and the list has no such number."""

    default = N_(
        "Among the projects that exclude each other are some that are not on the list: %(numbers)s. Correct "
        "the groups where it is chosen how the vote is counted."
    )


class AlreadyFrozen(Conflict):
    """What was announced stays as it is."""

    default = N_("This vote has been announced: how it is counted no longer changes.")


class NotAnElectionOfficer(Forbidden):
    """The officer's pages are theirs alone."""

    default = N_("This page is for election officers.")


class VoteHasEnded(Conflict):
    """Its box was frozen; its dates stay what they were."""

    default = N_("The vote has ended. Nobody may open it again.")
