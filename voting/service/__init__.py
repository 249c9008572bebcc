"""What can be done with polls: prepare and announce, cast and replace, confirm, cancel, close and count."""

from voting.service.board import archive_size, send_archive, stream_archive
from voting.service.cast import Receipt, cast_ballot, check_ballot, contest_of
from voting.service.cast_sealed import SealedReceipt, cast_sealed, check_sealed
from voting.service.ceremony import (
    announced_of_poll,
    begin_board,
    check_credentials,
    deliver_credentials,
    freeze_roll,
    name_trustees,
    read_roll,
    renew_link,
)
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
from voting.service.opening import (
    end_mixing,
    list_due_to_advance,
    list_owners,
    load_task,
    publish_done,
    work,
)
from voting.service.prepare import OptionDraft, announce_poll, prepare_poll
from voting.service.settings import (
    GRADES,
    Settings,
    criteria_of,
    list_suitable,
    settings_of_cycle,
    settings_of_poll,
)
from voting.service.trustees import deliver, get_trustee, list_offered
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
    "SealedReceipt",
    "Settings",
    "announce_poll",
    "announced_of_poll",
    "archive_size",
    "begin_board",
    "cancelling_digest",
    "cast_ballot",
    "cast_sealed",
    "change_election",
    "check_ballot",
    "check_credentials",
    "check_sealed",
    "choose_settings",
    "close_poll",
    "confirm_act",
    "contest_of",
    "count_box",
    "create_election",
    "criteria_of",
    "deliver",
    "deliver_credentials",
    "digest_to_confirm",
    "end_mixing",
    "freeze_roll",
    "get_trustee",
    "import_poll",
    "lapse_confirmations",
    "list_due_to_advance",
    "list_due_to_close",
    "list_due_to_count",
    "list_due_to_open",
    "list_offered",
    "list_owners",
    "list_suitable",
    "load_box",
    "load_task",
    "name_trustees",
    "open_poll",
    "prepare_poll",
    "propose_cancelling",
    "protocol_digest",
    "publish_done",
    "publish_result",
    "read_roll",
    "renew_link",
    "send_archive",
    "settings_of_cycle",
    "settings_of_poll",
    "store_files",
    "stream_archive",
    "withdraw_confirmation",
    "work",
]
