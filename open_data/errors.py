"""What can be refused here."""

from app.kit.errors import NotFound
from app.kit.i18n import N_


class PackageNotFound(NotFound):
    default = N_("There is no package of this cycle yet. It is made in the night.")
