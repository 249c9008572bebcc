"""Any election of ranked papers survives every format; real files do; and no bytes make a reader crash."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voting.rules.formats import (
    MalformedFile,
    RankedElection,
    read_blt,
    read_cvr,
    read_debian,
    read_election,
    read_preflib,
    write_blt,
    write_cvr,
    write_pb,
    write_preflib,
)
from voting.rules.formats.recognise import format_of
from voting.rules.papers import Contest, Option, Paper, PreferencePaper, RankedPaper

pytestmark = pytest.mark.slow

Reader = Callable[[bytes], RankedElection]
Writer = Callable[[RankedElection], bytes]

FORMATS: dict[str, tuple[Writer, Reader]] = {
    "blt": (write_blt, read_blt),
    "cvr": (write_cvr, read_cvr),
    "preflib": (write_preflib, read_preflib),
}
SAMPLES = {
    "blt": b'3 2\n-2\n[tie 3 1 2]\n4 1 2=3 0\n2 - 3 0\n0\n"A"\n"B"\nC\n"Title"\n',
    "cvr": b"precinct,rank1,rank2\n1,Ana,Ion\n2,skipped,overvote\n",
    "preflib": b"# DATA TYPE: toi\n# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n3: 1,{2}\n2: {1,2}\n",
    "debian": b"  Option 1--->: Ana\n /  Option 2-->: Ion\nV: 12 ab\nV: -1 cd\n",
}
READERS: dict[str, Reader] = {name: read for name, (_, read) in FORMATS.items()} | {"debian": read_debian}

# Names as people write them, and a few that are traps: numbers, marks of the formats, labels of scanners.
LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))
NAMES = st.one_of(
    st.text(LETTERS, min_size=1, max_size=12).map(lambda name: " ".join(name.split()) or "x"),
    st.sampled_from(
        ["1", "0", "-", "1=2", "Ana  Pop", "#x", "[nick", "a,b", "{1}", "P 1", "Ion (2)", "V: 12"]
    ),
).filter(lambda name: '"' not in name)


@st.composite
def elections(draw: st.DrawFn) -> RankedElection:
    """Small elections of strict or any rankings, with every part that a format may have no place for."""
    ids = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    titles = [draw(st.sampled_from([name, "Same"])) for name in ids]
    excluded = [draw(st.sampled_from([None, None, "withdrawn", "illness"])) for _ in ids]
    options = tuple(
        Option(id=id_, title=title, excluded=reason)
        for id_, title, reason in zip(ids, titles, excluded, strict=True)
    )
    strict = draw(st.booleans())
    if strict:
        paper: st.SearchStrategy[Paper] = st.lists(st.sampled_from(ids), max_size=6).map(
            lambda places: RankedPaper(tuple(places))
        )
    else:
        rank = st.lists(st.sampled_from(ids), max_size=2).map(tuple)
        paper = st.lists(rank, max_size=4).map(lambda ranks: PreferencePaper(tuple(ranks)))
    contest = Contest(
        options=options,
        seats=draw(st.integers(1, 3)),
        vote_type="ordinal" if strict else "preference",
        max_length=draw(st.none() | st.integers(1, 4)),
        duplicates=draw(st.sampled_from(["first", "reject"])),
    )
    return RankedElection(
        contest=contest,
        papers=draw(st.dictionaries(paper, st.integers(1, 3), max_size=5)),
        title=draw(st.sampled_from(["", "Council", "0"])),
        tie_order=tuple(draw(st.permutations(ids))) if draw(st.booleans()) else (),
        comments=tuple(draw(st.lists(st.sampled_from(["a source", "x"]), max_size=2))),
    )


@pytest.mark.parametrize("name", sorted(FORMATS))
@given(election=elections())
@settings(max_examples=150, deadline=None)
def test_what_is_written_reads_as_the_same_election(name: str, election: RankedElection) -> None:
    write, read = FORMATS[name]
    if any(_is_trap(option) for option in election.contest.options):
        with suppress(ValueError):  # what a format cannot hold is refused, never lost
            assert read(write(election)).papers == election.papers
        return
    raw = write(election)
    again = read(raw)
    assert (again.contest, again.papers) == (election.contest, election.papers)
    assert (again.title, again.comments) == (election.title, election.comments)
    assert again.tie_order == election.tie_order
    assert read_election(raw, "unnamed") == again


def _is_trap(option: Option) -> bool:
    """A name that a cell or a line of a format means something by."""
    return option.id[0] in "=+-@" or "|" in option.id or option.id.lower() in ("overvote", "skipped")


def test_pabulib_has_no_equal_or_skipped_places() -> None:
    contest = Contest(options=(Option(id="a", title="A"),), seats=1, vote_type="preference")
    with pytest.raises(ValueError, match="no preference papers"):
        write_pb(contest, {PreferencePaper((("a",),)): 1}, meta={})


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_formats_are_recognised_by_what_they_hold(name: str) -> None:
    assert format_of(SAMPLES[name], "a.pb") == name
    assert read_election(SAMPLES[name]) == READERS[name](SAMPLES[name])
    assert format_of(b"\xef\xbb\xbf\r\n" + SAMPLES[name].replace(b"\n", b"\r\n")) == name


def test_a_file_of_no_format_is_refused() -> None:
    with pytest.raises(MalformedFile, match="line 1: not a Pabulib"):
        read_election(b"hello\n", "hello.txt")


@pytest.mark.parametrize("name", sorted(SAMPLES))
@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_files_are_read_or_refused_with_a_line(name: str, data: st.DataObject) -> None:
    raw = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        junk = data.draw(
            st.sampled_from([b"", b"\n", b"0", b"-", b",", b'"', b"9" * 30, b"\xff", b"{", b"=", b"#"])
        )
        raw[at : at + data.draw(st.integers(0, 6))] = junk
    line = _refused_at(READERS[name], bytes(raw))
    assert line is None or 1 <= line <= raw.count(b"\n") + 1


@pytest.mark.parametrize("name", sorted(READERS))
@given(raw=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_or_refused(name: str, raw: bytes) -> None:
    line = _refused_at(READERS[name], raw)
    assert line is None or 1 <= line <= raw.count(b"\n") + raw.count(b"\r") + 1


def _refused_at(read: Reader, raw: bytes) -> int | None:
    """The line at which a reader gave up, nothing where it read the file; anything else is a crash."""
    try:
        read(raw)
    except MalformedFile as refused:
        return refused.line
    return None


REAL = (
    "scot-2017/*_ward12.blt",
    "glasgow-2007/blt/Canal*.blt",
    "stv-cases/*.blt",
    "burlington-2009/*.csv",
    "minneapolis-2013/*.csv",
    "portland-2024/*.csv",
    "debian/*.txt",
)


@pytest.mark.parametrize("pattern", REAL)
def test_real_files_survive_every_format(shared_data: Path, pattern: str) -> None:
    files = sorted((shared_data / "ranked").glob(pattern))
    assert files
    for file in files:
        election = read_election(file.read_bytes(), file.name)
        assert isinstance(election, RankedElection)
        for write, read in FORMATS.values():
            again = read(write(election))
            assert (again.contest, again.papers) == (election.contest, election.papers), file.name
            assert (again.title, again.comments) == (election.title, election.comments), file.name


PAPERS = {
    "minneapolis-2013/mn_2013_cast_vote_record.csv": (80_101, 37, 235),
    "portland-2024/Portland_D1_Condensed.csv": (42_871, 17, 0),
    "burlington-2009/us_vt_btv_2009_03_mayor.normalized.csv": (8_980, 7, 6),
    "debian/leader2006_tally.txt": (421, 8, 0),
    "debian/leader2007_tally.txt": (482, 9, 0),
    "debian/leader2020_tally.txt": (339, 4, 0),
    "stv-cases/M135.blt": (679, 25, 0),
}


@pytest.mark.parametrize("name", PAPERS)
def test_real_files_hold_the_papers_that_were_cast(shared_data: Path, name: str) -> None:
    election = read_election((shared_data / "ranked" / name).read_bytes(), name)
    assert isinstance(election, RankedElection)
    over = sum(
        times * paper.ranks.count(("overvote", "overvote"))
        for paper, times in election.papers.items()
        if isinstance(paper, PreferencePaper)
    )
    cast, options, overvotes = PAPERS[name]
    assert sum(election.papers.values()) == cast
    assert (len(election.contest.options), over) == (options, overvotes)
