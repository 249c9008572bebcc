"""Pabulib files as they occur in the wild, what is refused, and our own files read again."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.make.contests import make_contest, points_of
from voting.rules import RULES, get_rule
from voting.rules.formats import MalformedFile, PbElection, amount_text, read_pb, write_pb
from voting.rules.formats.pb_read import SENTINEL_COST
from voting.rules.papers import (
    PABULIB_VOTE_TYPES,
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Envelope,
    Option,
    Paper,
    RankedPaper,
    ScoringPaper,
)
from voting.rules.tally import group_papers
from voting.rules.ties import REPORT, STANDARD

META = "META\nkey;value\nbudget;1000\nvote_type;{type}\n{more}"


TWO = "PROJECTS\nproject_id;cost\n1;1\n2;1\nVOTES\nvote\n1\n"


def pb(votes: str, *, projects: str = "", vote_type: str = "approval", more: str = "") -> PbElection:
    """A small file read."""
    projects = projects or "project_id;cost;name;selected\n1;500;One;1\n2;300;Two;0\n3;400;Three;0\n"
    text = META.format(type=vote_type, more=more) + "PROJECTS\n" + projects + "VOTES\n" + votes
    return read_pb(text.encode())


def test_the_four_vote_types() -> None:
    assert pb("voter_id;vote\na;2,1\n").papers == {ApprovalPaper(("1", "2")): 1}
    assert pb("voter_id;vote\na;2,1\n", vote_type="ordinal").papers == {RankedPaper(("2", "1")): 1}
    points = "voter_id;vote;points\na;2,1;3,1\n"
    assert pb(points, vote_type="cumulative").papers == {CumulativePaper((("1", 1), ("2", 3))): 1}
    assert pb(points, vote_type="scoring").papers == {ScoringPaper((("1", 1), ("2", 3))): 1}
    assert pb("voter_id;vote\na;2\n", vote_type="choose-1").contest.max_length == 1


def test_quotes_spaces_windows_lines_and_a_byte_order_mark() -> None:
    text = (
        '\ufeffMETA\r\nkey; value\r\nbudget; 1 000,50\r\nvote_type; approval\r\ndescription; "a; b"\r\n\r\n'
        'PROJECTS\r\nproject_id; cost; name\r\n1; 500.25; "Parcul ""Mare""; etapa II"\r\nB/2; 3; doi\r\n'
        "VOTES\r\nvoter_id; vote; age\r\n1; B/2, 1; 40\r\n2; ; 41\r\n"
    )
    election = read_pb(text.encode())
    assert election.contest.budget == 100050
    assert election.meta["description"] == "a; b"
    assert election.contest.options[0] == Option(id="1", title='Parcul "Mare"; etapa II', cost=50025)
    assert election.papers == {ApprovalPaper(("1", "B/2")): 1, ApprovalPaper(()): 1}
    assert election.selected is None


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("2532645.83", 253264583),
        ("2532645,83", 253264583),
        ("1.234,5", 123450),
        ("1 000", 100000),
        ("1.0E3", 100000),
    ],
)
def test_amounts(written: str, minor: int) -> None:
    election = pb("voter_id;vote\n", projects=f"project_id;cost\n1;{written}\n")
    assert election.contest.options[0].cost == minor


def test_amounts_with_more_decimals_keep_them() -> None:
    election = pb("voter_id;vote\n", projects="project_id;cost\n1;10.125\n")
    assert (election.contest.minor_per_unit, election.contest.options[0].cost) == (1000, 10125)
    assert election.contest.budget == 1_000_000


def test_sentinel_cost_cannot_win_and_does_not_stop() -> None:
    projects = "project_id;cost\n1;999999999\n2;300\n"
    election = pb("voter_id;vote\na;1\nb;1,2\n", projects=projects, more="rule;greedy-no-skip\n")
    result = get_rule("greedy-no-skip").count(election.contest, election.papers, ties=REPORT)
    assert result.winners == ("2",)


def test_points_by_place() -> None:
    """From the votes; else L ... 1 of the longest ballot; and where places do not decide them, as scoring."""
    with_points = pb("voter_id;vote;points\na;1,2,3;5,4,3\nb;2;5\n", vote_type="ordinal")
    assert with_points.contest.points_by_place == (5, 4, 3)
    without = pb("voter_id;vote\na;1,2,3\nb;2\n", vote_type="ordinal", more="max_length;3\n")
    assert without.contest.points_by_place == (3, 2, 1)
    assert "3-2-1" in without.notes[0]
    uneven = pb("voter_id;vote;points\na;1,2,3;3,2,1\nb;2,3;2,1\n", vote_type="ordinal")
    assert uneven.contest.vote_type == "scoring"
    assert uneven.papers[ScoringPaper((("2", 2), ("3", 1)))] == 1


def test_limits_the_files_own_ballots_break_are_widened_and_noted() -> None:
    election = pb("voter_id;vote\na;1,2,3\nb;2\n", more="max_length;2\nmin_length;2\n")
    assert (election.contest.min_length, election.contest.max_length) == (1, 3)
    assert len(election.notes) == 2
    result = get_rule("greedy").count(election.contest, election.papers, ties=STANDARD)
    assert result.counted == 2


def test_a_project_named_twice_counts_once() -> None:
    election = pb("voter_id;vote\na;1,1,2\n", vote_type="ordinal", more="max_length;3\n")
    assert points_of(election.contest, next(iter(election.papers))) == (("1", 3), ("2", 1))
    assert get_rule("greedy").count(election.contest, election.papers, ties=REPORT).counted == 1


def test_an_unknown_project_in_a_vote_is_a_rejected_paper() -> None:
    election = pb("voter_id;vote\na;1\nb;1,77\n")
    result = get_rule("greedy").count(election.contest, election.papers, ties=STANDARD)
    assert [(r.reason, r.number) for r in result.rejected] == [("unknown_option", 1)]


def test_rules_and_selected() -> None:
    assert (
        pb("voter_id;vote\n", more="rule;greedy\nmin_project_score_threshold;5\n").rule == "greedy-threshold"
    )
    assert pb("voter_id;vote\n", more="rule;unknown\n").rule is None
    projects = "project_id;cost;selected\n1;1;1\n2;1;2\n3;1;3\n4;1;0\n"
    assert pb("voter_id;vote\n", projects=projects, more="rule;greedy-custom\n").winners == ("1", "2")
    assert pb("voter_id;vote\n", projects=projects, more="rule;greedy\n").winners == ("1",)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 0, "META is missing"),
        ("hello\n", 1, "does not begin with META"),
        ("META\nkey;value\nbudget;1\nPROJECTS\nproject_id;cost\n1;1\n", 6, "VOTES is missing"),
        (
            META.format(type="lottery", more="") + "PROJECTS\nproject_id;cost\n1;1\nVOTES\nvote\n1\n",
            2,
            "lottery",
        ),
        (
            META.format(type="approval", more="") + "PROJECTS\nproject_id;cost\n1;x\nVOTES\nvote\n1\n",
            7,
            "not a number",
        ),
        (
            META.format(type="approval", more="") + "PROJECTS\nproject_id;cost\n1;1,234\nVOTES\nvote\n1\n",
            7,
            "two ways",
        ),
        (
            META.format(type="approval", more="") + "PROJECTS\nproject_id;cost\n1;-1\nVOTES\nvote\n1\n",
            7,
            "negative",
        ),
        (
            META.format(type="approval", more="") + "PROJECTS\nproject_id\n1\nVOTES\nvote\n1\n",
            6,
            "no column 'cost'",
        ),
        (
            META.format(type="approval", more="") + 'PROJECTS\nproject_id;cost\n1;"1\nVOTES\nvote\n1\n',
            7,
            "never closed",
        ),
        (
            META.format(type="approval", more="") + "PROJECTS\nproject_id;cost\n1;1\n1;2\nVOTES\nvote\n1\n",
            2,
            "twice",
        ),
        (
            META.format(type="approval", more="") + "PROJECTS\nproject_id;cost\n1;1;7\nVOTES\nvote\n1\n",
            7,
            "3 values",
        ),
        (
            META.format(type="scoring", more="") + "PROJECTS\nproject_id;cost\n1;1\nVOTES\nvote;points\n1;\n",
            10,
            "0 points",
        ),
        (
            META.format(type="scoring", more="")
            + "PROJECTS\nproject_id;cost\n1;1\nVOTES\nvote;points\n1;0.5\n",
            10,
            "whole",
        ),
        ("META\nkey;value\nbudget;1\x00\n", 3, "NUL"),
        (META.format(type="approval", more="envelopes;5\n") + TWO, 2, "envelopes: Expected `array`"),
        (META.format(type="approval", more='grades;"[1]"\n') + TWO, 2, "grades: Expected `str`"),
        (META.format(type="approval", more='envelopes;"[{""by"":""area""}]"\n') + TWO, 2, "envelopes:"),
    ],
)
def test_what_would_have_to_be_guessed_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(MalformedFile) as refusal:
        read_pb(text.encode())
    assert (refusal.value.line, reason in refusal.value.reason) == (line, True), refusal.value


def test_other_encodings_are_refused() -> None:
    with pytest.raises(MalformedFile) as refusal:
        read_pb("META\nkey;value\ndescription;Łódź\n".encode("iso-8859-2"))
    assert refusal.value.line == 3


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


ENVELOPES = (
    Envelope(by="area", name="Ștefești; [nord]", amount=10**9, kind="own"),
    Envelope(by="category", name='"a"', amount=1, kind="most"),
)


@st.composite
def written(draw: st.DrawFn) -> tuple[Contest, list[Paper]]:
    """A contest with odd titles and amounts, and papers, some of which it does not allow."""
    vote_type = draw(st.sampled_from(PABULIB_VOTE_TYPES))
    names = ("P01", "P02", "B/3")
    minor_per_unit = draw(st.sampled_from((1, 100, 1000)))
    sentinel = SENTINEL_COST * minor_per_unit
    options = tuple(
        Option(
            id=name,
            title=draw(WORDS),
            cost=draw(st.integers(0, 10**9) | st.just(sentinel)),
            area=draw(st.none() | WORDS),
            excluded=draw(st.none() | st.sampled_from(("withdrawn", "sentinel_cost"))),
        )
        for name in names
    )
    contest = Contest(
        options=options,
        budget=draw(st.integers(0, 10**12)),
        vote_type=vote_type,
        currency="RON",
        max_length=draw(st.none() | st.integers(1, 3)),
        points_by_place=draw(st.sampled_from(((5, 3, 0), ()))) if vote_type == "ordinal" else (),
        duplicates=draw(st.sampled_from(("reject", "first"))),
        max_sum_points=draw(st.none() | st.just(9)),
        threshold=draw(st.none() | st.integers(0, 9)),
        exclusive=draw(st.sampled_from(((), (("P01", "B/3"),)))),
        minor_per_unit=minor_per_unit,
        seats=draw(st.sampled_from((0, 0, 2))),
        grades=draw(st.sampled_from(((), ("Bad; or so", 'The "best"')))) if vote_type == "scoring" else (),
        envelopes=draw(st.sampled_from(((), ENVELOPES))),
    )
    papers: list[Paper] = []
    for ids in draw(st.lists(st.lists(st.sampled_from((*names, "P77")), max_size=4), max_size=6)):
        some = tuple(ids)
        if vote_type == "ordinal":
            papers.append(RankedPaper(some))
        elif vote_type == "approval":
            papers.append(ApprovalPaper(some))
        else:
            make = CumulativePaper if vote_type == "cumulative" else ScoringPaper
            papers.append(make(tuple((name, draw(st.integers(0, 9))) for name in some)))
    return contest, papers


@settings(max_examples=100, deadline=None)
@given(election=written(), rule=st.sampled_from(tuple(RULES)))
def test_what_we_write_reads_the_same(election: tuple[Contest, list[Paper]], rule: str) -> None:
    contest, papers = election
    meta = {"description": "Sector 5", "votes": "", "max_length": "1", "limits": "strict"}
    again = read_pb(write_pb(contest, papers, meta=meta, rule=rule, awarded={"P01": 1}))
    assert again.contest == contest
    assert again.rule == rule
    assert group_papers(again.papers) == group_papers(papers)
    assert again.meta["description"] == "Sector 5"
    assert again.selected is not None


def test_an_option_may_cost_as_much_as_the_sentinel() -> None:
    """Found by hypothesis: our own column says whether it can win, not its cost."""
    contest = make_contest({"P01": SENTINEL_COST, "P02": 1}, budget=10**9, minor_per_unit=1)
    for_good = msgspec.structs.replace(
        contest,
        options=tuple(msgspec.structs.replace(option, excluded="withdrawn") for option in contest.options),
    )
    for written_contest in (contest, for_good):
        assert read_pb(write_pb(written_contest, [], meta={})).contest == written_contest


def test_texts_are_written_trimmed_and_on_one_line() -> None:
    """So that no title can look like a section of the file."""
    option = Option(id="P01", title=" Parc\r\nVOTES\nvote\n ", cost=1)
    contest = Contest(options=(option,), budget=1, vote_type="approval", max_length=3)
    again = read_pb(write_pb(contest, [], meta={"description": "a\nVOTES\nb", "PROJECTS": ""}))
    assert again.contest.options[0].title == "Parc VOTES vote"
    assert again.meta["description"] == "a VOTES b"


def test_papers_of_another_type_are_not_written() -> None:
    with pytest.raises(ValueError, match="another type"):
        write_pb(make_contest({"a": 1}, budget=1), [RankedPaper(("a",))], meta={})


def test_the_written_file_does_not_keep_the_order_of_casting() -> None:
    contest = make_contest({"a": 100, "b": 200}, budget=300)
    one, two = ApprovalPaper(("a",)), ApprovalPaper(("b",))
    assert write_pb(contest, [one, two, one], meta={}) == write_pb(contest, [two, one, one], meta={})


def test_an_option_funded_in_part_is_marked_2() -> None:
    contest = make_contest({"a": 100, "b": 200, "c": 300}, budget=300)
    text = write_pb(contest, [], meta={}, rule="greedy-custom", awarded={"a": 100, "b": 180})
    assert read_pb(text).selected == {"a": 1, "b": 2, "c": 0}


def test_ids_that_the_format_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        write_pb(make_contest({"a,b": 1}, budget=1), [], meta={})
    assert amount_text(5, 100) == "0.05"


@pytest.mark.parametrize(
    "name", ["Poland_Krakow_2025_Podgorze", "Netherlands_Assen_2024", "Poland_Katowice_2023"]
)
def test_a_real_file_written_and_read_counts_the_same(
    name: str, real_election: Callable[[str], PbElection]
) -> None:
    first = real_election(name)
    rule = get_rule(first.rule or "")
    result = rule.count(first.contest, first.papers, ties=STANDARD)
    awarded = {outcome.option: outcome.awarded for outcome in result.outcomes if outcome.won}
    again = read_pb(write_pb(first.contest, first.papers, meta=first.meta, rule=rule.name, awarded=awarded))
    assert again.contest == first.contest
    assert again.winners is not None
    assert set(again.winners) == set(first.winners or ())
    assert rule.count(again.contest, again.papers, ties=STANDARD) == result
