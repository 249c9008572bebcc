"""What can be refused about ideas, their review and projects."""

from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import N_


class IdeaNotFound(NotFound):
    default = N_("There is no such idea.")


class EnteredAlready(Conflict):
    """Two clicks at once: the first one made the idea. Carries nothing; its page is found by the form."""

    default = N_("This idea has been entered already.")


class InvitationNotFound(NotFound):
    default = N_("This invitation was answered or taken back, or is too old.")


class IntakeNotFound(NotFound):
    default = N_("This idea was not entered by staff.")


class TellingNotFound(NotFound):
    default = N_("There is nothing like this to tell.")


class ToldAlready(Conflict):
    default = N_("This is done already.")


class WrongClaim(Conflict):
    default = N_(
        "No idea that waits to be claimed has this number and this code. Check both; each code works once."
    )


class ProjectNotFound(NotFound):
    default = N_("There is no such project.")


class PhotoNotFound(NotFound):
    default = N_("There is no such photo.")


class MapNotFound(NotFound):
    default = N_("There is no map of this district.")


class ReasonNotFound(NotFound):
    default = N_("There is no such reason in the catalogue.")


class AttachmentNotFound(NotFound):
    default = N_("There is no such document.")


class TooManyAttachments(Conflict):
    default = N_("An idea can have at most %(limit)s documents. Remove one to add another.")


class DraftChangedMeanwhile(Conflict):
    default = N_(
        "Another author has changed this in the meantime. Nothing of yours is lost: it stands in the form, "
        "and what is saved now stands above it."
    )


class TooManyPhotos(Conflict):
    default = N_("An idea can have at most %(limit)s photos. Remove one to add another.")


class OwnIdea(Conflict):
    default = N_("This is your own idea.")


class AlreadySupported(Conflict):
    default = N_("You already support this idea.")


class NotSupported(Conflict):
    default = N_("You do not support this idea.")


class AlreadyJudged(Conflict):
    """Carries who, when and what, so that the page can tell."""

    default = N_(
        "%(name)s has decided on this idea meanwhile. Read the decision before you do anything else."
    )


class DepartmentNotFound(NotFound):
    default = N_("There is no such department.")


class DepartmentNameTaken(Conflict):
    default = N_("There is already a department with this name.")


class AdviceNotFound(NotFound):
    default = N_("There is no such question to a department.")


class AdviceChanged(Conflict):
    """A colleague answered, or it was withdrawn, while somebody was typing."""

    default = N_(
        "A colleague has answered meanwhile. Read the answer below, then send yours if it still holds."
    )


class ContestationNotFound(NotFound):
    default = N_("There is no such contestation.")


class PreparedNotFound(NotFound):
    default = N_("There is no such prepared decision.")


class AlreadyEnded(Conflict):
    """A prepared verdict was published or sent back by somebody else."""

    default = N_("This decision no longer waits: it was published or sent back in the meantime.")


class NumberTaken(Conflict):
    default = N_("There is already a project with this number in the cycle.")


class AlreadyAtVote(Conflict):
    default = N_("The list of projects of this cycle is frozen: it has been put to the vote.")


class LeftOpen(Conflict):
    """Put to the vote while contestations wait or decisions are not public, without saying that one knows."""

    default = N_("Not everything is decided or public. Look at it, then confirm that it stays behind.")


class NoProjects(Conflict):
    default = N_("There is no project to vote on yet.")


class MergeTargetInvalid(Invalid):
    default = N_(
        "Ideas can only be merged into another idea of the same cycle that is still open or accepted."
    )


class ReasonCodeTaken(Conflict):
    default = N_("There is already a reason with this code.")


class DebateChangedMeanwhile(Conflict):
    default = N_("This debate was entered or changed in the meantime. Look at it, then send yours again.")


class RulesChangedMeanwhile(Conflict):
    default = N_("These rules were changed in the meantime. Check the present ones and try again.")


class ReasonChangedMeanwhile(Conflict):
    default = N_("This reason was changed in the meantime. Check the present version and try again.")


# ── works ─────────────────────────────────────────────────────────────────────
class OpinionNotFound(NotFound):
    default = N_("There is no such answer.")


class SpendingNotFound(NotFound):
    default = N_("There is no such payment.")


class MilestoneNotFound(NotFound):
    default = N_("There is no such milestone.")


class WorksChangedMeanwhile(Conflict):
    default = N_(
        "Something was entered here in the meantime. Look at it below, then send yours if it still holds."
    )


class NothingChanged(Invalid):
    default = N_("This is what the milestone says already.")


class PhotoAlreadyThere(Conflict):
    default = N_("This photo is on the page already.")


class TooManyWorksPhotos(Conflict):
    default = N_("There are %(limit)s photos of these works already. Withdraw one to add another.")


class CorrectsTooMuch(Invalid):
    default = N_("A correction can take back at most what is left of the payment: %(left)s lei.")
