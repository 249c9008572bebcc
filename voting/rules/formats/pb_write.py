"""Our contests written as Pabulib's `.pb` files, which anyone's tools read.

Where Pabulib has no key for something that decides the count (points by place, exclusive groups, minor
units, an option that cannot win) a key or column of our own says it, so that reading the file again gives
the same contest.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from voting.rules.formats.pb_read import SENTINEL_COST
from voting.rules.papers import Contest, Paper, Papers, RankedPaper, encode_paper, named_options
from voting.rules.tally import group_papers, points_of


def write_pb(
    contest: Contest,
    papers: Papers,
    *,
    meta: Mapping[str, str],
    rule: str = "unknown",
    awarded: Mapping[str, int] | None = None,
) -> bytes:
    """A `.pb` file of a contest and its papers, sorted so that their order tells nothing, voters numbered 1
    to n.

    `meta` gives the descriptive keys (description, country, unit, instance, dates, language ...). `awarded`
    says what each winner got; with it the `selected` column is written (2 for an option funded in part).
    Reading the file again gives the same contest and papers.
    """
    grouped = sorted((encode_paper(paper), paper, number) for paper, number in group_papers(papers).items())
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(["META"])
    writer.writerow(["key", "value"])
    total = sum(number for _, _, number in grouped)
    for key, value in _meta_rows(contest, dict(meta), rule, total).items():
        writer.writerow([key, value.replace("\r", "")])
    writer.writerow(["PROJECTS"])
    _write_projects(writer, contest, [(paper, number) for _, paper, number in grouped], awarded)
    writer.writerow(["VOTES"])
    has_points = contest.vote_type != "approval"
    writer.writerow(["voter_id", "vote", "points"] if has_points else ["voter_id", "vote"])
    voter = 0
    for _, paper, number in grouped:
        cells = [",".join(named_options(paper))]
        if has_points:
            cells.append(",".join(str(value) for value in _written_points(contest, paper)))
        for _ in range(number):
            voter += 1
            writer.writerow([voter, *cells])
    return out.getvalue().encode()


def _meta_rows(contest: Contest, meta: dict[str, str], rule: str, total: int) -> dict[str, str]:
    """META in the order Pabulib recommends: who and when first, then what the count needs."""
    who: tuple[str, ...] = ("description", "country", "unit", "instance")
    when: tuple[str, ...] = ("date_begin", "date_end")
    rows = {key: meta.pop(key) for key in who if key in meta}
    rows |= {
        "num_projects": str(len(contest.options)),
        "num_votes": str(total),
        "budget": amount_text(contest.budget, contest.minor_per_unit),
        "vote_type": contest.vote_type,
        "rule": rule,
    }
    rows |= {key: meta.pop(key) for key in when if key in meta}
    limits = {
        "min_length": contest.min_length,
        "max_length": contest.max_length,
        "min_points": contest.min_points,
        "max_points": contest.max_points,
        "min_sum_points": contest.min_sum_points,
        "max_sum_points": contest.max_sum_points,
        "default_score": contest.default_score or None,
        "min_project_score_threshold": contest.threshold,
    }
    rows |= {key: str(value) for key, value in limits.items() if value is not None}
    if contest.max_sum_cost is not None:
        rows["max_sum_cost"] = amount_text(contest.max_sum_cost, contest.minor_per_unit)
    if contest.vote_type == "ordinal":
        rows["points_by_place"] = ",".join(map(str, contest.points_by_place))
    if contest.exclusive:
        rows["exclusive_groups"] = "|".join(",".join(group) for group in contest.exclusive)
    if contest.minor_per_unit != 100:
        rows["minor_per_unit"] = str(contest.minor_per_unit)
    if contest.duplicates != "reject":
        rows["duplicates"] = contest.duplicates
    rows["currency"] = contest.currency
    return rows | {key: value for key, value in meta.items() if key not in rows}


def amount_text(amount: int, minor_per_unit: int) -> str:
    """Minor units as units with a decimal point, without needless decimals. Raises: ValueError.

    >>> amount_text(253264583, 100), amount_text(500000, 100)
    ('2532645.83', '5000')
    """
    digits = len(str(minor_per_unit)) - 1
    if minor_per_unit != 10**digits:
        raise ValueError("a unit must be a power of ten of minor units")
    whole, rest = divmod(amount, minor_per_unit)
    return f"{whole}.{rest:0{digits}d}" if rest else str(whole)


def _write_projects(
    writer: Any,
    contest: Contest,
    ballots: Sequence[tuple[Paper, int]],
    awarded: Mapping[str, int] | None,
) -> None:
    """The PROJECTS section: optional columns only where some option has a value for them."""
    votes: dict[str, int] = {}
    score: dict[str, int] = {}
    for paper, number in ballots:
        for name, value in points_of(contest, paper):
            votes[name] = votes.get(name, 0) + number
            score[name] = score.get(name, 0) + number * value
    sentinel = SENTINEL_COST * contest.minor_per_unit
    columns: dict[str, list[str]] = {
        "project_id": [_safe_id(option.id) for option in contest.options],
        "cost": [amount_text(option.cost, contest.minor_per_unit) for option in contest.options],
        "votes": [str(votes.get(option.id, 0)) for option in contest.options],
    }
    if contest.vote_type != "approval":
        columns["score"] = [str(score.get(option.id, 0)) for option in contest.options]
    columns["name"] = [option.title for option in contest.options]
    columns["category"] = [option.category or "" for option in contest.options]
    columns["neighborhood"] = [option.area or "" for option in contest.options]
    columns["excluded"] = ["" if o.cost == sentinel else o.excluded or "" for o in contest.options]
    if awarded is not None:
        columns["selected"] = [
            "0" if o.id not in awarded else "1" if awarded[o.id] >= o.cost else "2" for o in contest.options
        ]
    optional = ("category", "neighborhood", "excluded")
    kept = {name: cells for name, cells in columns.items() if name not in optional or any(cells)}
    writer.writerow(kept)
    writer.writerows(zip(*kept.values(), strict=True))


def _safe_id(name: str) -> str:
    if any(mark in name for mark in ',;|\n\r"') or name != name.strip():
        raise ValueError(f"the id {name!r} cannot be written in a .pb file")
    return name


def _written_points(contest: Contest, paper: Paper) -> Iterable[int]:
    """A number for each option named, in the same order, also for a second mention."""
    if isinstance(paper, RankedPaper):
        worth = contest.place_points
        return [worth[i] if i < len(worth) else 0 for i in range(len(paper.places))]
    return [value for _, value in points_of(contest, paper)]
