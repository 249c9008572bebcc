"""BLT files read: the ballots of most STV counts of the world.

The first line says how many candidates and seats, then candidates that withdrew (negative numbers) and
`[...]` remarks, then a ballot a line (number of papers, preferences, 0), a line `0`, the names, the title
and comments. In the wild: commas instead of spaces, names without quotes or with quotes inside, names
holding two spaces, `1=2` for equal and `-` for skipped preferences, `#` comments, Latin-1.
Source: Hill, Wichmann and Woodall 1987 (Computer Journal 30:3), and the dialects of OpenSTV and droop.
"""

import re
from collections import Counter

import msgspec

from voting.rules.formats.ranked import (
    MAX_RANKS,
    UNDECLARED,
    Besides,
    RankedElection,
    candidate_ids,
    check_name,
    read_besides,
)
from voting.rules.formats.text import MalformedFile, count_of, lines_of, old_text_of, one_line, repeated
from voting.rules.papers import (
    MAX_OPTIONS,
    MAX_PAPERS,
    Contest,
    Option,
    Paper,
    PreferencePaper,
    RankedPaper,
)

_QUOTED = re.compile(r'"([^"]*)"\s*(?:#.*)?')
OWN = "election"  # our remark: what the format has no place for

Ranks = tuple[tuple[int, ...], ...]  # candidates by number from 0


class _Head(msgspec.Struct):
    """What stands before the ballots, as it is read."""

    candidates: int
    seats: int
    withdrawn: set[int] = msgspec.field(default_factory=set)
    undeclared: set[int] = msgspec.field(default_factory=set)
    nicks: list[str] = msgspec.field(default_factory=list)
    tie_order: list[int] = msgspec.field(default_factory=list)
    besides: Besides | None = None
    notes: list[str] = msgspec.field(default_factory=list)

    def number(self, word: str, line: int) -> int:
        """The candidate a ballot or remark means, from 0. Raises: MalformedFile."""
        if word in self.nicks:
            return self.nicks.index(word)
        number = count_of(word, line, "candidate", most=MAX_OPTIONS)
        if not 1 <= number <= self.candidates:
            raise MalformedFile(line, f"candidate {number} of {self.candidates}")
        return number - 1


def read_blt(raw: bytes) -> RankedElection:
    """Read a BLT file. Raises: MalformedFile."""
    notes: list[str] = []
    lines = lines_of(old_text_of(raw, notes))
    head, at = _head(lines)
    ballots, at = _ballots(lines, at, head)
    names, rest = _names(lines, at, head.candidates)
    own = head.besides
    contest = _contest(head, names, ballots) if own is None else _agreeing(own.contest, head, names)
    if own is None and contest.duplicates == "first":
        notes.append("some ballots name a candidate twice: the first mention counts")
    ids = [option.id for option in contest.options]
    return RankedElection(
        contest=contest,
        papers=_papers(ballots, contest),
        title=own.title if own else rest[0] if rest else "",
        notes=tuple(notes + head.notes),
        tie_order=own.tie_order if own else tuple(ids[number] for number in head.tie_order),
        comments=own.comments if own else tuple(rest[1:]),
    )


def _head(lines: list[str]) -> tuple[_Head, int]:
    """Everything before the first ballot, and the index of that line."""
    head: _Head | None = None
    for index, text in enumerate(lines):
        line = index + 1
        if text.startswith("[") and head:
            _remark(head, text, line)
            continue
        words = _words(text)
        if not words:
            continue
        if head is None:
            if len(words) != 2:
                raise MalformedFile(line, "the first line must be the numbers of candidates and of seats")
            head = _Head(
                candidates=count_of(words[0], line, "candidates", most=MAX_OPTIONS),
                seats=count_of(words[1], line, "seats", most=MAX_OPTIONS),
            )
            if not head.candidates or not head.seats:
                raise MalformedFile(line, "no candidates or no seats")
        elif all(word.startswith("-") and word != "-" for word in words):
            head.withdrawn |= {head.number(word[1:], line) for word in words}
        else:
            return head, index
    raise MalformedFile(len(lines), "the file ends before the ballots")


def _words(text: str) -> list[str]:
    return text.partition("#")[0].replace(",", " ").split()


def _remark(head: _Head, text: str, line: int) -> None:
    """A `[key value ...]` line: order of ties, short names, and our own description of the election."""
    if not text.partition("#")[0].rstrip().endswith("]") and not text.endswith("]"):
        raise MalformedFile(line, "a remark in [ ] that is never closed")
    key, _, value = text[1 : text.rindex("]")].strip().partition(" ")
    if key == OWN:
        head.besides = read_besides(value, line)
    elif key == "nick":
        head.nicks = value.split()
        if len(head.nicks) != head.candidates or repeated(head.nicks):
            raise MalformedFile(line, f"nick needs {head.candidates} different short names")
    elif key == "tie":
        head.tie_order = [head.number(word, line) for word in value.split()]
        if len(set(head.tie_order)) != len(head.tie_order):
            raise MalformedFile(line, "tie names a candidate twice")
    elif key in ("withdrawn", UNDECLARED):
        chosen = {head.number(word, line) for word in value.split()}
        if key == UNDECLARED:
            head.undeclared |= chosen
        else:
            head.withdrawn |= chosen
    else:
        head.notes.append(f"line {line}: [{key[:40]}] is not read")


def _ballots(lines: list[str], at: int, head: _Head) -> tuple[dict[Ranks, int], int]:
    """The ballots with their numbers, and the index of the line after them."""
    ballots: Counter[Ranks] = Counter()
    alone: dict[str, tuple[int, ...]] = {str(number + 1): (number,) for number in range(head.candidates)}
    alone |= {nick: (number,) for number, nick in enumerate(head.nicks)}
    for index in range(at, len(lines)):
        line = index + 1
        words = _words(lines[index])
        if not words:
            continue
        if words == ["0"]:
            return ballots, index + 1
        if len(words) > MAX_RANKS:
            raise MalformedFile(line, f"a ballot of more than {MAX_RANKS} preferences")
        if len(words) < 2 or words[-1] != "0":
            raise MalformedFile(line, "a ballot must end with 0")
        number = 1 if words[0].startswith("(") else count_of(words[0], line, "number", most=MAX_PAPERS)
        if not number:
            raise MalformedFile(line, "a ballot cast no times")
        try:
            ranks: Ranks = tuple([alone[word] for word in words[1:-1]])
        except KeyError:  # something else than one candidate, or none of these
            ranks = tuple(_rank(head, word, line) for word in words[1:-1])
        ballots[ranks] += number
    raise MalformedFile(len(lines), "the file ends before the line 0 that ends the ballots")


def _rank(head: _Head, word: str, line: int) -> tuple[int, ...]:
    if word == "-":
        return ()
    if "=" not in word:
        return (head.number(word, line),)
    return tuple(head.number(part, line) for part in word.split("="))


def _names(lines: list[str], at: int, candidates: int) -> tuple[list[str], list[str]]:
    """The candidates' names, then the title and the comments."""
    texts: list[str] = []
    for index in range(at, len(lines)):
        text = lines[index]
        if not text or text.startswith("#"):
            continue
        texts.append(_unquoted(text, index + 1))
    if len(texts) < candidates:
        raise MalformedFile(len(lines), f"{candidates} candidates but {len(texts)} names")
    return texts[:candidates], texts[candidates:]


def _unquoted(text: str, line: int) -> str:
    """What is between the quotes, which may hold quotes, or the whole line where it has none."""
    if not text.startswith('"'):
        return check_name(text, line)
    if quoted := _QUOTED.fullmatch(text):
        return check_name(quoted[1], line)
    end = text.rindex('"')
    if end == 0 or text[end + 1 :].partition("#")[0].strip():
        raise MalformedFile(line, "a quoted name that is never closed")
    return check_name(text[1:end], line)


def _contest(head: _Head, names: list[str], ballots: dict[Ranks, int]) -> Contest:
    """The contest that the file describes."""
    ids = head.nicks or candidate_ids(names)
    options = tuple(
        Option(
            id=ids[number],
            title=name,
            excluded="withdrawn" if number in head.withdrawn else None,
            category=UNDECLARED if number in head.undeclared else None,
        )
        for number, name in enumerate(names)
    )
    named = [[candidate for rank in ranks for candidate in rank] for ranks in ballots]
    return Contest(
        options=options,
        seats=head.seats,
        vote_type="ordinal" if _are_strict(ballots) else "preference",
        duplicates="first" if any(len(set(names)) < len(names) for names in named) else "reject",
    )


def _agreeing(contest: Contest, head: _Head, names: list[str]) -> Contest:
    """Our own description of the contest, when the file says the same. Raises: MalformedFile."""
    titles = [one_line(option.title) for option in contest.options]
    if titles != names or contest.seats != head.seats or contest.vote_type not in ("ordinal", "preference"):
        raise MalformedFile(1, f"[{OWN}] does not describe the election in this file")
    return contest


def _are_strict(ballots: dict[Ranks, int]) -> bool:
    return all(len(rank) == 1 for ranks in ballots for rank in ranks)


def _papers(ballots: dict[Ranks, int], contest: Contest) -> dict[Paper, int]:
    """The ballots as papers of the contest's kind, by option id."""
    ids = [option.id for option in contest.options]
    if contest.vote_type == "ordinal" and not _are_strict(ballots):
        raise MalformedFile(1, f"[{OWN}] says that no ballot has equal or skipped preferences")
    papers: Counter[Paper] = Counter()
    for ranks, number in ballots.items():
        if contest.vote_type == "ordinal":
            papers[RankedPaper(tuple([ids[rank[0]] for rank in ranks]))] += number
        else:
            papers[PreferencePaper(tuple([tuple([ids[c] for c in rank]) for rank in ranks]))] += number
    return dict(papers)
