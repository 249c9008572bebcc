"""What can be refused about comments."""

from app.kit.errors import Conflict, NotFound
from app.kit.i18n import N_


class SubjectNotFound(NotFound):
    default = N_("There is nothing here that can be commented on.")


class CommentNotFound(NotFound):
    default = N_("There is no such comment.")


class StillHidden(Conflict):
    default = N_("A moderator has hidden these very words. Write others, or appeal.")


class AlreadyReported(Conflict):
    default = N_("You have reported this comment already. A moderator looks at it.")


class AlreadyAppealed(Conflict):
    default = N_("You have appealed already. Another moderator looks at it.")


class NothingToDecide(Conflict):
    default = N_("A colleague has decided this in the meantime. Read the decision first.")
