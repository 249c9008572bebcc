"""Debian's tally sheets: ties and gaps kept, and what is refused."""

import pytest

from voting.rules.formats import MalformedFile, read_debian
from voting.rules.papers import PreferencePaper

SHEET = (
    "\n\t\t  Tally Sheet for the votes cast.\n\n     Option 1------->: Raphaël Hertzog\n"
    "   /  Option 2------>: Ana\n   |/  Option 3----->: None Of The Above\n   |||/\n"
    "V: 1-1 \t\t5de2d9bdec162e7ad7d475f7a3a912e0\nV: 231 \t\t82779753e0665892a0168183b4d03db6\n"
    "V: -3- \t\t8fc3f20b27697bbc84c5d14782ce29cb\nV: 231\nV: ---\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_ties_and_gaps_are_kept(encoding: str) -> None:
    election = read_debian(SHEET.encode(encoding))
    first, ana, none = (option.id for option in election.contest.options)
    assert (first, ana, none) == ("Raphaël Hertzog", "Ana", "None Of The Above")
    assert election.papers == {
        PreferencePaper(((first, none),)): 1,
        PreferencePaper(((none,), (first,), (ana,))): 2,
        PreferencePaper(((), (), (ana,))): 1,
        PreferencePaper(): 1,
    }
    assert election.contest.default_option == none
    assert len(election.notes) == (2 if encoding == "latin-1" else 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("V: ---", "V: ----", 12, "4 ranks for 3 options"),
        ("V: ---", "V: -?-", 12, "is not a rank"),
        ("V: ---", "V: 0--", 12, "is not a rank"),
        ("V: ---", "V: - - - -", 12, "not a vote and a receipt"),
        ("V: ---", "V:", 12, "not a vote and a receipt"),
        ("V: ---", "V: " + "1" * 10_000_000, 12, "10000000 ranks"),
        ("Option 3", "Option 4", 6, "option 4 where option 3"),
        ("V:", "W:", 13, "no options or no votes"),
    ],
    ids=range(8),
)
def test_what_cannot_be_read_is_refused_with_its_line(old: str, new: str, line: int, reason: str) -> None:
    with pytest.raises(MalformedFile, match=reason) as refused:
        read_debian(SHEET.replace(old, new).encode())
    assert refused.value.line == line
