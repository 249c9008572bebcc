"""`./obste count`: any election file, what is turned into what, how ties are settled, and what is said."""

import json
import os
import re
import select
import time
from pathlib import Path

import msgspec
import pytest

from app.kit.terminal import language_of
from tests.make.contests import make_contest
from voting.rules import RULES, Rule, get_rule
from voting.rules.formats import RankedElection, write_preflib
from voting.rules.papers import ApprovalPaper, Contest, Option, Paper, ScoringPaper
from voting.rules.projects import greedy
from voting.rules.record import encode_record, make_record
from voting.rules.ties import STANDARD, TiePolicy, commitment_of, lot_order
from voting.verify import count_main
from voting.verify.election import open_election, suited
from voting.verify.waiting import Waiting
from voting.verify.words import _WORDS

BLT = '3 1\n4 1 2 0\n2 3 0\n3 2 3 0\n0\n"Ana"\n"Ion"\n"Dan"\n"Mayor of Ștefești"\n'
TIED = '3 1\n3 1 0\n2 2 1 0\n2 3 1 0\n0\n"Ana"\n"Ion"\n"Dan"\n"Tied for last"\n'
APPROVALS = Rule(
    name="approvals",
    family=msgspec.structs.replace(greedy.FAMILY, vote_types=("approval",)),
    params=Option(id="x", title="x"),
)
PB = (
    "META\nkey;value\nbudget;1000\nvote_type;approval\nmax_length;{most}\nrule;greedy\ndescription;Parcuri\n"
    "PROJECTS\nproject_id;cost;name\n1;600.50;One\n2;500;Two\nVOTES\nvoter_id;vote\na;1\nb;{both}\nc;1\nd;2\n"
)


def saved(folder: Path, name: str, text: str | bytes) -> str:
    """A file with that content; its name."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def winners(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Whom the command elects."""
    assert count_main([*arguments, "--json"]) == 0
    return list(json.loads(capsys.readouterr().out)["winners"])


def test_a_table_of_rounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "mayor.blt", BLT)
    assert count_main([file, "--rule", "stv/scottish", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Mayor of Ștefești\nstv/scottish (version 1) · 1 seats\n9 papers: 9 counted,")
    assert "quota 5\n" in told
    assert "Round 1: first preferences\n  Ana  4\n  Ion  3\n  Dan  2  excluded\n" in told
    assert "Round 2: papers of Dan\n" in told
    assert "no further preference  2" in told


def test_what_could_have_been(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "parks.pb", PB.format(most=2, both="1,2"))
    assert count_main([file, "--explain", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert (
        "HOW NEAR THE OTHERS CAME\n  2 Two  lacked 100.50  enough: a cost of 399.50  enough: 1 more for it\n"
        in told
    )
    assert "OTHER RULES, SAME BALLOTS\n  equalshares/add1u: 1, spent 600.50: the same\n" in told
    assert count_main([file, "--explain", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["counterfactuals"] == [
        {"option": "2", "missing": 10050, "winning_cost": 39950, "more_supporters": 1}
    ]
    assert count_main([file, "--lang", "en"]) == 0
    assert "HOW NEAR" not in capsys.readouterr().out


def test_in_romanian(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "mayor.blt", BLT)
    assert count_main([file, "--rule", "stv/scottish", "--lang", "ro"]) == 0
    assert "Runda 1: primele preferințe\n" in capsys.readouterr().out
    assert count_main([file, "--lang", "ro"]) == 1
    assert "nu se poate număra" in capsys.readouterr().err
    assert language_of({"LANG": "ro_RO.UTF-8"}) == "ro"
    assert language_of({"LC_ALL": "C", "LANG": "ro_RO.UTF-8"}) == language_of({}) == "en"


def test_every_word_is_there_twice() -> None:
    for code, words in _WORDS.items():
        assert all(words), code
        fields = [{part.partition("}")[0] for part in text.split("{")[1:]} for text in words]
        assert fields[0] == fields[1], code


def test_steps_amounts_and_reasons_of_projects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "parks.pb", PB.format(most=2, both="1,2"))
    assert count_main([file, "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Parcuri\ngreedy (version 2) · budget 1,000 · spent 600.50\n4 papers: 4 counted,")
    assert "WINNERS\n  1  1 One  600.50\n" in told
    assert re.search(r"^  1  1 One  funded +1,000  ->  399\.50$", told, re.MULTILINE)
    assert re.search(r"^     2  2 Two  2  costs more than is left .*missing 100\.50\)$", told, re.MULTILINE)


APART = (
    "META\nkey;value\nbudget;900\nvote_type;approval\nrule;greedy\n"
    'envelopes;"[{""amount"":50000,""by"":""area"",""kind"":""own"",""name"":""Nord""}]"\n'
    "PROJECTS\nproject_id;cost;name;neighborhood\n1;300;One;Nord\n2;400;Two;Nord\n3;200;Three;Sud\n"
    "VOTES\nvoter_id;vote\na;1\nb;1,3\nc;3\n"
)


def test_money_apart_is_told_by_its_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "apart.pb", APART)
    assert count_main([file, "--lang", "ro"]) == 0
    told = capsys.readouterr().out
    assert "greedy (versiunea 2) · buget 900 · cheltuit 500\n" in told
    told = re.sub(" +", " ", told)
    assert "BANI PUȘI DEOPARTE\n Nord 300 din 500 2 buletine\n restul 200 din 400 2 buletine\n" in told
    assert "1 1 One finanțat 500 -> 200\n" in told
    assert "(cost 400, remaining_before 200, remaining_after 200, missing 200, paid_from Nord)" in told
    assert count_main([file, "--budget", "499", "--lang", "en"]) == 1
    assert "the money set apart is more than the budget" in capsys.readouterr().err


def test_settings_change_the_contest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parks, mayor = saved(tmp_path, "a.pb", PB.format(most=2, both="1,2")), saved(tmp_path, "b.blt", BLT)
    assert winners(capsys, parks) == ["1"]
    assert winners(capsys, parks, "--budget", "1100,50") == ["1", "2"]
    assert winners(capsys, mayor, "--rule", "stv/scottish", "--seats", "2") == ["Ana", "Ion"]


TALLY = (
    "  /  Option 1---->: Ana\n |/  Option 2---->: Ion\n |||  Option 3---->: {last}\n\n"
    "V: 123 aaaa\nV: 1-2 bbbb\nV: 321 cccc\nV: 2-1 dddd\nV: 213 eeee\n"
)


def test_a_debian_tally_brings_its_default_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three of five put Ana above it and two Ion, whom three put below: he drops out. A quorum that the
    caller says keeps Ana out too.
    """
    file = saved(tmp_path, "tally.txt", TALLY.format(last="None Of The  Above"))
    assert winners(capsys, file, "--rule", "schulze/debian") == ["Ana"]
    assert winners(capsys, file, "--rule", "schulze/debian", "--quorum", "3") == ["Ana"]
    assert winners(capsys, file, "--rule", "schulze/debian", "--quorum", "4") == ["None Of The Above"]
    assert count_main([file, "--rule", "schulze/debian", "--lang", "en"]) == 0
    assert "note: 'None Of The Above' is the default option; the sheet does not say the quorum" in (
        capsys.readouterr().out
    )


def test_the_default_option_may_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "tally.txt", TALLY.format(last="Nobody"))
    assert count_main([file, "--rule", "schulze/debian", "--lang", "en"]) == 1
    assert "needs a default option that can win: see --default" in capsys.readouterr().err
    assert winners(capsys, file, "--rule", "schulze/debian", "--default", "Nobody") == ["Ana"]
    for wrong, why in (
        (("--default", "Dan"), "there is no option Dan"),
        (("--quorum", "-1"), "the quorum must be"),
    ):
        assert count_main([file, "--rule", "schulze/debian", *wrong, "--lang", "en"]) == 1
        assert why in capsys.readouterr().err


def test_papers_are_turned_only_where_nothing_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_choice = saved(tmp_path, "a.pb", PB.format(most=1, both="2"))
    assert (
        count_main([one_choice, "--rule", "stv/scottish", "--seats", "1", "--lang", "en", "--ties", "x"]) == 0
    )
    assert "note: approval papers read as ordinal papers: nothing is lost" in capsys.readouterr().out
    several = saved(tmp_path, "b.pb", PB.format(most=2, both="1,2"))
    assert count_main([several, "--rule", "stv/scottish", "--seats", "1", "--lang", "en"]) == 1
    assert "counts ordinal, preference papers, these are approval papers" in capsys.readouterr().err


def test_two_categories_are_approvals() -> None:
    options = (Option(id="a", title="a", cost=0), Option(id="b", title="b", cost=0))
    papers: dict[Paper, int] = {ScoringPaper((("a", 1), ("b", 0))): 2, ScoringPaper((("b", 1),)): 3}
    for grades, kind in ((("No", "Yes"), ApprovalPaper), (("No", "Perhaps", "Yes"), ScoringPaper)):
        contest = Contest(options=options, seats=1, vote_type="scoring", grades=grades)
        raw = write_preflib(RankedElection(contest=contest, papers=papers))
        election = suited(open_election(raw), APPROVALS)
        assert {type(paper) for paper in election.papers} == {kind}
    assert election.notes == ()


def test_ties_wait_or_are_settled_as_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "tied.blt", TIED)
    rule = ("--rule", "stv/scottish", "--lang", "en")
    assert count_main([file, *rule]) == 1
    told = capsys.readouterr().out
    assert "Ion, Dan: not settled\n" in told
    assert told.endswith("NOT COMPLETE: a tie that matters waits for a decision (--ties)\n")
    drawn = saved(tmp_path, "drawn.txt", "Dan\nIon\nAna\n")
    assert count_main([file, *rule, "--ties", drawn]) == 0
    assert "settled by drawn: Dan, Ion\n" in capsys.readouterr().out
    assert count_main([file, *rule, "--ties", "dice 4 1"]) == 0
    order = ", ".join(lot_order("dice 4 1", ["Ion", "Dan"]))
    assert f"settled by lot: {order}\n" in capsys.readouterr().out
    policy = saved(tmp_path, "ties.json", msgspec.json.encode(TiePolicy(drawn=("Ion", "Dan"))))
    assert count_main([file, *rule, "--ties", policy]) == 0
    assert "settled by drawn: Ion, Dan\n" in capsys.readouterr().out
    inside = saved(tmp_path, "own.blt", TIED.replace("3 1\n", "3 1\n[tie 3 2 1]\n", 1))
    assert count_main([inside, *rule]) == 0
    assert "settled by drawn: Dan, Ion\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Nobody\n", "is no option"),
        ('{"criteria": ["age"]}', "Invalid enum value"),
        (b"\xff\xfe", "decode"),
        (json.dumps({"lot": {"commitment": commitment_of("a"), "seed": "b"}}), "not the one"),
    ],
    ids=["option", "criterion", "encoding", "seed"],
)
def test_a_wrong_policy_is_refused(
    content: str | bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, ties = saved(tmp_path, "tied.blt", TIED), saved(tmp_path, "ties", content)
    assert count_main([file, "--rule", "stv/scottish", "--ties", ties, "--lang", "en"]) == 1
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--rule", "greedy"], 1, "the rule greedy funds projects from a budget, this contest fills seats"),
        (["--rule", "as-the-mayor-likes"], 1, "there is no rule as-the-mayor-likes"),
        ([], 1, "name one with --rule"),
        (["--rule", "greedy", "--budget", "10"], 1, "have no costs"),
        (["--rule", "stv/scottish", "--seats", "0"], 1, "say how many with --seats"),
        (["--rule", "stv/scottish", "--seats", "-1"], 1, "seats must be from 0"),
    ],
    ids=range(6),
)
def test_what_cannot_be_counted_so(
    arguments: list[str], code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert count_main([saved(tmp_path, "m.blt", BLT), *arguments, "--lang", "en"]) == code
    told = capsys.readouterr()
    assert (told.out, says in told.err) == ("", True), told


def test_what_cannot_be_read_names_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "m.blt", BLT.replace("2 3 0", "2 7 0"))
    assert count_main([file, "--rule", "stv/scottish"]) == 2
    assert "line 3: candidate 7 of 3" in capsys.readouterr().err
    assert count_main([]) == 2


def test_the_list_of_rules_says_what_each_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert count_main(["--rules", "--lang", "en"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert list(lines) == list(RULES)
    assert lines["greedy-threshold"].endswith("; a threshold")
    assert "seats; ordinal, preference" in lines["stv/scottish"]


def test_a_record_is_counted_as_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contest = make_contest({"P1": 400, "P2": 600}, budget=600)
    papers: dict[Paper, int] = {ApprovalPaper(("P1",)): 2, ApprovalPaper(("P2",)): 2}
    result = get_rule("greedy").count(contest, papers, ties=STANDARD)
    record = make_record(poll_id="1", title="t", contest=contest, papers=papers, ties=STANDARD, result=result)
    file = saved(tmp_path, "record.json", encode_record(record))
    assert winners(capsys, file) == list(result.winners) == ["P1"]


def read_until(terminal: int, end: str) -> str:
    """What a terminal shows, up to that: it hands over what was written in pieces of its own choice."""
    shown = b""
    while not shown.endswith(end.encode()) and select.select([terminal], [], [], 5)[0]:
        shown += os.read(terminal, 10_000)
    return shown.decode()


def test_a_bar_runs_on_a_terminal_after_a_while() -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        with Waiting(terminal, "counting", after=0.02):
            time.sleep(0.3)
        drawn = read_until(ours, "\r\x1b[K")
        with Waiting(terminal, "quick", after=60):
            pass
        terminal.write("end")
    assert "counting 0 s" in drawn
    assert drawn.endswith("\r\x1b[K")
    assert read_until(ours, "end") == "end"
    os.close(ours)


@pytest.mark.parametrize(
    ("name", "arguments", "elected"),
    [
        ("ranked/glasgow-2007/blt/Calton-2007.blt", ("--rule", "stv/scottish"), 3),
        ("ranked/burlington-2009/us_vt_btv_2009_03_mayor.normalized.csv", ("--rule", "stv/portland"), 1),
        ("ranked/debian/leader2020_tally.txt", ("--rule", "stv/portland"), 1),
        ("pb/Netherlands_Assen_2024.pb", (), 9),
    ],
)
def test_real_files_of_each_format(
    name: str,
    arguments: tuple[str, ...],
    elected: int,
    shared_data: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert len(winners(capsys, str(shared_data / name), *arguments)) == elected
    assert count_main([str(shared_data / name), *arguments, "--lang", "en"]) == 0
    assert "WINNERS\n  1  " in capsys.readouterr().out
