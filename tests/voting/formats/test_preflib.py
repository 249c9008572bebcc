"""PrefLib's files of all kinds and both ages, what is refused, and our own files read again."""

import pytest

from voting.rules.formats import MalformedFile, RankedElection, preflib_kind, read_preflib, write_preflib
from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Option,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
)

HEAD = (
    "# FILE NAME: 00001-00000001.{kind}\n# TITLE: Ward 1\n# DATA TYPE: {kind}\n# RELATES TO:\n"
    "# NUMBER ALTERNATIVES: 3\n# NUMBER VOTERS: 7\n# ALTERNATIVE NAME 1: Ana\n# ALTERNATIVE NAME 2: Ion: jr\n"
    "# ALTERNATIVE NAME 3: Dan\n"
)
CATEGORIES = "# NUMBER CATEGORIES: 2\n# CATEGORY NAME 1: Yes\n# CATEGORY NAME 2: No\n"


def read(orders: str, kind: str = "soi", more: str = "") -> RankedElection:
    """A small file read."""
    return read_preflib((HEAD.format(kind=kind) + more + orders).encode())


def test_strict_orders() -> None:
    election = read("4: 1,3\n2: 2\n1: \n")
    assert [option.id for option in election.contest.options] == ["Ana", "Ion: jr", "Dan"]
    assert election.papers == {RankedPaper(("Ana", "Dan")): 4, RankedPaper(("Ion: jr",)): 2, RankedPaper(): 1}
    assert (election.title, election.notes, election.contest.vote_type) == ("Ward 1", (), "ordinal")
    assert read("7: 1,3,2\n", kind="soc").papers == {RankedPaper(("Ana", "Dan", "Ion: jr")): 7}


def test_orders_with_ties() -> None:
    election = read("7: {2,1},3\n", kind="toc")
    assert election.contest.vote_type == "preference"
    assert election.papers == {PreferencePaper((("Ana", "Ion: jr"), ("Dan",))): 7}
    assert read("7: 3, {1, 2}\n", kind="toi").papers == {PreferencePaper((("Dan",), ("Ana", "Ion: jr"))): 7}


def test_categories_are_grades() -> None:
    election = read("5: 1,{2,3}\n2: {},{1,2}\n", kind="cat", more=CATEGORIES)
    assert (election.contest.vote_type, election.contest.grades) == ("scoring", ("No", "Yes"))
    assert election.papers == {
        ScoringPaper((("Ana", 1), ("Ion: jr", 0), ("Dan", 0))): 5,
        ScoringPaper((("Ana", 0), ("Ion: jr", 0))): 2,
    }


def test_files_from_before_2022() -> None:
    text = "3\n1,Ana\n2, Ion\n3,Dan\n7,7,2\n5,1,{2,3}\n2,3\n"
    assert read_preflib(text.encode(), "ED-1.toi").papers == {
        PreferencePaper((("Ana",), ("Dan", "Ion"))): 5,
        PreferencePaper((("Dan",),)): 2,
    }
    assert read_preflib(b"2\n1,Ana\n2,Ion\n3,3,1\n3,2,1\n", "x.soc").papers == {
        RankedPaper(("Ion", "Ana")): 3
    }


def test_totals_that_are_wrong_are_noted() -> None:
    assert read("4: 1,3\n").notes == ("NUMBER VOTERS says 7, the file holds 4",)


@pytest.mark.parametrize(
    ("kind", "orders", "line", "reason"),
    [
        ("soi", "4 1,3\n", 10, "is not a number of papers"),
        ("soi", "1: 2\nx: 1,3\n", 11, "is not a whole number"),
        ("soi", f"{'9' * 5000}: 1\n", 10, "is more than"),
        ("soi", "4: 1,9\n", 10, "not from 1 to 3"),
        ("soi", "4: 1,0\n", 10, "not from 1 to 3"),
        ("soi", "4: 1,,2\n", 10, "nothing between"),
        ("soi", "4: 1,=2+3\n", 10, "is not a number or a group"),
        ("soi", "4: 1,{2\n", 10, "is not a number or a group"),
        ("soi", "4: {1,2}\n", 10, "equal places"),
        ("soc", "4: 1,2\n", 10, "leaves alternatives out"),
        ("toc", "4: 1,2\n", 10, "leaves alternatives out"),
        ("soi", "4: " + "1," * 5_000_000 + "x\n", 10, "more than 10000 places"),
        ("soi", "4: 1\n# ALTERNATIVE NAME 3: Eva\n", 11, "twice"),
        ("soi", "4: 1\n# ALTERNATIVE NAME 4: Eva\n", 1, "numbers of their names"),
        ("soi", "4: 1\n# ELECTION: {}\n", 11, "own description"),
        ("cat", CATEGORIES + "4: 1,2,3\n", 13, "3 categories where there are 2"),
        ("cat", CATEGORIES + "4: 1,{1,2}\n", 13, "in two categories"),
        ("soi", "4: 1\x00\n", 10, "NUL"),
    ],
    ids=range(18),
)
def test_what_cannot_be_read_is_refused_with_its_line(kind: str, orders: str, line: int, reason: str) -> None:
    with pytest.raises(MalformedFile, match=reason) as refused:
        read(orders, kind=kind)
    assert refused.value.line == line


@pytest.mark.parametrize(
    "text", ["", "3\n1,A\n", "3\n1,A\n3,B\n2,C\n1,1,1\n", "9" * 5000, "-1\n"], ids=range(5)
)
def test_old_files_that_are_broken_are_refused(text: str) -> None:
    with pytest.raises(MalformedFile, match="line "):
        read_preflib(text.encode())


def test_every_kind_is_written_and_read_again() -> None:
    options = (Option(id="P1", title="Ana"), Option(id="P2", title="Ana"), Option(id="P3", title="Dan"))
    full, part = RankedPaper(("P2", "P1", "P3")), RankedPaper(("P2",))
    ties, gaps = PreferencePaper((("P1", "P2"), ("P3",))), PreferencePaper(((), ("P1",)))
    approval, grades = ApprovalPaper(("P3",)), ScoringPaper((("P1", 2), ("P3", 0)))
    for vote_type, paper, kind, named in (
        ("ordinal", full, "soc", ()),
        ("ordinal", part, "soi", ()),
        ("preference", ties, "toc", ()),
        ("preference", gaps, "toi", ()),
        ("approval", approval, "cat", ()),
        ("scoring", grades, "cat", ("Bad", "Fair", "Good")),
    ):
        contest = Contest(options=options, seats=2, vote_type=vote_type, grades=named)  # type: ignore[arg-type]
        election = RankedElection(contest=contest, papers={paper: 3}, title="t")
        assert preflib_kind(election) == kind
        assert read_preflib(write_preflib(election)) == election


def test_what_preflib_cannot_hold_is_not_written() -> None:
    contest = Contest(options=(Option(id="a", title="A"),), seats=1, vote_type="cumulative")
    with pytest.raises(ValueError, match="no cumulative papers"):
        write_preflib(RankedElection(contest=contest, papers={CumulativePaper((("a", 2),)): 1}))
    contest = Contest(
        options=(Option(id="a", title="A"),), seats=1, vote_type="scoring", grades=("No", "Yes")
    )
    with pytest.raises(ValueError, match="is no grade"):
        write_preflib(RankedElection(contest=contest, papers={ScoringPaper((("a", 2),)): 1}))
