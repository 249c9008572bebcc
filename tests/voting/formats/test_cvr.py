"""Cast vote records as officials publish them, what is refused, and our own files read again."""

import pytest

from voting.rules.formats import MalformedFile, RankedElection, read_cvr, write_cvr
from voting.rules.papers import Contest, Option, PreferencePaper, RankedPaper


def test_a_voter_a_row() -> None:
    text = (
        "Precinct,rank1,Rank2,rank3\r\nP-1,Ana,undervote,Ion\r\nP-1,Ana,Ana,overvote\r\n"
        'P-2,"UWI","Ion|Ana",skipped\r\nP-2,Ana,,Ion\r\nP-3,,,\r\n'
    )
    election = read_cvr(text.encode(), seats=2, title="Council")
    assert election.contest.options == (
        Option(id="Ana", title="Ana"),
        Option(id="Ion", title="Ion"),
        Option(id="UWI", title="UWI", category="undeclared"),
        Option(id="overvote", title="overvote", excluded="overvote"),
    )
    assert (election.contest.seats, election.contest.duplicates, election.title) == (2, "first", "Council")
    assert election.papers == {
        PreferencePaper((("Ana",), (), ("Ion",))): 2,
        PreferencePaper((("Ana",), ("Ana",), ("overvote", "overvote"))): 1,
        PreferencePaper((("UWI",), ("Ana", "Ion"))): 1,
        PreferencePaper(): 1,
    }
    assert election.notes[0] == "1 further columns are not kept"


def test_a_rank_a_row() -> None:
    text = "ballot_id,rank,choice\n1,3,Ion\n2,1,$OVERVOTE\n1,1,Ana\n3,2,$UNDERVOTE\n4,1,Ana\n4,1,Ion\n"
    assert read_cvr(text.encode()).papers == {
        PreferencePaper((("Ana",), (), ("Ion",))): 1,
        PreferencePaper((("overvote", "overvote"),)): 1,
        PreferencePaper(): 1,
        PreferencePaper((("Ana", "Ion"),)): 1,
    }


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "are needed"),
        ("a,b\n1,2\n", 1, "are needed"),
        ("rank1,rank3\nA,B\n", 1, "are needed"),
        ("rank1,rank1\nA,B\n", 1, "two columns of rank 1"),
        ("rank1\nA\n=HYPERLINK(1)\n", 3, "is a formula"),
        ("rank1\nA\n@SUM(1)\n", 3, "is a formula"),
        ("rank1\nA\nB,C\n", 3, "2 values where the header has 1 columns"),
        ("rank1\nA\nB|\n", 3, "names nobody"),
        ('rank1\nA\n"B\n', 3, "end of data"),
        ("rank1\nA\n" + "x" * 10_000_000 + "\n", 3, "larger than field limit"),
        ("rank1\nA\n" + "x" * 10_000 + "\n", 3, "a name of 10000 characters"),
        ("rank1\nA\nB\x00\n", 3, "NUL"),
        ("ballot_id,rank,choice\n1,1\n", 2, "2 values"),
        ("ballot_id,rank,choice\n1,0,A\n", 2, "a rank from 1"),
        ("ballot_id,rank,choice\n1,999999999999,A\n", 2, "is more than 1000"),
        ("ballot_id,rank,choice\n1,-1,A\n", 2, "is not a whole number"),
        ('"election {}",rank1\n,A\n', 1, "own description"),
    ],
    ids=range(17),
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(MalformedFile, match=reason) as refused:
        read_cvr(text.encode())
    assert refused.value.line == line


def test_other_encodings_are_refused() -> None:
    with pytest.raises(MalformedFile, match="line 2: not UTF-8"):
        read_cvr("rank1\nHélen\n".encode("latin-1"))


def test_what_csv_has_no_place_for_is_in_a_column_of_our_own() -> None:
    options = (Option(id="P1", title="Ana"), Option(id="P2", title="Nobody's choice"))
    contest = Contest(options=options, seats=3, vote_type="ordinal", max_length=2)
    election = RankedElection(
        contest=contest, papers={RankedPaper(("P1",)): 2, RankedPaper(): 1}, title="t", comments=("c",)
    )
    assert read_cvr(write_cvr(election)) == election


def test_what_a_cell_cannot_hold_is_not_written() -> None:
    contest = Contest(options=(Option(id="=1+1", title="x"),), seats=1, vote_type="ordinal")
    with pytest.raises(ValueError, match="cannot hold"):
        write_cvr(RankedElection(contest=contest, papers={RankedPaper(("=1+1",)): 1}))
