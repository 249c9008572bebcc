"""Files made to do harm: refused with a reason and exit code 2, quickly, and no command crashes."""

import copy
import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make.contests import make_contest
from voting import verify
from voting.rules import RULES, UnknownRule, UnsuitableContest, get_rule
from voting.rules.formats import MalformedFile, read_pb
from voting.rules.papers import (
    MAX_AMOUNT,
    MAX_OPTIONS,
    MAX_PAPERS,
    MAX_POINTS,
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Option,
    RankedPaper,
    ScoringPaper,
)
from voting.rules.projects.completion import complete
from voting.rules.projects.equal_shares import EQUAL_SHARES, Electorate
from voting.rules.record import encode_record, make_record
from voting.rules.tally import TooLarge, tally
from voting.rules.ties import REPORT, STANDARD, FalseSeed
from voting.verify import Unreadable, count_main, main, verify_record

NINES = "9" * 100_000
PB = {
    "budget": "1000",
    "type": "approval",
    "more": "",
    "projects": "project_id;cost\n1;500\n2;300\n",
    "votes": "voter_id;vote\na;1\nb;1,2\n",
}


def pb(**changes: str) -> bytes:
    """A small file with some parts replaced."""
    parts = PB | changes
    return (
        f"META\nkey;value\nbudget;{parts['budget']}\nvote_type;{parts['type']}\nrule;greedy\n{parts['more']}"
        f"PROJECTS\n{parts['projects']}VOTES\n{parts['votes']}"
    ).encode()


def record_of(**changes: Any) -> dict[str, Any]:
    """An honest record of imported papers as JSON data, some of its fields replaced."""
    contest = make_contest({"P01": 600, "P02": 300}, budget=700, vote_type="cumulative", max_points=5)
    papers = [CumulativePaper((("P01", 3), ("P02", 2))), CumulativePaper((("P02", 5),))]
    result = get_rule("greedy").count(contest, papers, ties=REPORT)
    record = make_record(poll_id="1", title="One", contest=contest, papers=papers, ties=REPORT, result=result)
    data: dict[str, Any] = json.loads(encode_record(record))
    return data | changes


def exits(source: bytes, folder: Path, *arguments: str) -> tuple[int, int]:
    """What both commands end with."""
    file = folder / "hostile"
    file.write_bytes(source)
    return main([str(file), *arguments]), count_main([str(file), *arguments])


@pytest.mark.parametrize(
    "changes",
    [
        {"budget": NINES},
        {"budget": "9" * 1_000_000},
        {"budget": "NaN"},
        {"budget": "sNaN"},
        {"budget": "-Infinity"},
        {"budget": "1e999999999"},
        {"budget": "1e-999999999"},
        {"budget": "1e15"},
        {"budget": "-1"},
        {"budget": "1_000"},
        {"budget": "١٠٠٠"},
        {"budget": ""},
        {"budget": "", "more": "minor_per_unit;100\n"},
        {"budget": "0.001", "more": "minor_per_unit;100\n"},
        {"more": "minor_per_unit;7\n"},
        {"more": "minor_per_unit;0\n"},
        {"more": "minor_per_unit;1000000000000000\n"},
        {"more": "max_sum_cost;1e-9\n"},
        {"more": "min_length;NaN\n"},
        {"more": "default_score;999999999999\n"},
        {"more": "exclusive_groups;1,77\n"},
        {"type": "ordinal", "more": "points_by_place;1,2\n"},
        {"type": "ordinal", "more": f"points_by_place;{'9' * 5000}\n"},
        {"projects": f"project_id;cost\n1;{'9' * 90_000}\n"},
        {"projects": "project_id;cost\n1;999999999999999\n"},
        {"projects": "project_id;cost\n1;-0.5\n"},
        {"projects": "project_id;cost\n1;500\n1;500\n"},
        {"projects": "project_id;cost\n;500\n"},
        {"projects": "project_id;cost;cost\n1;500;5\n"},
        {"projects": "project_id;cost;selected\n1;500;NaN\n"},
        {"projects": "project_id;cost\n" + "".join(f"{i};1\n" for i in range(MAX_OPTIONS + 1))},
        {"projects": "project_id;cost;name\n1;5;" + "x" * 200_000 + "\n"},
        {"projects": 'project_id;cost;name\n1;5;"never closed\n'},
        {"votes": f"voter_id;vote;points\na;1;{NINES}\n", "type": "scoring"},
        {"votes": "voter_id;vote;points\na;1;" + "٩" * 5000 + "\n", "type": "scoring"},
        {"votes": "voter_id;vote;points\na;1;0x10\n", "type": "cumulative"},
        {"votes": "vote;vote\n1;1\n"},
        {"votes": ""},
    ],
    ids=lambda changes: " ".join(f"{key}={value[:24]!r}" for key, value in changes.items()),
)
def test_a_pb_file_made_to_do_harm_is_refused(
    changes: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exits(pb(**changes), tmp_path) == (2, 2)
    told = capsys.readouterr()
    assert told.out == ""
    assert 0 < len(told.err) < 1000, "the error is a sentence, not the file"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"\xff\xfe" + "META\nkey;value\n".encode("utf-16-le"),
        pb(more="description;Łódź\n").decode().encode("iso-8859-2"),
        b"{" * 1_000_000,
        b'{"papers":' + b"[" * 1_000_000,
        b'{"papers":' + b"[" * 500_000 + b"]" * 500_000 + b"}",
        b"\xef\xbb\xbf{}",
        gzip.compress(gzip.compress(pb(), mtime=0), mtime=0),
        gzip.compress(pb(), mtime=0)[:-12],
        b"\x1f\x8b" + b"\x00" * 50,
    ],
    ids=lambda raw: repr(raw[:16]),
)
def test_bytes_that_are_no_election_are_refused(raw: bytes, tmp_path: Path) -> None:
    assert exits(raw, tmp_path) == (2, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"papers": [[10**18, {"type": "cumulative", "points": [["P01", 1]]}]]},
        {"papers": [[-(10**18), {"type": "cumulative", "points": [["P01", 1]]}]]},
        {"papers": [[1.5, {"type": "cumulative", "points": []}]]},
        {"papers": [[1, {"type": "prophecy"}]]},
        {"contest": {"options": [], "budget": -1, "vote_type": "approval"}},
        {"contest": {"options": [], "budget": MAX_AMOUNT + 1, "vote_type": "approval"}},
        {"contest": {"options": [], "budget": 1, "vote_type": "approval", "minor_per_unit": 0}},
        {"contest": {"options": [], "budget": 1, "vote_type": "ordinal", "max_length": 10**12}},
        {"contest": {"options": [{"id": "a", "title": "a"}] * 2, "budget": 1, "vote_type": "approval"}},
        {
            "contest": {
                "options": [{"id": "a", "title": "", "cost": -1}],
                "budget": 1,
                "vote_type": "approval",
            }
        },
        {"contest": {"options": [{"id": "", "title": ""}], "budget": 1, "vote_type": "approval"}},
        {"contest": {"options": [], "budget": 1, "vote_type": "approval", "surprise": 1}},
        {"result": None},
        {"surprise": 1},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_record_made_to_do_harm_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    assert exits(json.dumps(record_of(**changes)).encode(), tmp_path) == (2, 2)


def test_numbers_python_will_not_write_do_not_stop_the_checks(tmp_path: Path) -> None:
    record = record_of()
    for key in ("received", "counted", "blank", "spent"):
        record["result"][key] = int("9" * 4290) * 10
    record["rule_version"] = 10**4000
    (tmp_path / "record.json").write_bytes(json.dumps(record).encode())
    assert main([str(tmp_path / "record.json")]) == 1


VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        10**30,
        2**63,
        10**400,
        "",
        "\x1b[2J",
        "P01",
        [],
        {},
        [[]],
        {"P01": 1},
        [["P01", -1]],
    ]
)


def paths_of(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in JSON data something stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here] * bool(here) + [path for key, part in inner for path in paths_of(part, (*here, key))]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_value_anywhere_in_a_record_is_an_answer_or_a_refusal(data: st.DataObject) -> None:
    record = record_of()
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths_of(record)))
        target = record
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = copy.deepcopy(data.draw(VALUES))
    raw = json.dumps(record).encode()
    for rule in (None, "equalshares/add1"):
        with suppress(Unreadable, UnknownRule, FalseSeed, UnsuitableContest):
            verify_record(raw)
            verify.count_file(raw, rule)


CELLS = st.sampled_from(
    [
        "",
        "1",
        "2",
        "1,2",
        "1,1",
        "-1",
        "0",
        "1e3",
        "NaN",
        "7,5",
        "META",
        "VOTES",
        '"',
        '"1;2"',
        "\x1b",
        "٣",
        "9" * 30,
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_cell_of_a_pb_file_is_read_or_refused(data: st.DataObject) -> None:
    vote_type = data.draw(st.sampled_from(("approval", "ordinal", "cumulative", "scoring", "choose-1")))
    keys = ("max_length", "min_length", "min_sum_points", "max_sum_cost", "default_score", "points_by_place")
    more = "".join(
        f"{data.draw(st.sampled_from((*keys, 'limits', 'rule')))};{data.draw(CELLS)}\n" for _ in range(2)
    )
    rows = data.draw(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=3))
    raw = pb(
        budget=data.draw(CELLS | st.just("900")),
        type=vote_type,
        more=more,
        projects="project_id;cost;selected\n1;500;1\n" + "".join(";".join(row) + "\n" for row in rows[1:]),
        votes="voter_id;vote;points\n" + "".join(";".join(row) + "\n" for row in rows),
    )
    with suppress(Unreadable):
        for name in RULES:
            verify_record(raw, rule=name)


def test_a_gzip_bomb_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify.source, "SOURCE_LIMIT", 1_000_000)
    with pytest.raises(Unreadable, match="more than 1000000 bytes"):
        verify_record(gzip.compress(b"\x00" * 50_000_000, mtime=0))


def test_a_file_of_too_many_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voting.rules.formats.pb_text.MAX_LINES", 100)
    with pytest.raises(MalformedFile, match="more than 100 lines"):
        read_pb(pb(votes="vote\n" + "1\n" * 100))


def test_what_a_file_says_cannot_write_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "P01\n\x1b[2JP99\u202e"
    contest = Contest(options=(Option(id=evil, title="x", cost=1),), budget=1, vote_type="approval")
    papers = [ApprovalPaper((evil,))]
    result = get_rule("greedy").count(contest, papers, ties=REPORT)
    record = make_record(poll_id="1", title="x", contest=contest, papers=papers, ties=REPORT, result=result)
    assert exits(encode_record(record), tmp_path) == (0, 0)
    table = capsys.readouterr().out
    assert "P01\\n\\x1b[2JP99\\u202e x" in table
    assert "\x1b" not in table
    assert "\u202e" not in table
    assert exits(pb(more="rule;\x1b[2J\n"), tmp_path) == (1, 1)
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err


# ── counts made to take for ever ──────────────────────────────────────────────────────────────────────


def test_a_limit_of_a_billion_places_costs_nothing() -> None:
    election = read_pb(pb(type="ordinal", more="max_length;99999999\n", votes="voter_id;vote\na;2,1\n"))
    assert len(election.contest.points_by_place) == 2
    contest = make_contest({"a": 1}, budget=1, vote_type="ordinal", max_length=MAX_POINTS)
    assert tally(contest, [RankedPaper(("a",))]).standings[0].score == MAX_POINTS


def test_long_papers_are_checked_in_one_pass() -> None:
    names = [f"P{index}" for index in range(MAX_OPTIONS)]
    contest = make_contest(dict.fromkeys(names, 1), budget=1, vote_type="ordinal")
    began = time.perf_counter()
    counted = tally(contest, [RankedPaper((*names[index:], names[-1])) for index in range(20)])
    assert counted.rejected[0].facts == {"option": names[-1]}
    assert time.perf_counter() - began < 5
    with pytest.raises(TooLarge, match="places"):
        tally(contest, [RankedPaper(tuple(names))])


def test_one_large_exclusive_group_costs_little() -> None:
    names = [f"P{index}" for index in range(2000)]
    contest = make_contest(dict.fromkeys(names, 1), budget=10**6, exclusive=(tuple(names),))
    began = time.perf_counter()
    result = get_rule("greedy-exclusive").count(contest, [ApprovalPaper((names[7],))], ties=STANDARD)
    assert result.winners == (names[7],)
    assert time.perf_counter() - began < 5


def test_more_papers_than_people_and_points_without_end() -> None:
    contest = make_contest({"a": 5, "b": 5}, budget=6, vote_type="scoring")
    with pytest.raises(TooLarge, match="papers"):
        tally(contest, {ScoringPaper((("a", 1),)): MAX_PAPERS + 1})
    counted = tally(contest, [ScoringPaper((("a", MAX_POINTS + 1),)), ScoringPaper((("a", 10**400),))])
    assert [rejected.reason for rejected in counted.rejected] == ["points_out_of_range"] * 2
    many = {ScoringPaper((("a", MAX_POINTS - index), ("b", 1))): 1 for index in range(3000)}
    assert get_rule("equalshares").count(contest, many, ties=REPORT).winners == ("a",)
    with pytest.raises(TooLarge, match="points for one option"):
        get_rule("equalshares").count(contest, {ScoringPaper((("a", MAX_POINTS),)): 10**9}, ties=REPORT)


def test_shares_are_not_raised_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The supporters of c could pay for it from their first share, if b had not taken it."""
    monkeypatch.setattr("voting.rules.projects.completion.MAX_RUNS", 50)
    contest = make_contest({"b": 10**9, "c": 10**9}, budget=10**9 + 10**8, minor_per_unit=1)
    papers = {ApprovalPaper(("b", "c")): 10, ApprovalPaper(("b",)): 1}
    electorate = Electorate(tally(contest, papers), EQUAL_SHARES["equalshares/add1"], STANDARD)
    with pytest.raises(TooLarge, match="raised more than 50 times"):
        complete(electorate, contest.budget, EQUAL_SHARES["equalshares/add1"])


# ── servers ───────────────────────────────────────────────────────────────────────────────────────────

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server of this machine that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/election.pb"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def gives(content: bytes, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def sends_to(address: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", address)
        handler.end_headers()

    return answer


def speaks_another_language(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 ready\r\n")


def test_an_election_from_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    for content in (pb(), gzip.compress(pb(), mtime=0)):
        with serving(gives(content)) as url:
            assert count_main([url, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["winners"] == ["1", "2"]


@pytest.mark.parametrize(
    "target", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:text/plain,META", "gopher://x"]
)
def test_a_server_may_not_lead_away_from_the_web(target: str) -> None:
    with serving(sends_to(target)) as url, pytest.raises(Unreadable, match=r"(?i)redirect"):
        verify_record(url)


def test_a_server_may_not_lead_round_in_circles() -> None:
    with serving(sends_to("/again")) as url, pytest.raises(Unreadable, match="redirect"):
        verify_record(url)


def test_a_download_that_was_cut_off_is_not_counted() -> None:
    with serving(gives(pb(), Content_Length="100000")) as url, pytest.raises(Unreadable, match="cut off"):
        verify_record(url)


def test_a_download_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_ever(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):  # until the reader hangs up
            while True:
                handler.wfile.write(b"x" * 65536)

    monkeypatch.setattr(verify.source, "SOURCE_LIMIT", 1_000_000)
    with serving(for_ever) as url, pytest.raises(Unreadable, match="more than"):
        verify_record(url)
    monkeypatch.setattr(verify.source, "SOURCE_LIMIT", 10**9)
    monkeypatch.setattr(verify.source, "FETCH_DEADLINE_SECONDS", 0.05)
    with serving(for_ever) as url, pytest.raises(Unreadable, match=r"took more than 0\.05 seconds"):
        verify_record(url)


def test_a_server_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(speaks_another_language) as url, pytest.raises(Unreadable):
        verify_record(url)
    for address in (
        "http://127.0.0.1:1/",
        "http://[::1/",
        "http://127.0.0.1:99999999/",
        "http://a b/",
        "http:///x",
    ):
        with pytest.raises(Unreadable):
            verify_record(address)
    for address in ("file:///etc/hostname", "ftp://127.0.0.1/x", "a\x00b", "/" + "x" * 10_000):
        with pytest.raises(Unreadable):
            verify_record(address)
