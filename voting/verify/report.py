"""A result as aligned text: who won, every round or step, why the others did not, and every tie."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from app.kit.terminal import Language
from voting.rules.papers import Contest
from voting.rules.result import Fact, Outcome, Result, Round, Tie
from voting.verify.election import Election
from voting.verify.words import say

LONGEST_NAME = 48  # columns on the terminal
MOST_PLACES = 12  # decimals of a number of votes
MOST_IN_PAIRS = 15  # options that a table of pairs still shows
AMOUNTS = frozenset(
    ("cost", "missing", "supporters_have", "supporters_had", "remaining_before", "remaining_after")
)
ROMANIAN_MARKS = str.maketrans(",.", ".,")
LEFT_OUT = frozenset(("rank", "score", "supporters", "first_places"))  # facts that have a column


class Report:
    """The text of one result in one language."""

    def __init__(self, election: Election, result: Result, language: Language) -> None:
        self.election, self.result, self.language = election, result, language
        self.contest: Contest = election.contest
        self.title = {option.id: option.title for option in self.contest.options}

    def lines(self) -> Iterator[str]:
        """Every line, without line ends."""
        yield from self._head()
        yield from self._parts()
        yield from self._winners()
        yield from self._rounds()
        yield from self._steps()
        yield from self._reasons()
        yield from self._near()
        yield from self._other_rules()
        yield from self._pairs()
        yield from self._ties()
        yield from self._rejections()
        if not self.result.complete:
            yield from ("", self._say("incomplete"))

    def _say(self, code: str, **facts: object) -> str:
        return say(self.language, code, **facts)

    def _head(self) -> Iterator[str]:
        result = self.result
        if self.election.title:
            yield _cut(self.election.title, 100)
        parts = [f"{result.rule} ({self._say('version')} {result.rule_version})"]
        if result.seats:
            parts.append(f"{result.seats} {self._say('seats')}")
        else:
            parts.append(f"{self._say('budget')} {self._money(result.budget)}")
            parts.append(f"{self._say('spent')} {self._money(result.spent)}")
        yield " · ".join(parts)
        numbers = (("counted", result.counted), ("blank", result.blank))
        told = ", ".join(f"{number} {self._say(name)}" for name, number in numbers)
        refused = sum(rejection.number for rejection in result.rejected)
        yield f"{result.received} {self._say('papers')}: {told}, {refused} {self._say('rejected')}"
        quota = result.facts.get("quota") or next((r.quota for r in result.rounds if r.quota), "")
        if quota and Fraction(quota):  # rules that elect whoever is left have none
            yield f"{self._say('quota')} {self._votes(str(quota))}"
        for note in self.election.notes:
            yield f"{self._say('note')}: {note}"

    def _parts(self) -> Iterator[str]:
        """What was paid from which money: spent, of how much, and the papers that had a say in it."""
        if not self.result.parts:
            return
        yield from ("", self._say("parts"))
        rows = [
            [
                _cut(part.name or self._say("common"), LONGEST_NAME),
                self._money(part.spent),
                f"{self._say('of')} {self._money(part.amount)}",
                f"{part.counted} {self._say('papers')}",
            ]
            for part in self.result.parts
        ]
        yield from _table(rows, right={1, 2, 3})

    def _winners(self) -> Iterator[str]:
        yield from ("", self._say("winners"))
        if not self.result.winners:
            yield f"  {self._say('nobody')}"
        paid = {outcome.option: outcome.awarded for outcome in self.result.outcomes}
        rows = [
            [str(place), self._name(name), self._money(paid[name]) if not self.result.seats else ""]
            for place, name in enumerate(self.result.winners, start=1)
        ]
        yield from _table(rows, right={0, 2})

    def _rounds(self) -> Iterator[str]:
        if self.result.rounds:
            yield from ("", self._say("rounds"))
        before: Mapping[str, Fraction] = {}
        for one in self.result.rounds:
            names = ", ".join(self._short(name) for name in one.subjects)
            yield f"{self._say('round')} {one.number}: {self._say(one.action, names=names)}"
            votes = {name: Fraction(text) for name, text in one.votes}
            rows = [
                [self._name(n), self._votes(text), self._change(votes, before, n), self._state(one, n)]
                for n, text in sorted(one.votes, key=lambda pair: -votes[pair[0]])
            ]
            if Fraction(one.exhausted or 0):
                rows.append([self._say("exhausted"), self._votes(one.exhausted), "", ""])
            yield from _table(rows, right={1, 2})
            before = votes

    def _change(self, votes: Mapping[str, Fraction], before: Mapping[str, Fraction], name: str) -> str:
        if name not in before or votes[name] == before[name]:
            return ""
        change = votes[name] - before[name]
        return ("+" if change > 0 else "-") + self._votes(str(abs(change)))

    def _state(self, one: Round, name: str) -> str:
        if name in one.elected:
            return self._say("elected_now")
        return self._say("excluded_now") if name in one.excluded else ""

    def _steps(self) -> Iterator[str]:
        if not self.result.steps:
            return
        yield from ("", self._say("steps"))
        rows = [
            [
                str(step.number),
                self._name(step.option),
                self._say(step.decision),
                self._money(step.remaining_before),
                "->",
                self._money(step.remaining_after),
            ]
            for step in self.result.steps
        ]
        yield from _table(rows, right={0, 3, 5})

    def _reasons(self) -> Iterator[str]:
        yield from ("", self._say("reasons"))
        outcome = {one.option: one for one in self.result.outcomes}
        rows = []
        for standing in self.result.standings:
            one = outcome[standing.option]
            mark = "*" if one.won else ""
            rows.append(
                [
                    mark,
                    str(standing.rank),
                    self._name(standing.option),
                    str(standing.score),
                    f"{self._say(one.reason)}{self._facts(one)}",
                ]
            )
        yield from _table(rows, right={1, 3})

    def _facts(self, outcome: Outcome) -> str:
        """The facts of a reason as they are: their names are those of docs/voting-rules.md."""
        told = [
            f"{name} {self._fact(name, fact)}" for name, fact in outcome.facts.items() if name not in LEFT_OUT
        ]
        return f" ({', '.join(told)})" if told else ""

    def _fact(self, name: str, fact: Fact) -> str:
        if isinstance(fact, int):
            return self._money(fact) if name in AMOUNTS and not self.result.seats else str(fact)
        return self._short(fact) if fact in self.title else fact

    def _near(self) -> Iterator[str]:
        """What would have been enough for each option that was not funded."""
        if self.result.counterfactuals:
            yield from ("", self._say("near"))
        rows = []
        for one in self.result.counterfactuals:
            said = [
                self._say("lacked", amount=self._money(one.missing)) if one.missing else "",
                self._say("enough_cost", amount=self._money(one.winning_cost)) if one.winning_cost else "",
                self._say("enough_people", number=one.more_supporters) if one.more_supporters else "",
            ]
            if not any(said[1:]):
                said[1] = self._say("nothing_found")
            rows.append([self._name(one.option), *said])
        yield from _table(rows, right=set())

    def _other_rules(self) -> Iterator[str]:
        """What another rule would have chosen, and where that differs."""
        if self.result.alternatives:
            yield from ("", self._say("other_rules"))
        for other in self.result.alternatives:
            ours, theirs = set(self.result.winners), set(other.winners)
            differing = (
                ("also", [name for name in other.winners if name not in ours]),
                ("not_these", [name for name in self.result.winners if name not in theirs]),
            )
            said = [
                self._say(code, names=", ".join(map(self._short, names)))
                for code, names in differing
                if names
            ]
            told = "; ".join(said) or self._say("the_same")
            spent = f"{self._say('spent')} {self._money(other.spent)}"
            yield f"  {other.rule}: {len(other.winners)}, {spent}: {told}"

    def _pairs(self) -> Iterator[str]:
        table = self.result.pairwise
        if not table or len(table) > MOST_IN_PAIRS:
            return
        yield from ("", self._say("pairs"))
        numbers = [str(number) for number in range(1, len(table) + 1)]
        rows = [["", "", *numbers]]
        for here, (option, row) in enumerate(zip(self.contest.options, table, strict=True)):
            cells = ["" if there == here else str(votes) for there, votes in enumerate(row)]
            rows.append([numbers[here], self._name(option.id), *cells])
        yield from _table(rows, right={0, *range(2, len(table) + 2)})

    def _ties(self) -> Iterator[str]:
        if self.result.ties:
            yield from ("", self._say("ties"))
        for tie in self.result.ties:
            names = ", ".join(self._short(name) for name in tie.options)
            yield f"  {tie.at}: {names}: {self._settled(tie)}"

    def _settled(self, tie: Tie) -> str:
        if not tie.resolved:
            return self._say("tie_open")
        if not tie.matters and not tie.settled_by:
            return self._say("tie_idle")
        order = ", ".join(self._short(name) for name in tie.order)
        return self._say("tie_settled", by=", ".join(tie.settled_by), order=order)

    def _rejections(self) -> Iterator[str]:
        if self.result.rejected:
            yield from ("", self._say("rejections"))
        numbers: dict[str, int] = {}
        for rejection in self.result.rejected:
            numbers[rejection.reason] = numbers.get(rejection.reason, 0) + rejection.number
        yield from _table([[str(number), reason] for reason, number in numbers.items()], right={0})

    def _name(self, name: str) -> str:
        """An option: its id, and its title where that says more."""
        title = self.title[name]
        return _cut(name if " ".join(title.split()) == name else f"{name} {title}", LONGEST_NAME)

    def _short(self, name: str) -> str:
        """An option within a sentence: several are not separated by what their names may hold."""
        return _cut(name, LONGEST_NAME)

    def _money(self, amount: int) -> str:
        units = Decimal(amount) / self.contest.minor_per_unit
        return self._as_read(f"{units:,.2f}" if amount % self.contest.minor_per_unit else f"{units:,.0f}")

    def _votes(self, text: str) -> str:
        return self._as_read(_votes(text))

    def _as_read(self, number: str) -> str:
        """With the marks of the language: 1.234,5 in Romanian."""
        return number.translate(ROMANIAN_MARKS) if self.language == "ro" else number


def _votes(text: str) -> str:
    """A number of votes as exact as it is; a fraction that is no decimal is cut after four places."""
    if "/" not in text:
        return text
    value = Fraction(text)
    places = next((n for n in range(MOST_PLACES + 1) if 10**n % value.denominator == 0), None)
    cut = "" if places is not None else "…"
    places = 4 if places is None else places
    whole, parts = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    return f"{'-' if value < 0 else ''}{whole}.{parts:0{places}d}{cut}"


def _table(rows: Sequence[Sequence[str]], *, right: set[int]) -> Iterator[str]:
    """Rows with their columns aligned, those in `right` to the right."""
    columns = max((len(row) for row in rows), default=0)
    widths = [max(_width(row[c]) for row in rows if c < len(row)) for c in range(columns)]
    for row in rows:
        cells = []
        for column, text in enumerate(row):
            if not widths[column]:
                continue
            space = " " * (widths[column] - _width(text))
            cells.append(space + text if column in right else text + space)
        yield ("  " + "  ".join(cells)).rstrip()


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _width(text: str) -> int:
    """How many columns a terminal needs: marks that sit on a letter none, wide signs two."""
    if text.isascii():
        return len(text)
    wide = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.combining(mark) else wide.get(unicodedata.east_asian_width(mark), 1) for mark in text
    )
