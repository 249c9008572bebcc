"""What can be refused here."""

from app.kit.errors import NotFound
from app.kit.i18n import N_


class TopicNotFound(NotFound):
    default = N_("There is nothing to follow at this address.")


class FeedNotFound(NotFound):
    default = N_(
        "There is no feed at this address. If it was yours, your account shows the one that holds now."
    )
