"""Plain votes are read by a short way; it must read exactly what the CSV reader reads."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.rules.formats import MalformedFile, PbElection, read_pb
from voting.rules.papers import ApprovalPaper

HEAD = "META\nkey;value\nbudget;10\nvote_type;{type}\nPROJECTS\nproject_id;cost\n1;5\n2;3\nB/3;4\nVOTES\n"
VOTES = st.sampled_from(
    ["", "1", "2,1", "1, 2", " 2 ", "B/3,1", "9", "\u00a01", "1,1", "2,,1", "VOTES", "\u2028", "META", "x\ty"]
)
POINTS = st.sampled_from(["", "1", "2,1", " 3, 1", "5", "2,1,0", "x"])
HEADERS = ("voter_id;vote;points", "vote;points;voter_id", "points;age;vote", "vote;age")


def _read(text: str) -> PbElection | tuple[int, str]:
    """What a file says, or why it was refused."""
    try:
        return read_pb(text.encode())
    except MalformedFile as refused:
        return refused.line, refused.reason


@given(
    vote_type=st.sampled_from(["approval", "ordinal", "cumulative", "scoring"]),
    header=st.sampled_from(HEADERS),
    rows=st.lists(st.tuples(VOTES, POINTS, st.sampled_from(["7", "", "x;y", "VOTES"])), max_size=6),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.sampled_from(["", "\n", "\n\n"]),
)
@settings(max_examples=400, deadline=None)
def test_both_ways_read_the_same(
    vote_type: str, header: str, rows: list[tuple[str, str, str]], ends: str, last: str
) -> None:
    lines = [
        ";".join({"vote": vote, "points": points}.get(name, other) for name in header.split(";")) + ";"
        for vote, points, other in rows
    ]
    begin = HEAD.format(type=vote_type) + "\n".join([f"{header};z", *lines, ""])
    width = header.count(";") + 1
    plain, quoted = (begin + ";" * width + cell + last for cell in ("q", '"q"'))
    assert _read(plain.replace("\n", ends)) == _read(quoted.replace("\n", ends))


@pytest.mark.parametrize(
    ("votes", "papers"),
    [
        ("voter_id;vote\na;1\n\nb;1\n;;\n", 2),  # lines of nothing are nobody's vote
        ("voter_id;vote\na;1\nb\nc;\n", 3),  # a short line is a blank vote
        ("voter_id;vote\na;1\nVOTES\n", None),
        ("vote;voter_id\n1;a\nVOTES;\n", None),
        ("vote\n1\n\n2\n", 2),
    ],
    ids=range(5),
)
def test_lines_that_are_not_plain(votes: str, papers: int | None) -> None:
    read = _read(HEAD.format(type="approval") + votes)
    if papers is None:
        assert read == (13, "section VOTES occurs twice") or read == (14, "section VOTES occurs twice")
    else:
        assert isinstance(read, PbElection)
        assert sum(read.papers.values()) == papers


def test_a_section_after_the_votes_is_read() -> None:
    head, projects = HEAD.format(type="approval").split("PROJECTS\n")
    projects = projects.removesuffix("VOTES\n")
    read = _read(head + "VOTES\nvoter_id;vote\na;1\nb;1\nPROJECTS\n" + projects)
    assert isinstance(read, PbElection)
    assert read.papers == {ApprovalPaper(("1",)): 2}


def test_real_files_read_the_same_either_way(shared_data: Path) -> None:
    for name in (
        "Netherlands_Assen_2024",
        "Poland_Krakow_2025_Podgorze",
        "Poland_Wieliczka_2023_Green_Budget",
    ):
        raw = (shared_data / "pb" / f"{name}.pb").read_bytes()
        head, votes = re.split(rb"(?<=\nVOTES)\r?\n", raw)
        assert b'"' not in votes
        quoted = re.sub(rb"\n([^;]*);", rb'\n"\1";', votes, count=1)
        assert len(quoted) == len(votes) + 2
        assert read_pb(head + b"\n" + quoted) == read_pb(raw)
