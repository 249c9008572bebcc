"""Money of their own: each envelope is an election of its own, whatever the rule, and nothing is moved."""

import random
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voting.rules import RULES, InvalidPaper, UnsuitableContest, get_rule
from voting.rules.formats import read_pb, write_pb
from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Envelope,
    Option,
    Paper,
    RankedPaper,
    ScoringPaper,
    named_options,
)
from voting.rules.record import encode_record, make_record
from voting.rules.result import Result
from voting.rules.ties import TiePolicy, lot_for
from voting.verify import verify_record

pytestmark = pytest.mark.slow

LOT = TiePolicy(criteria=("lowest_cost",), lot=lot_for("a seed of the tests"))
FUNDING = [name for name, rule in RULES.items() if rule.elects == "projects"]
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
IDS = ("P1", "P2", "P3", "P4", "P5", "P6")
AREAS = ("Nord", "Sud", None)


@st.composite
def elections(draw: st.DrawFn, *, rule: str) -> tuple[Contest, dict[Paper, int]]:
    """Six options of two areas and of none, an envelope of their own for one or both areas."""
    options = tuple(
        Option(
            id=name,
            title=name,
            cost=draw(st.sampled_from((50, 100, 150, 200, 999))),
            area=draw(st.sampled_from(AREAS)),
            excluded=draw(st.sampled_from((None, None, None, "withdrawn"))),
        )
        for name in IDS
    )
    own = draw(st.sampled_from((("Nord",), ("Nord", "Sud"))))
    envelopes = [
        Envelope(by="area", name=name, amount=draw(st.sampled_from((0, 120, 250))), kind="own")
        for name in own
    ]
    if "Sud" not in own and draw(st.booleans()):
        envelopes.append(Envelope(by="area", name="Sud", amount=150, kind="most"))
    contest = Contest(
        options=options,
        budget=sum(e.amount for e in envelopes if e.kind == "own") + draw(st.sampled_from((0, 200, 400))),
        vote_type=draw(st.sampled_from([k for k in get_rule(rule).vote_types if k != "scoring"])),
        max_length=4,
        min_length=draw(st.sampled_from((1, 2))),
        threshold=2,
        envelopes=tuple(envelopes),
        minor_per_unit=10,
    )
    papers: dict[Paper, int] = {}
    for _ in range(draw(st.integers(0, 7))):
        names = tuple(draw(st.permutations(IDS))[: draw(st.integers(0, 4))])
        paper: Paper
        if contest.vote_type == "ordinal":
            paper = RankedPaper(names)
        elif contest.vote_type == "approval":
            paper = ApprovalPaper(names)
        else:
            paper = CumulativePaper(tuple((name, 1 + at % 3) for at, name in enumerate(names)))
        papers[paper] = papers.get(paper, 0) + draw(st.integers(1, 4))
    return contest, papers


def only(paper: Paper, names: set[str]) -> Paper:
    """What a paper says of these options."""
    match paper:
        case RankedPaper():
            return RankedPaper(tuple(n for n in paper.places if n in names))
        case ApprovalPaper():
            return ApprovalPaper(tuple(n for n in paper.approved if n in names))
        case CumulativePaper() | ScoringPaper():
            return type(paper)(tuple(pair for pair in paper.points if pair[0] in names))
    raise TypeError(paper)


def plain(result: Result) -> Result:
    """Without what says from which money it was paid."""
    facts = [{k: v for k, v in o.facts.items() if k != "paid_from"} for o in result.outcomes]
    steps = [{k: v for k, v in s.facts.items() if k != "paid_from"} for s in result.steps]
    return msgspec.structs.replace(
        result,
        outcomes=tuple(
            msgspec.structs.replace(o, facts=f) for o, f in zip(result.outcomes, facts, strict=True)
        ),
        steps=tuple(msgspec.structs.replace(s, facts=f) for s, f in zip(result.steps, steps, strict=True)),
    )


@pytest.mark.parametrize("name", FUNDING)
@FEW
@given(data=st.data())
def test_each_part_is_the_plain_count_of_an_election_of_its_own(name: str, data: st.DataObject) -> None:
    """Made by hand: the options of an area with its money, the valid papers that name one of them."""
    contest, papers = data.draw(elections(rule=name))
    result = get_rule(name).count(contest, papers, ties=LOT)
    assert result.complete == all(part.complete for part in result.parts)
    assert result.counted + result.blank + sum(r.number for r in result.rejected) == result.received
    own = [envelope for envelope in contest.envelopes if envelope.kind == "own"]
    for part in result.parts:
        mine = {
            o.id
            for o in contest.options
            if (o.area == part.name if part.by else o.area not in [e.name for e in own])
        }
        apart = Contest(
            options=tuple(o for o in contest.options if o.id in mine),
            budget=part.amount,
            vote_type=contest.vote_type,
            max_length=4,
            threshold=2,
            envelopes=() if part.by else tuple(e for e in contest.envelopes if e.kind == "most"),
            minor_per_unit=10,
        )
        some: Counter[Paper] = Counter()
        for paper, number in papers.items():
            if len(named_options(paper)) >= contest.min_length and mine.intersection(named_options(paper)):
                some[only(paper, mine)] += number
        alone = get_rule(name).count(apart, some, ties=LOT)
        assert part.winners == alone.winners
        assert (part.spent, part.counted, part.facts) == (alone.spent, alone.counted, alone.facts)
        outcomes = {outcome.option: outcome for outcome in plain(result).outcomes}
        assert [outcomes[o.option] for o in alone.outcomes] == list(alone.outcomes)
        assert [s for s in result.standings if s.option in mine] == list(alone.standings)


@pytest.mark.parametrize("name", FUNDING)
@FEW
@given(data=st.data())
def test_nothing_is_overspent_and_nothing_is_moved(name: str, data: st.DataObject) -> None:
    contest, papers = data.draw(elections(rule=name))
    result = get_rule(name).count(contest, papers, ties=LOT)
    awarded = {outcome.option: outcome.awarded for outcome in result.outcomes if outcome.won}
    area = {option.id: option.area for option in contest.options}
    for envelope in contest.envelopes:
        assert sum(amount for n, amount in awarded.items() if area[n] == envelope.name) <= envelope.amount
    own = [envelope for envelope in contest.envelopes if envelope.kind == "own"]
    common = sum(amount for n, amount in awarded.items() if area[n] not in [e.name for e in own])
    assert common <= contest.budget - sum(envelope.amount for envelope in own)
    assert sum(part.amount for part in result.parts) == contest.budget
    assert sum(part.spent for part in result.parts) == result.spent == sum(awarded.values())
    assert result.facts["remaining"] == contest.budget - result.spent
    assert [step.number for step in result.steps] == list(range(1, len(result.steps) + 1))
    paid_from = {n: a for n, a in area.items() if a in [e.name for e in own]}
    assert {o.option: o.facts["paid_from"] for o in result.outcomes if "paid_from" in o.facts} == paid_from


@pytest.mark.parametrize("name", FUNDING)
@FEW
@given(data=st.data())
def test_one_envelope_with_everything_is_the_plain_count(name: str, data: st.DataObject) -> None:
    contest, papers = data.draw(elections(rule=name))
    options = tuple(msgspec.structs.replace(o, category="all") for o in contest.options)
    alone = msgspec.structs.replace(contest, options=options, envelopes=())
    envelope = Envelope(by="category", name="all", amount=contest.budget, kind="own")
    one = get_rule(name).count(msgspec.structs.replace(alone, envelopes=(envelope,)), papers, ties=LOT)
    expected = get_rule(name).count(alone, papers, ties=LOT)
    assert [part.name for part in one.parts] == ["all"]
    assert one.parts[0].facts == expected.facts
    assert msgspec.structs.replace(
        plain(one),
        input_digest=expected.input_digest,
        facts=expected.facts,
        parts=(),
        ties=tuple(msgspec.structs.replace(t, at=t.at.removeprefix("category:all ")) for t in one.ties),
    ) == msgspec.structs.replace(expected, standings=one.standings)
    assert sorted(one.standings, key=lambda s: s.option) == sorted(expected.standings, key=lambda s: s.option)


@pytest.mark.parametrize("name", ["greedy", "equalshares/add1", "pb-ear"])
@FEW
@given(data=st.data())
def test_the_order_of_papers_is_irrelevant_and_the_record_verifies(name: str, data: st.DataObject) -> None:
    contest, papers = data.draw(elections(rule=name))
    result = get_rule(name).count(contest, papers, ties=LOT)
    listed = list(Counter(papers).elements())
    random.Random(data.draw(st.integers())).shuffle(listed)
    assert get_rule(name).count(contest, listed, ties=LOT) == result
    record = make_record(
        poll_id="poll", title="A vote", contest=contest, papers=papers, ties=LOT, result=result
    )
    verified = verify_record(encode_record(record))
    assert verified.ok, verified.failed


@pytest.mark.parametrize("name", ["greedy", "equalshares/add1", "pb-ear"])
@FEW
@given(data=st.data())
def test_a_pabulib_file_holds_it_and_verifies(name: str, data: st.DataObject) -> None:
    contest, papers = data.draw(elections(rule=name))
    papers = {paper: number for paper, number in papers.items() if is_valid(contest, paper)}
    result = get_rule(name).count(contest, papers, ties=LOT)
    awarded = {outcome.option: outcome.awarded for outcome in result.outcomes if outcome.won}
    raw = write_pb(contest, papers, meta={}, rule=name, awarded=awarded)
    election = read_pb(raw)
    assert (election.contest, election.papers) == (contest, papers)
    failed = [check.name for check in verify_record(raw, ties=LOT).failed]
    assert failed == []


def is_valid(contest: Contest, paper: Paper) -> bool:
    try:
        get_rule("greedy").check(contest, paper)
    except InvalidPaper:
        return False
    return True


def make(envelopes: tuple[Envelope, ...], *, budget: int = 900, **more: object) -> Contest:
    options = (
        Option(id="P1", title="P1", cost=300, area="Nord", category="parks"),
        Option(id="P2", title="P2", cost=400, area="Nord", category="roads"),
        Option(id="P3", title="P3", cost=200, area="Sud", category="roads"),
    )
    return Contest(options=options, budget=budget, vote_type="approval", envelopes=envelopes, **more)  # type: ignore[arg-type]


NORTH = Envelope(by="area", name="Nord", amount=500, kind="own")


@pytest.mark.parametrize(
    ("contest", "reason"),
    [
        (make((NORTH,), budget=499), "envelopes_exceed"),
        (make((NORTH, Envelope(by="category", name="roads", amount=9, kind="own"))), "envelopes_overlap"),
        (make((NORTH, Envelope(by="category", name="roads", amount=9, kind="most"))), "envelopes_overlap"),
        (make((NORTH,), exclusive=(("P2", "P3"),)), "exclusive_apart"),
    ],
    ids=["too-much", "two-envelopes", "ceiling-across", "exclusive-across"],
)
def test_what_cannot_be_counted_apart_is_refused(contest: Contest, reason: str) -> None:
    for name in ("greedy", "equalshares"):
        with pytest.raises(UnsuitableContest) as refusal:
            get_rule(name).count(contest, {}, ties=LOT)
        assert refusal.value.reason == reason


def test_seats_have_no_envelopes() -> None:
    contest = msgspec.structs.replace(make((NORTH,)), budget=0, seats=1)
    with pytest.raises(UnsuitableContest, match="envelopes"):
        get_rule("approval").count(contest, {}, ties=LOT)


def test_who_names_nothing_of_a_district_has_no_share_of_its_money() -> None:
    """Two of ten voters vote in the north and hold its 500 together; of all ten, they would hold 100."""
    papers: dict[Paper, int] = {ApprovalPaper(("P1",)): 2, ApprovalPaper(("P3",)): 8}
    result = get_rule("equalshares").count(make((NORTH,)), papers, ties=LOT)
    assert result.winners == ("P1", "P3")
    assert [(part.name, part.counted, part.facts["remaining"]) for part in result.parts] == [
        ("Nord", 2, 200),
        ("", 8, 200),
    ]
    assert [(step.option, step.remaining_before, step.remaining_after) for step in result.steps] == [
        ("P1", 500, 200),
        ("P3", 400, 200),
    ]


def test_each_part_is_explained_on_its_own() -> None:
    """P2 costs 400 and finds 200 left in the north, so at 200 it would have won; P3's money is another's."""
    papers: dict[Paper, int] = {ApprovalPaper(("P1",)): 3, ApprovalPaper(("P2", "P3")): 2}
    result = get_rule("greedy").count(make((NORTH,)), papers, ties=LOT, explain=True)
    bare = msgspec.structs.replace(result, counterfactuals=(), alternatives=())
    assert bare == get_rule("greedy").count(make((NORTH,)), papers, ties=LOT)
    assert [(one.option, one.missing, one.winning_cost) for one in result.counterfactuals] == [
        ("P2", 200, 200)
    ]
    (other,) = result.alternatives
    assert other.winners == get_rule(other.rule).count(make((NORTH,)), papers, ties=LOT).winners


def test_a_tie_in_one_part_leaves_the_others_decided() -> None:
    contest = make((msgspec.structs.replace(NORTH, amount=400),))
    options = tuple(msgspec.structs.replace(o, cost=300) for o in contest.options)
    contest = msgspec.structs.replace(contest, options=options)
    papers: dict[Paper, int] = {ApprovalPaper(("P1", "P2", "P3")): 2}
    result = get_rule("greedy").count(contest, papers, ties=TiePolicy())
    assert not result.complete
    assert result.winners == ("P3",)
    assert [tie.at for tie in result.ties] == ["area:Nord score:2"]
    assert [(part.name, part.complete) for part in result.parts] == [("Nord", False), ("", True)]


def test_districts_of_krakow_as_one_contest_come_out_as_published(shared_data: Path) -> None:
    """Three districts of 2025 put together into one contest, each with its money as an envelope of its own:
    each funds what its own file says was selected, by the greedy rule that Kraków uses.
    """
    options: list[Option] = []
    envelopes: list[Envelope] = []
    papers: Counter[Paper] = Counter()
    selected: dict[str, list[str]] = {}
    for name in ("Biezanow-Prokocim", "Nowa_Huta", "Podgorze"):
        file = read_pb((shared_data / "pb" / f"Poland_Krakow_2025_{name}.pb").read_bytes())
        options += [msgspec.structs.replace(option, area=name) for option in file.contest.options]
        envelopes.append(Envelope(by="area", name=name, amount=file.contest.budget, kind="own"))
        papers.update(file.papers)
        selected[name] = sorted(file.winners or ())
        base = file.contest
    contest = msgspec.structs.replace(
        base,
        options=tuple(options),
        envelopes=tuple(envelopes),
        budget=sum(envelope.amount for envelope in envelopes),
    )
    result = get_rule("greedy").count(contest, papers, ties=LOT)
    assert result.complete
    assert {part.name: sorted(part.winners) for part in result.parts} == selected
