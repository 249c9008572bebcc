"""What can be refused about cycles."""

from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import N_


class CycleNotFound(NotFound):
    default = N_("There is no such cycle.")


class StageNotFound(NotFound):
    default = N_("This cycle has no such stage.")


class SlugTaken(Conflict):
    default = N_("There is already a cycle with this address.")


class DatesChangedMeanwhile(Conflict):
    default = N_("The dates were changed in the meantime. Check the present ones and try again.")


class BadDates(Invalid):
    default = N_("These dates are not possible.")
