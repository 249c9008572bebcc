"""What can be done with polls: prepare and announce, cast and replace, confirm, cancel, close and count."""

from voting.service.cast import Receipt, cast_ballot, check_ballot, contest_of
from voting.service.confirm import (
    cancelling_digest,
    confirm_act,
    digest_to_confirm,
    lapse_confirmations,
    propose_cancelling,
    withdraw_confirmation,
)
from voting.service.count import BrokenBox, count_box, load_box, publish_result, store_files
from voting.service.elections import (
    MAX_CANDIDATES,
    Candidate,
    Election,
    change_election,
    choose_settings,
    create_election,
)
from voting.service.imported import import_poll
from voting.service.prepare import OptionDraft, announce_poll, prepare_poll
from voting.service.settings import (
    GRADES,
    Settings,
    criteria_of,
    list_suitable,
    settings_of_cycle,
    settings_of_poll,
)
from voting.service.turns import (
    close_poll,
    list_due_to_close,
    list_due_to_count,
    list_due_to_open,
    open_poll,
    protocol_digest,
)

__all__ = [
    "GRADES",
    "MAX_CANDIDATES",
    "BrokenBox",
    "Candidate",
    "Election",
    "OptionDraft",
    "Receipt",
    "Settings",
    "announce_poll",
    "cancelling_digest",
    "cast_ballot",
    "change_election",
    "check_ballot",
    "choose_settings",
    "close_poll",
    "confirm_act",
    "contest_of",
    "count_box",
    "create_election",
    "criteria_of",
    "digest_to_confirm",
    "import_poll",
    "lapse_confirmations",
    "list_due_to_close",
    "list_due_to_count",
    "list_due_to_open",
    "list_suitable",
    "load_box",
    "open_poll",
    "prepare_poll",
    "propose_cancelling",
    "protocol_digest",
    "publish_result",
    "settings_of_cycle",
    "settings_of_poll",
    "store_files",
    "withdraw_confirmation",
]
