"""How a vote is counted and what its ballot is: chosen by an election officer, frozen with the contest.

The settings of a vote on projects wait in its cycle until the list is frozen; those of an election are
frozen with its draft, which may be frozen anew until it is announced. Whether a rule can count such a contest
is asked of the rule itself, before anybody votes.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from cycles.models import Cycle
from voting.errors import SettingsUnsuitable
from voting.models import Poll
from voting.rules import RULES, Rule, UnknownRule, UnsuitableContest, get_rule
from voting.rules.papers import Contest, Envelope, Option, VoteType
from voting.rules.ties import Criterion, TiePolicy
from voting.sealing.encoding import MAX_OPTIONS

CURRENCY_CODES = {"lei": "RON", "zł": "PLN", "Ft": "HUF", "€": "EUR"}
# Published with every contest, in this order, before the lot, unless an officer chose others.
CRITERIA: tuple[Criterion, ...] = ("lowest_cost", "most_supporters")
SEAT_CRITERIA: tuple[Criterion, ...] = ("earlier_rounds", "most_first_places")
GRADES = ("reject", "poor", "acceptable", "good", "very_good", "excellent")  # worst first
CASTABLE: tuple[VoteType, ...] = ("ordinal", "approval", "scoring", "cumulative")
"""The ballots that can be filled in here; rankings with equal places come in files only."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an officer chooses. `envelopes` are amounts in bani, by the code of an area, `envelope_kind` says
    what they are; of each group in `exclusive`, by their numbers, one project may win. Without `criteria` the
    usual ones are published. `server_sealing`: of a sealed vote, whether a voter without scripts may let the
    server seal the ballot, which then sees it for a moment.
    """

    rule: str = "greedy"
    vote_type: VoteType = "ordinal"
    min_length: int = 1
    max_length: int | None = None
    points_by_place: tuple[int, ...] = ()
    threshold: int | None = None
    max_points: int | None = None
    max_sum_points: int | None = None
    seats: int = 0
    grades: tuple[str, ...] = ()
    envelopes: dict[str, int] = {}
    envelope_kind: Literal["own", "most"] = "most"
    exclusive: tuple[tuple[str, ...], ...] = ()
    criteria: tuple[Criterion, ...] = ()
    sealed: bool = False
    server_sealing: bool = False

    @property
    def params(self) -> dict[str, Any]:
        """What a cycle keeps beside its rule and limits."""
        kept: dict[str, Any] = msgspec.to_builtins(self)
        return {name: kept[name] for name in kept if name not in ("rule", "min_length", "max_length")}


def settings_of_cycle(cycle: Cycle) -> Settings:
    """What was chosen for the vote of a cycle. Raises: SettingsUnsuitable when it cannot be read."""
    try:
        chosen = msgspec.convert(json.loads(cycle.rule_params or "{}"), Settings)
    except msgspec.ValidationError as problem:
        raise SettingsUnsuitable() from problem
    return msgspec.structs.replace(
        chosen, rule=cycle.rule, min_length=max(1, cycle.min_ranked), max_length=cycle.max_ranked
    )


def settings_of_poll(poll: Poll) -> Settings:
    """What was frozen with a poll, without its envelopes: those belong to votes on projects."""
    contest = msgspec.json.decode(poll.contest, type=Contest)
    return Settings(
        rule=poll.rule,
        vote_type=contest.vote_type,
        min_length=contest.min_length,
        max_length=contest.max_length,
        points_by_place=contest.points_by_place,
        threshold=contest.threshold,
        max_points=contest.max_points,
        max_sum_points=contest.max_sum_points,
        seats=contest.seats,
        grades=contest.grades,
        criteria=msgspec.json.decode(poll.ties, type=TiePolicy).criteria,
        sealed=poll.sealing is not None,
        server_sealing=poll.server_sealing,
    )


def criteria_of(settings: Settings) -> tuple[Criterion, ...]:
    """What settles ties before the lot."""
    return settings.criteria or (SEAT_CRITERIA if settings.seats else CRITERIA)


def contest_of_settings(
    settings: Settings,
    options: Sequence[Option],
    *,
    budget_bani: int = 0,
    currency: str = "lei",
    areas: Mapping[str, str] | None = None,
) -> Contest:
    """The contest of these options under these settings; areas are (code, name) of the cycle."""
    names = areas or {}
    longest = min(settings.max_length or len(options), len(options))
    grades = settings.grades if settings.vote_type == "scoring" else ()
    return Contest(
        options=tuple(options),
        budget=budget_bani,
        vote_type=settings.vote_type,
        seats=settings.seats,
        currency=CURRENCY_CODES.get(currency, currency),
        min_length=1 if settings.vote_type == "scoring" else max(1, settings.min_length),
        max_length=None if settings.vote_type == "scoring" else longest,
        points_by_place=settings.points_by_place if settings.vote_type == "ordinal" else (),
        min_points=0 if settings.vote_type in ("scoring", "cumulative") else None,
        max_points=len(grades) - 1 if grades else settings.max_points,
        max_sum_points=settings.max_sum_points if settings.vote_type == "cumulative" else None,
        threshold=settings.threshold,
        envelopes=tuple(
            Envelope(by="area", name=names[code], amount=amount, kind=settings.envelope_kind)
            for code, amount in sorted(settings.envelopes.items())
            if code in names
        ),
        grades=grades,
        exclusive=settings.exclusive,
    )


UNSUITABLE = {
    "vote_type": ("vote_type", N_("This rule cannot count such ballots. Choose another kind of ballot.")),
    "seats": ("seats", N_("This rule fills seats: say how many there are.")),
    "single_seat": ("seats", N_("This rule elects exactly one. Set one seat or choose another rule.")),
    "threshold": (
        "threshold",
        N_("This rule needs a threshold: the points under which a project drops out."),
    ),
    "budget": ("rule", N_("This rule funds projects from a budget. Choose one for seats.")),
    "grades": ("grades", N_("This rule needs grades.")),
    "envelopes_exceed": (
        "envelope_kind",
        N_("The money of the areas together is more than the budget of the cycle."),
    ),
    "exclusive_apart": (
        "exclusive",
        N_("Projects that exclude each other must be paid from the same money."),
    ),
}
"""The field that a refusal of the rule belongs to, and its words."""
NO_GROUPS = N_("This counting rule does not know projects that exclude each other. Choose another rule.")
NOT_SEALABLE = N_("Only ballots that put at most %(most)s options in order can be sealed.")
NOT_SUITABLE = N_("This rule cannot count such a vote. Choose another rule.")


def refuse_unsuitable(contest: Contest, rule: str, *, sealed: bool = False) -> None:
    """Ask the rule whether it can count such a contest; an empty box is counted to be sure. Sealed ballots
    hold a rank for each of at most MAX_OPTIONS options.

    Raises: FormErrors with the message beside the field that it is about.
    """
    try:
        published = get_rule(rule)
        if contest.exclusive and not published.keeps_groups:
            raise FormErrors({"exclusive": Invalid(NO_GROUPS)})
        published.count(contest, {}, ties=TiePolicy())
    except UnknownRule as problem:
        raise FormErrors({"rule": Invalid(N_("Choose one of the published rules."))}) from problem
    except UnsuitableContest as refusal:
        field, message = UNSUITABLE.get(refusal.reason, ("rule", NOT_SUITABLE))
        raise FormErrors({field: Invalid(message)}) from refusal
    if sealed and (contest.vote_type != "ordinal" or len(contest.options) > MAX_OPTIONS):
        raise FormErrors({"sealed": Invalid(NOT_SEALABLE, most=MAX_OPTIONS)})


def list_suitable(elects: str) -> list[Rule]:
    """The published rules that elect such things from ballots that can be filled in here."""
    return [
        rule
        for rule in RULES.values()
        if rule.elects == elects and any(kind in CASTABLE for kind in rule.vote_types)
    ]
