"""PrefLib's files read: orders, strict or with ties, complete or not (`.soc .soi .toc .toi`), and categories
(`.cat`).

Metadata stand first as `# KEY: value`, then a distinct order a line, `number: 1,{2,3},4`, best first; in a
`.cat` file the groups are the categories, best first, and `{}` is an empty one. Files from before 2022 have
the number of alternatives, a line `1,name` each, a line of totals, and orders `number,1,{2,3},4`.
Source: preflib.org, "Data Format"; Mattei and Walsh 2013 (ADT).
"""

import re
from collections import Counter
from collections.abc import Mapping

import msgspec

from voting.rules.formats.ranked import (
    MAX_RANKS,
    Besides,
    RankedElection,
    candidate_ids,
    check_name,
    read_besides,
)
from voting.rules.formats.text import MalformedFile, count_of, lines_of, one_line, repeated, shown, text_of
from voting.rules.papers import (
    MAX_OPTIONS,
    MAX_PAPERS,
    ApprovalPaper,
    Contest,
    Option,
    Paper,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
    VoteType,
)

KINDS: dict[str, VoteType] = {
    "soc": "ordinal",
    "soi": "ordinal",
    "toc": "preference",
    "toi": "preference",
    "cat": "scoring",
}
OWN = "ELECTION"  # our key: what the format has no place for
MAX_CATEGORIES = 1_000
_KEY = re.compile(r"#\s*([^:]{1,80}):(.*)")
_NUMBERED = re.compile(r"(ALTERNATIVE|CATEGORY) NAME (\d{1,9})")
_GROUP = re.compile(r"\s*(?:\{([^{}]*)\}|([0-9]*))\s*(,|$)")

Groups = tuple[tuple[int, ...], ...]  # alternatives by number from 0


class _Sheet(msgspec.Struct):
    """A file before it means anything."""

    meta: dict[str, str] = msgspec.field(default_factory=dict)
    names: dict[int, str] = msgspec.field(default_factory=dict)
    categories: dict[int, str] = msgspec.field(default_factory=dict)
    orders: list[tuple[int, str, str]] = msgspec.field(default_factory=list)  # line, number, order
    besides: Besides | None = None
    alternatives: int = 0
    last_line: int = 1


def read_preflib(raw: bytes, name: str = "") -> RankedElection:
    """Read an order or category file; `name` says the kind where the file does not. Raises: MalformedFile."""
    lines = lines_of(text_of(raw))
    first = next(filter(None, lines), "")
    sheet = _sheet(lines) if first.startswith("#") else _old_sheet(lines)
    kind = sheet.meta.get("DATA TYPE", "").lower() or name.lower().rpartition(".")[2]
    ballots = _ballots(sheet)
    if kind not in KINDS:
        kind = "cat" if sheet.categories else "toi"
    own = sheet.besides
    notes: list[str] = []
    if own:
        contest = own.contest
        _check_own(contest, sheet, kind)
    else:
        contest = _contest(sheet, kind, ballots, notes)
    voters = sum(number for number, _ in ballots.values())
    if sheet.meta.get("NUMBER VOTERS", str(voters)) != str(voters):
        notes.append(f"NUMBER VOTERS says {sheet.meta['NUMBER VOTERS']}, the file holds {voters}")
    return RankedElection(
        contest=contest,
        papers=_papers(ballots, contest, kind),
        title=own.title if own else sheet.meta.get("TITLE", ""),
        notes=tuple(notes),
        tie_order=own.tie_order if own else (),
        comments=own.comments if own else (),
    )


def _sheet(lines: list[str]) -> _Sheet:
    """A file with `# KEY: value` lines."""
    sheet = _Sheet(last_line=len(lines))
    for line, text in enumerate(lines, start=1):
        if matched := _KEY.match(text):
            key, value = matched[1].strip(), matched[2].strip()
            if numbered := _NUMBERED.fullmatch(key):
                names = sheet.names if numbered[1] == "ALTERNATIVE" else sheet.categories
                number = count_of(numbered[2], line, "number", most=MAX_OPTIONS)
                if number in names:
                    raise MalformedFile(line, f"{key} twice")
                names[number] = check_name(value, line)
            elif key == OWN:
                sheet.besides = read_besides(value, line)
            else:
                sheet.meta[key] = value
        elif text and not text.startswith("#"):
            number_text, colon, order = text.partition(":")
            if not colon:
                raise MalformedFile(line, f"{shown(text)} is not a number of papers, a colon and an order")
            sheet.orders.append((line, number_text.strip(), order))
    stated = sheet.meta.get("NUMBER ALTERNATIVES", str(len(sheet.names)))
    sheet.alternatives = count_of(stated, 1, "NUMBER ALTERNATIVES", most=MAX_OPTIONS)
    _check_numbers(sheet.names, sheet.alternatives, "alternatives")
    stated = sheet.meta.get("NUMBER CATEGORIES", str(len(sheet.categories)))
    _check_numbers(
        sheet.categories, count_of(stated, 1, "NUMBER CATEGORIES", most=MAX_CATEGORIES), "categories"
    )
    return sheet


def _check_numbers(names: Mapping[int, str], number: int, what: str) -> None:
    if sorted(names) != list(range(1, number + 1)):
        raise MalformedFile(1, f"{number} {what}, but the numbers of their names are not 1 to {number}")


def _old_sheet(lines: list[str]) -> _Sheet:
    """A file from before 2022."""
    texts = [(line, text) for line, text in enumerate(lines, start=1) if text]
    if not texts:
        raise MalformedFile(1, "an empty file")
    sheet = _Sheet(last_line=len(lines))
    sheet.alternatives = count_of(texts[0][1], texts[0][0], "alternatives", most=MAX_OPTIONS)
    if len(texts) < sheet.alternatives + 2:
        raise MalformedFile(len(lines), f"the file ends before {sheet.alternatives} names and the totals")
    for number, (line, text) in enumerate(texts[1 : sheet.alternatives + 1], start=1):
        stated, _, name = text.partition(",")
        if stated.strip() != str(number):
            raise MalformedFile(line, f"{shown(text)} is not alternative {number}")
        sheet.names[number] = check_name(name, line)
    totals = texts[sheet.alternatives + 1][1].split(",")
    sheet.meta["NUMBER VOTERS"] = totals[0].strip()
    for line, text in texts[sheet.alternatives + 2 :]:
        number_text, _, order = text.partition(",")
        sheet.orders.append((line, number_text.strip(), order))
    return sheet


def _ballots(sheet: _Sheet) -> dict[Groups, tuple[int, int]]:
    """Each distinct order with how many papers say it, and the line where it first stands."""
    ballots: dict[Groups, tuple[int, int]] = {}
    alone: dict[str, tuple[int, ...]] = {str(number + 1): (number,) for number in range(sheet.alternatives)}
    for line, number_text, order in sheet.orders:
        number = count_of(number_text, line, "number", most=MAX_PAPERS)
        try:
            groups: Groups = tuple([alone[name] for name in order.strip().split(",")])
        except KeyError:  # something else than numbers and commas, or none of these
            groups = _groups(order, sheet.alternatives, line)
        earlier, at = ballots.get(groups, (0, line))
        ballots[groups] = (earlier + number, at)
    return ballots


def _groups(order: str, alternatives: int, line: int) -> Groups:
    """`1,{2,3},{}` as groups of alternatives."""
    groups: list[tuple[int, ...]] = []
    order = order.strip()
    if order.count(",") > MAX_RANKS:
        raise MalformedFile(line, f"an order of more than {MAX_RANKS} places")
    at = 0
    while at < len(order):
        matched = _GROUP.match(order, at)
        if matched is None:
            raise MalformedFile(line, f"{shown(order[at:])} is not a number or a group in {{ }}")
        within = matched[2] if matched[1] is None else matched[1]
        names = [part.strip() for part in within.split(",")] if within.strip() else []
        if matched[1] is None and not names:
            raise MalformedFile(line, "nothing between two commas")
        group = tuple(count_of(part, line, "alternative", most=MAX_OPTIONS) for part in names)
        if any(not 1 <= number <= alternatives for number in group):
            raise MalformedFile(line, f"an alternative that is not from 1 to {alternatives}")
        groups.append(tuple(sorted(number - 1 for number in group)))
        at = matched.end()
    return tuple(groups)


def _contest(
    sheet: _Sheet, kind: str, ballots: Mapping[Groups, tuple[int, int]], notes: list[str]
) -> Contest:
    """The contest that the file describes. The format does not say how many seats there are."""
    names = [sheet.names[number] for number in sorted(sheet.names)]
    ids = candidate_ids(names)
    options = tuple(Option(id=id_, title=name) for id_, name in zip(ids, names, strict=True))
    if kind == "cat":
        number = len(sheet.categories) or max((len(groups) for groups in ballots), default=1)
        grades = tuple(sheet.categories.get(number - point, str(number - point)) for point in range(number))
        return Contest(
            options=options,
            seats=1,
            vote_type="scoring",
            grades=grades,
            min_points=0,
            max_points=number - 1,
        )
    twice = any(repeated(str(a) for group in groups for a in group) for groups in ballots)
    if twice:
        notes.append("some orders name an alternative twice: the first mention counts")
    return Contest(options=options, seats=1, vote_type=KINDS[kind], duplicates="first" if twice else "reject")


def _check_own(contest: Contest, sheet: _Sheet, kind: str) -> None:
    """Our own description must say what the file says. Raises: MalformedFile."""
    titles = [one_line(option.title) for option in contest.options]
    names = [sheet.names[number] for number in sorted(sheet.names)]
    expected = ("scoring", "approval") if kind == "cat" else (KINDS[kind],)
    grades = [one_line(grade) for grade in contest.grades[::-1]]
    categories = [sheet.categories[number] for number in sorted(sheet.categories)]
    agrees = titles == names and contest.vote_type in expected
    if not agrees or (contest.vote_type == "scoring" and grades != categories):
        raise MalformedFile(1, f"{OWN} does not describe the election in this file")


def _papers(ballots: Mapping[Groups, tuple[int, int]], contest: Contest, kind: str) -> dict[Paper, int]:
    """The orders as papers of the contest's kind."""
    ids = [option.id for option in contest.options]
    papers: Counter[Paper] = Counter()
    for groups, (number, line) in ballots.items():
        if kind in ("soc", "toc") and len({a for group in groups for a in group}) != len(ids):
            raise MalformedFile(line, f"an order that leaves alternatives out in a {kind} file")
        named = tuple(tuple([ids[a] for a in group]) for group in groups)
        papers[_paper(named, contest, line)] += number
    return dict(papers)


def _paper(named: tuple[tuple[str, ...], ...], contest: Contest, line: int) -> Paper:
    if contest.vote_type == "preference":
        return PreferencePaper(named)
    if contest.vote_type == "ordinal":
        if any(len(group) != 1 for group in named):
            raise MalformedFile(line, "equal places in a file of strict orders")
        return RankedPaper(tuple([group[0] for group in named]))
    if contest.vote_type == "approval":
        return ApprovalPaper(named[0] if named else ())
    best = len(contest.grades) - 1
    if len(named) > len(contest.grades):
        raise MalformedFile(line, f"{len(named)} categories where there are {len(contest.grades)}")
    points = tuple((name, best - place) for place, group in enumerate(named) for name in group)
    if repeated(name for name, _ in points):
        raise MalformedFile(line, "an alternative in two categories")
    return ScoringPaper(points)
