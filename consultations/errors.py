"""What can be refused about field consultations."""

from app.kit.errors import Conflict, NotFound
from app.kit.i18n import N_


class ConsultationNotFound(NotFound):
    default = N_("There is no such consultation.")


class SeasonNotFound(NotFound):
    default = N_("There is no such season.")


class HostNotFound(NotFound):
    default = N_("There is no such official.")


class VenueNotFound(NotFound):
    default = N_("There is no such venue.")


class TicketNotFound(NotFound):
    default = N_("There is no such ticket. Check the address in your message.")


class FeedNotFound(NotFound):
    default = N_("There is no such calendar.")


class QuestionNotFound(NotFound):
    default = N_("There is no such question.")


class CommitmentNotFound(NotFound):
    default = N_("There is no such commitment.")


class AnsweredMeanwhile(Conflict):
    """Two answer the same question at once: the second one sees what the first said."""

    default = N_("A colleague has answered in the meantime. Read it; then send yours again if it adds to it.")


class AlreadyRaised(Conflict):
    default = N_("This question is an idea already, or was withdrawn.")


class ReportedMeanwhile(Conflict):
    default = N_("Something was entered in the meantime. Look at it, then send yours again.")


class SlotTaken(Conflict):
    """The official or the room is taken at that time; nobody is in two places at once."""

    default = N_("The official or the venue is taken at that time: %(title)s.")


class ChangedMeanwhile(Conflict):
    """A form was filled in while a colleague changed the same thing."""

    default = N_("A colleague has changed this in the meantime. Look at it, then send your change again.")


class NothingChanged(Conflict):
    default = N_("Nothing is different from what is published.")


class NoLongerPossible(Conflict):
    default = N_("The consultation has begun, or was called off.")


class SettingNotFound(NotFound):
    default = N_("There is nothing like this to set.")


class NothingToPutUp(NotFound):
    default = N_("There is a poster only of a consultation that is still to come.")


class MinutesNotFound(NotFound):
    default = N_("There are no minutes here yet.")


class PhotographNotFound(NotFound):
    default = N_("There is no such photograph.")


class PhotographThere(Conflict):
    default = N_("This photograph is shown already.")


class TooManyPhotographs(Conflict):
    default = N_("There are %(limit)s photographs already. Withdraw one to add another.")
