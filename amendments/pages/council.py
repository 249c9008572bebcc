"""The council's roll, and the forms of the secretariat and the councillors around a sitting."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from amendments.models import Councillor, CouncilOrder
from amendments.pages.amendments import AmendmentView
from amendments.pages.changes import ChangeView
from amendments.pages.sitting import POLICIES, POLICY_WORDS, MotionView, SittingHead
from amendments.rules.voting_order import OrderPolicy


class CallPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form that calls a sitting."""

    act_id: str
    act_number: str
    act_title: str
    earliest: date
    in_office: int
    policy: str
    policy_words: str
    typed: dict[str, str]
    errors: dict[str, str] = {}


class BeginPage(msgspec.Struct, frozen=True, kw_only=True):
    """Who is there, as the vote begins."""

    head: SittingHead
    members: list[tuple[str, str]]
    present: list[str]
    quorum: int
    errors: dict[str, str] = {}


class VotePage(msgspec.Struct, frozen=True, kw_only=True):
    """A vote by name as it is entered. `members`: (id, name, choice); `is_checked`: it is shown once more,
    with its sums, before it is recorded.
    """

    head: SittingHead
    motion: MotionView
    members: list[tuple[str, str, str]]
    choices: list[tuple[str, str]]
    others: str
    seen: int
    reason: str
    is_checked: bool
    counts: list[tuple[str, int]]
    groups: list[tuple[str, list[str]]]
    for_count: int
    needed: int
    out_of: int
    passed: bool
    errors: dict[str, str] = {}


class EndPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the votes make of the act, before it is written down; `waiting`: how many are still to be held."""

    head: SittingHead
    is_adopted: bool
    waiting: int
    changes: list[ChangeView]
    meeting: list[str]
    number: str
    errors: dict[str, str] = {}


class TakeOverPage(msgspec.Struct, frozen=True, kw_only=True):
    """Amendments that are not in the text; those that the council votes on as (view, who stands for it, why,
    whether that is the reader by a take-over).
    """

    act_id: str
    act_number: str
    act_title: str
    amendments: list[AmendmentView]
    lost: list[AmendmentView]
    taken: list[tuple[AmendmentView, str, str, bool]]
    typed: dict[str, str]
    errors: dict[str, str] = {}


# ── the roll ──────────────────────────────────────────────────────────────────
class OrderView(msgspec.Struct, frozen=True):
    """The order of voting that the council set. `title` and `words` are msgids."""

    policy: str
    title: str
    words: str
    reason: str
    at: datetime
    by: str


class CouncilPage(msgspec.Struct, frozen=True, kw_only=True):
    """Who is in the council: (id, name, since), and who was: (name, since, until). `policies`: value, title
    and words of each order of voting.
    """

    members: list[tuple[str, str, date]]
    former: list[tuple[str, date, date]]
    order: OrderView | None
    policies: list[tuple[str, str, str]]
    may_keep: bool
    typed: dict[str, str]
    errors: dict[str, str] = {}


def build_council(
    councillors: Sequence[Councillor],
    order: CouncilOrder | None,
    *,
    today: date,
    may_keep: bool,
    typed: dict[str, str],
    errors: dict[str, str],
) -> CouncilPage:
    """The roll of the council on a day."""
    return CouncilPage(
        members=[
            (str(one.id), one.name, one.since_on)
            for one in councillors
            if one.until_on is None or one.until_on >= today
        ],
        former=[
            (one.name, one.since_on, one.until_on)
            for one in councillors
            if one.until_on is not None and one.until_on < today
        ],
        order=_view_order(order),
        policies=[(one.value, title, POLICY_WORDS[one]) for one, title in POLICIES.items()],
        may_keep=may_keep,
        typed=typed,
        errors=errors,
    )


def _view_order(order: CouncilOrder | None) -> OrderView | None:
    if order is None:
        return None
    policy = OrderPolicy(order.policy)
    return OrderView(
        order.policy, POLICIES[policy], POLICY_WORDS[policy], order.reason, order.at, order.by_name
    )
