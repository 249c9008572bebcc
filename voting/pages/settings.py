"""The officer's forms: how the vote on a cycle's projects is counted, and an election with its candidates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.kit.clock import BUCHAREST
from app.kit.context import Ctx
from app.kit.forms import Form
from app.kit.i18n import N_
from app.kit.policy import Verdict
from cycles.models import Area, Cycle
from voting.forms.settings import ENVELOPE, SCALES
from voting.models import PollOption
from voting.pages.counted import SETTLED_BY
from voting.pages.rules import BALLOTS, ballots_text
from voting.pages.words import GRADE_WORDS, rule_text, rule_title
from voting.queries import PollInFull
from voting.rules import RULES
from voting.service import Settings, criteria_of, list_suitable, settings_of_cycle, settings_of_poll

Choices = list[tuple[str, str, str]]  # value, title, hint

GROUPS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "projects": (
        (N_("By points, from the highest down"), ("greedy",)),
        (N_("By shares of the budget, so that every group of voters gets its part"), ("",)),
    ),
    "seats": (
        (N_("Rankings, in which votes move on"), ("irv", "stv", "expanding-approvals")),
        (N_("Rankings, compared one to one"), ("condorcet", "schulze", "ranked-pairs")),
        (N_("Most votes, approvals, points or best grades"), ("",)),
    ),
}
"""Headings over the rules, with the beginnings of their names; the last one takes what is left."""
CASTABLE_BALLOTS = ("ordinal", "approval", "scoring", "cumulative")
CRITERIA_FOR = {
    "projects": ("lowest_cost", "highest_cost", "most_supporters", "most_first_places"),
    "seats": ("earlier_rounds", "most_first_places", "most_supporters"),
}
FIRST_ROWS, MORE_ROWS = 5, 3


class RuleGroup(msgspec.Struct, frozen=True):
    """Rules under one heading."""

    id: str
    legend: str
    rules: Choices


class SettingsFields(msgspec.Struct, frozen=True, kw_only=True):
    """What both forms ask: the rule, the ballot and its limits, ties."""

    groups: list[RuleGroup]
    ballots: Choices
    scales: list[tuple[str, str]]
    criteria: list[tuple[str, str]]
    values: dict[str, str]
    errors: dict[str, str]


class VoteSettingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """How the vote on a cycle's projects will be counted."""

    slug: str
    cycle_title: str
    may_change: Verdict
    fields: SettingsFields
    areas: list[tuple[str, str]]
    has_envelopes: bool
    errors: dict[str, str]


class CandidateField(msgspec.Struct, frozen=True):
    """A line of the list of candidates."""

    place: int
    name: str
    text: str


class ElectionPage(msgspec.Struct, frozen=True, kw_only=True):
    """An election to be written, or its draft to be changed (`poll_id`)."""

    poll_id: str
    fields: SettingsFields
    candidates: list[CandidateField]
    values: dict[str, str]
    errors: dict[str, str]


def build_vote_settings(
    ctx: Ctx,
    cycle: Cycle,
    areas: Sequence[Area],
    *,
    may_change: Verdict,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> VoteSettingsPage:
    """The form with what was typed, else with what holds now."""
    names = [(area.code, area.name) for area in areas]
    if form is not None:
        values = dict(form.fields)
    else:
        settings = settings_of_cycle(cycle)
        values = _values(settings) | {
            f"{ENVELOPE}{code}": _lei(amount) for code, amount in settings.envelopes.items()
        }
    return VoteSettingsPage(
        slug=cycle.slug,
        cycle_title=cycle.title if ctx.locale == "ro" else cycle.title_en,
        may_change=may_change,
        fields=_fields(ctx, "projects", values, errors or {}),
        areas=names,
        has_envelopes=any(values.get(f"{ENVELOPE}{code}") for code, _ in names),
        errors=errors or {},
    )


def build_election(
    ctx: Ctx,
    *,
    full: PollInFull | None = None,
    options: Sequence[PollOption] = (),
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> ElectionPage:
    """The form with what was typed, else with the draft, else empty."""
    if form is not None:
        values, candidates = dict(form.fields), _typed_candidates(form)
    elif full is not None:
        values = _values(settings_of_poll(full.poll)) | _about(full)
        candidates = [
            CandidateField(place, option.title, option.summary)
            for place, option in enumerate(options, start=1)
        ]
    else:
        values = _values(Settings(rule="stv/scottish" if "stv/scottish" in RULES else "", seats=1))
        values |= {"opens_time": "09:00", "closes_time": "20:00", "max_length": ""}
        candidates = [CandidateField(place, "", "") for place in range(1, FIRST_ROWS + 1)]
    return ElectionPage(
        poll_id=str(full.poll.id) if full is not None else "",
        fields=_fields(ctx, "seats", values, errors or {}),
        candidates=candidates,
        values=values,
        errors=errors or {},
    )


def _typed_candidates(form: Form) -> list[CandidateField]:
    places = sorted(
        int(name.removeprefix("name-"))
        for name, _ in form.fields
        if name.startswith("name-") and name.removeprefix("name-").isdecimal() and len(name) < 8
    )
    rows = [
        CandidateField(place, form.get(f"name-{place}"), form.get(f"text-{place}"))
        for place in dict.fromkeys(places)
    ]
    if form.get("do") == "more" or not rows:
        after = rows[-1].place if rows else 0
        rows += [CandidateField(after + more, "", "") for more in range(1, MORE_ROWS + 1)]
    return rows


def _about(full: PollInFull) -> dict[str, str]:
    return {
        "title": full.poll.title,
        "title_en": full.poll.title_en,
        "summary": full.cycle.summary,
        **_dates(full.stage.opens_at, "opens"),
        **_dates(full.stage.closes_at, "closes"),
    }


def _dates(moment: datetime, name: str) -> dict[str, str]:
    local = moment.astimezone(BUCHAREST)
    return {f"{name}_on": f"{local:%Y-%m-%d}", f"{name}_time": f"{local:%H:%M}"}


def _values(settings: Settings) -> dict[str, str]:
    """Settings as the fields of the form."""
    found: dict[str, Any] = {
        "rule": settings.rule,
        "vote_type": settings.vote_type,
        "min_length": settings.min_length,
        "max_length": settings.max_length,
        "points_by_place": " ".join(str(points) for points in settings.points_by_place),
        "threshold": settings.threshold,
        "max_points": None if settings.grades else settings.max_points,
        "max_sum_points": settings.max_sum_points,
        "seats": settings.seats or None,
        "envelope_kind": settings.envelope_kind,
        "exclusive": "\n".join(" ".join(group) for group in settings.exclusive),
        "sealed": "yes" if settings.sealed else "no",
        "server_sealing": "yes" if settings.server_sealing else None,
        "grades": next((name for name, scale in SCALES.items() if scale == settings.grades), ""),
    }
    for place, criterion in enumerate(criteria_of(settings), start=1):
        found[f"criterion_{place}"] = criterion
    return {name: "" if value is None else str(value) for name, value in found.items()}


def _lei(bani: int) -> str:
    return str(bani // 100) if bani % 100 == 0 else f"{bani // 100},{bani % 100:02d}"


def _fields(ctx: Ctx, elects: str, values: dict[str, str], errors: dict[str, str]) -> SettingsFields:
    return SettingsFields(
        groups=_groups(ctx, elects),
        ballots=[(kind, ctx.gettext(BALLOT_DEEDS[kind]), "") for kind in _ballots(elects)],
        scales=[(name, _scale(ctx, scale)) for name, scale in SCALES.items()],
        criteria=[(name, ctx.gettext(SETTLED_BY[name])) for name in CRITERIA_FOR[elects]],
        values=_Values(values),
        errors=errors,
    )


class _Values(dict[str, str]):
    """Fields by name; what was not typed is empty."""

    def __missing__(self, _: str) -> str:
        return ""


BALLOT_DEEDS = {
    "ordinal": N_("They rank: first, second, third"),
    "approval": N_("They tick everything they agree with"),
    "scoring": N_("They give each a grade or points"),
    "cumulative": N_("They divide a number of points"),
}


def _ballots(elects: str) -> list[str]:
    """Kinds of ballots that at least one of the rules counts."""
    counted = {kind for rule in list_suitable(elects) for kind in rule.vote_types}
    return [kind for kind in CASTABLE_BALLOTS if kind in counted and kind in BALLOTS]


def _scale(ctx: Ctx, scale: Sequence[str]) -> str:
    return ", ".join(ctx.gettext(GRADE_WORDS[name]) for name in reversed(scale))


def _groups(ctx: Ctx, elects: str) -> list[RuleGroup]:
    groups = GROUPS[elects]
    found: dict[str, Choices] = {legend: [] for legend, _ in groups}
    for rule in list_suitable(elects):
        family = rule.name.partition("/")[0]
        legend = next(
            (one for one, names in groups if any(family.startswith(name) for name in names)), groups[-1][0]
        )
        ballots = ctx.gettext("On the ballot: %(ballots)s.", ballots=ballots_text(ctx, rule))
        hint = f"{rule_text(ctx, rule.name)} {ballots}"
        found[legend].append((rule.name, rule_title(ctx, rule.name), hint))
    shown = [(legend, rules) for legend, rules in found.items() if rules]
    return [
        RuleGroup("rule" if place == 0 else f"rule-group-{place}", ctx.gettext(legend), rules)
        for place, (legend, rules) in enumerate(shown)
    ]
