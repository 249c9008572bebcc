"""BLT files as they occur in the wild, what is refused, and our own files read again."""

import pytest

from voting.rules.formats import MalformedFile, RankedElection, read_blt, write_blt
from voting.rules.papers import Contest, Option, PreferencePaper, RankedPaper

PLAIN = '3 2\n4 1 2 0\n2 3 0\n5 0\n0\n"Castor"\n"Pollux"\n"Helen"\n"A title"\n'


def test_a_plain_file() -> None:
    election = read_blt(PLAIN.encode())
    assert [option.id for option in election.contest.options] == ["Castor", "Pollux", "Helen"]
    assert (election.contest.seats, election.contest.vote_type) == (2, "ordinal")
    assert election.papers == {
        RankedPaper(("Castor", "Pollux")): 4,
        RankedPaper(("Helen",)): 2,
        RankedPaper(()): 5,
    }
    assert (election.title, election.notes) == ("A title", ())
    lines = write_blt(election).decode().splitlines()
    assert sorted(lines) == sorted(PLAIN.splitlines())
    assert lines[3] == "5 0"  # the order of papers in the file tells nothing: blank ones sort last


def test_the_dialects_of_the_wild() -> None:
    text = (
        "\ufeff4,2 # four candidates\r\n-2\r\n[tie 3 1 2 4]\r\n[droop arithmetic=fixed]\r\n[undeclared 4]\r\n"
        "3,1,2=3,0 # a comment\r\n(b7) 4 - 1 0\r\n1 3 1 3 0\r\n0\r\n"
        'Ana  POP (Ind)\r\n"Ion "Nelu" Popa" # his name\r\n"Dan"\r\nDan\r\n\r\nWard 3\r\n"a source"\r\nmore'
    )
    election = read_blt(text.encode())
    assert election.contest.options == (
        Option(id="Ana POP (Ind)", title="Ana  POP (Ind)"),
        Option(id='Ion "Nelu" Popa', title='Ion "Nelu" Popa', excluded="withdrawn"),
        Option(id="Dan (3)", title="Dan"),
        Option(id="Dan (4)", title="Dan", category="undeclared"),
    )
    assert (election.contest.vote_type, election.contest.duplicates) == ("preference", "first")
    ana, ion, dan, other = (option.id for option in election.contest.options)
    assert election.papers == {
        PreferencePaper(((ana,), (ion, dan))): 3,
        PreferencePaper(((other,), (), (ana,))): 1,
        PreferencePaper(((dan,), (ana,), (dan,))): 1,
    }
    assert election.tie_order == (dan, ana, ion, other)
    assert (election.title, election.comments) == ("Ward 3", ("a source", "more"))
    assert election.notes == (
        "some ballots name a candidate twice: the first mention counts",
        "line 4: [droop] is not read",
    )


def test_short_names_are_ids() -> None:
    text = '2 1\n[nick ana ion]\n[tie ion ana]\n3 ion ana 0\n1 1 0\n0\n"Ana"\n"Ion"\n"T"\n'
    election = read_blt(text.encode())
    assert election.papers == {RankedPaper(("ion", "ana")): 3, RankedPaper(("ana",)): 1}
    assert election.tie_order == ("ion", "ana")


def test_latin_1_is_read_and_noted() -> None:
    election = read_blt(PLAIN.replace("Helen", "Hélen").encode("latin-1"))
    assert election.contest.options[2].title == "Hélen"
    assert election.notes == ("not UTF-8: read as Latin-1",)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the file ends before the ballots"),
        ("3 x\n", 1, "seats 'x' is not a whole number"),
        ("3\n", 1, "the first line must be"),
        ("0 1\n0\n", 1, "no candidates"),
        (f"{'9' * 5000} 1\n", 1, "is more than"),
        (PLAIN.replace("4 1 2 0", "4 1 9 0"), 2, "candidate 9 of 3"),
        (PLAIN.replace("4 1 2 0", "4 1 2"), 2, "must end with 0"),
        (PLAIN.replace("4 1 2 0", f"{'9' * 5000} 1 2 0"), 2, "is more than"),
        (PLAIN.replace("4 1 2 0", "0 1 2 0"), 2, "no times"),
        (PLAIN.replace("4 1 2 0", "1.5 1 2 0"), 2, "is not a whole number"),
        (PLAIN.replace("4 1 2 0", "4 " + "1 " * 5_000_000 + "0"), 2, "more than 10000 preferences"),
        (PLAIN.replace("4 1 2 0", "4 =1+1 2 0"), 2, "is not a whole number"),
        (PLAIN.replace("4 1 2 0", "4 1 2 \x000"), 2, "NUL"),
        (PLAIN.replace("4 1 2 0", "4 1 2 \x1b0"), 2, "control character"),
        ("3 2\n4 1 2 0\n2 3 0\n", 4, "before the line 0"),
        ('3 2\n4 1 2 0\n0\n"A"\n"B"\n', 6, "3 candidates but 2 names"),
        (PLAIN.replace('"Helen"', '"Helen'), 8, "never closed"),
        (PLAIN.replace('"Helen"', "x" * 10_000_000), 8, "a name of 10000000 characters"),
        ("3 2\n[tie 1 1]\n4 1 0\n", 2, "twice"),
        ("3 2\n[nick a b]\n4 1 0\n", 2, "3 different short names"),
        ("3 2\n[tie 1 2\n4 1 0\n", 2, "never closed"),
        ('3 2\n[election {"contest": 1}]\n4 1 0\n', 2, "own description"),
    ],
    ids=range(22),
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(MalformedFile, match=reason) as refused:
        read_blt(text.encode())
    assert refused.value.line == line


def test_what_blt_has_no_place_for_is_in_a_remark() -> None:
    options = (Option(id="P1", title="Ana", excluded="illness"), Option(id="P2", title="Ana"))
    contest = Contest(options=options, seats=1, vote_type="ordinal", max_length=2)
    election = RankedElection(contest=contest, papers={RankedPaper(("P2", "P1")): 2}, title="t")
    raw = write_blt(election)
    assert b"[election {" in raw
    assert read_blt(raw) == election
    with pytest.raises(MalformedFile, match="does not describe"):
        read_blt(raw.replace(b'\n"Ana"\n', b'\n"Ion"\n', 1))


def test_what_blt_cannot_hold_is_not_written() -> None:
    contest = Contest(options=(Option(id="a", title='x" # y'),), seats=1, vote_type="ordinal")
    with pytest.raises(ValueError, match="cannot hold"):
        write_blt(RankedElection(contest=contest, papers={}))
    with pytest.raises(ValueError, match="no approval papers"):
        write_blt(RankedElection(contest=Contest(options=(), seats=1, vote_type="approval"), papers={}))
