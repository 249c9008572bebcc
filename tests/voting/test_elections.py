"""Elections for seats and choosing how a vote is counted: drafts, ballots of each kind, results; no money."""

import json
import re

import httpx
import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.db import Database
from app.kit.errors import Forbidden, FormErrors
from cycles.models import Cycle
from cycles.queries import read_calendar
from cycles.states import StageKind
from tests.make.cycles import NOON, make_cycle
from tests.make.elections import CLOSES, OPENS, WRITTEN, make_draft, make_election
from tests.make.voting import make_officer, make_options, make_poll, make_voter
from tests.voting.test_routes import ORIGIN, as_officer, as_resident, field, receipt_of
from voting import jobs, queries, service
from voting.errors import AlreadyFrozen, BallotRefused, SettingsUnsuitable
from voting.models import Poll
from voting.rules.papers import ApprovalPaper, Contest, CumulativePaper, Paper, RankedPaper, ScoringPaper
from voting.rules.result import Result
from voting.sealing import box
from voting.service import GRADES, Settings
from voting.states import Act, PollState
from voting.verify import verify_record

MONEY = re.compile(r"\blei\b|buget(ul)? este|costă|\bCost\b")


@pytest.fixture
def database(app) -> Database:
    return app.services.database


async def cast_paper(session: AsyncSession, poll: Poll, paper: Paper) -> None:
    secret, _ = box.new_receipt(str(poll.id))
    voter = await make_voter(session, now=NOON)
    await service.cast_ballot(session, voter, poll.id, paper, secret=secret, now=NOON)


async def count(session: AsyncSession, poll: Poll) -> service.count.Counted:
    """Close, confirm and count, without publishing."""
    assert await service.close_poll(session, poll.id, now=CLOSES)
    for name in ("Elena Radu", "Vlad Stan"):
        officer = await make_officer(session, name=name, now=CLOSES)
        digest = service.protocol_digest(poll)
        await service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=CLOSES)
    content = await service.load_box(session, poll.id)
    assert content is not None
    return service.count_box(content)


# ── drafts ────────────────────────────────────────────────────────────────────


async def test_a_draft_may_be_written_anew_and_what_is_announced_may_not(session: AsyncSession) -> None:
    poll = await make_election(session, state=PollState.DRAFT)
    officer = await make_officer(session, now=WRITTEN)
    before, sealed = poll.contest_digest, poll.tie_seed_sealed
    changed = make_draft(rule="schulze", seats=1, names=("Unu", "Doi", "Trei"), title="Alt titlu")
    await service.change_election(session, officer, poll.id, changed, now=WRITTEN)
    contest = msgspec.json.decode(poll.contest, type=Contest)
    assert (poll.rule, contest.seats, [option.title for option in contest.options]) == (
        "schulze",
        1,
        ["Unu", "Doi", "Trei"],
    )
    assert poll.contest_digest != before
    assert poll.tie_seed_sealed == sealed, "the lot stays the one that was sealed"
    assert [option.title for option in await queries.list_options(session, poll.id)] == ["Unu", "Doi", "Trei"]
    await service.announce_poll(session, officer, poll.id, now=WRITTEN)
    with pytest.raises(Forbidden):
        await service.change_election(session, officer, poll.id, make_draft(), now=WRITTEN)


@pytest.mark.parametrize(
    ("chosen", "wrong"),
    [
        ({"rule": "approval"}, "vote_type"),
        ({"rule": "majority-judgment", "vote_type": "scoring", "max_points": 5}, "grades"),
        ({"rule": "greedy"}, "rule"),
        ({"rule": "no-such-rule"}, "rule"),
        ({"seats": 5}, "seats"),
        ({"min_length": 4, "max_length": 2}, "min_length"),
        ({"names": ("Una singură",)}, "name-1"),
    ],
    ids=["ballot", "grades", "for-projects", "unknown", "seats", "limits", "candidates"],
)
async def test_what_the_rule_cannot_count_is_refused_at_its_field(
    session: AsyncSession, chosen: dict[str, object], wrong: str
) -> None:
    officer = await make_officer(session, now=WRITTEN)
    with pytest.raises(FormErrors) as refused:
        await service.create_election(
            session, officer, make_draft(**chosen), opens_at=OPENS, closes_at=CLOSES, now=WRITTEN
        )
    assert list(refused.value.errors) == [wrong]


async def test_a_resident_writes_no_election(session: AsyncSession) -> None:
    voter = await make_voter(session, now=WRITTEN)
    with pytest.raises(Forbidden):
        await service.create_election(
            session, voter, make_draft(), opens_at=OPENS, closes_at=CLOSES, now=WRITTEN
        )


async def test_an_election_is_no_cycle_of_a_budget(session: AsyncSession) -> None:
    poll = await make_election(session)
    calendar = await read_calendar(session)
    assert poll.cycle_id not in {cycle.id for cycle in calendar.cycles}
    facts = await register.list_facts(session, limit=50)
    created = next(fact for fact in facts if fact.kind == "cycle.created")
    assert created.facts["kind"] == "election"
    assert "budget_bani" not in created.facts


async def test_the_opening_is_confirmed_with_its_rule(session: AsyncSession) -> None:
    poll = await make_election(session, state=PollState.ANNOUNCED)
    before = await service.digest_to_confirm(session, poll, Act.OPEN)
    poll.rule = "stv/wigm"
    assert await service.digest_to_confirm(session, poll, Act.OPEN) != before


# ── the rule of a vote on projects ────────────────────────────────────────────


async def test_what_an_officer_chose_is_what_is_frozen(session: AsyncSession) -> None:
    cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    officer = await make_officer(session)
    chosen = Settings(
        rule="greedy-threshold",
        vote_type="approval",
        max_length=3,
        threshold=2,
        criteria=("most_supporters",),
    )
    await service.choose_settings(session, officer, cycle.id, chosen, now=NOON)
    poll = await service.prepare_poll(
        session, officer, cycle_id=cycle.id, title="Vot", title_en="", options=make_options(), now=NOON
    )
    contest = msgspec.json.decode(poll.contest, type=Contest)
    assert (poll.rule, contest.vote_type, contest.threshold, contest.max_length) == (
        "greedy-threshold",
        "approval",
        2,
        3,
    )
    assert json.loads(poll.ties)["criteria"] == ["most_supporters"]
    with pytest.raises(AlreadyFrozen):
        await service.choose_settings(session, officer, cycle.id, Settings(max_length=3), now=NOON)


async def test_a_rule_without_what_it_needs_is_refused_and_never_frozen(session: AsyncSession) -> None:
    cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    officer = await make_officer(session)
    lacking = Settings(rule="greedy-threshold", max_length=3)
    with pytest.raises(FormErrors) as refused:
        await service.choose_settings(session, officer, cycle.id, lacking, now=NOON)
    assert list(refused.value.errors) == ["threshold"]
    with pytest.raises(SettingsUnsuitable):
        await make_poll(session, rule="greedy-threshold")


async def test_once_the_vote_has_begun_nobody_chooses(session: AsyncSession) -> None:
    cycle = await make_cycle(session, open_stage=StageKind.VOTE)
    with pytest.raises(Forbidden):
        await service.choose_settings(
            session, await make_officer(session), cycle.id, Settings(max_length=3), now=NOON
        )


# ── ballots of each kind, through the pages ───────────────────────────────────

KINDS = [
    ({"vote_type": "ordinal"}, {}, "ordinal"),
    (
        {"rule": "approval", "vote_type": "approval", "max_length": 2},
        {"chosen": ["C02", "C04"]},
        "approval",
    ),
    (
        {"rule": "majority-judgment", "vote_type": "scoring", "grades": GRADES},
        {"points-C02": "5", "points-C04": "0"},
        "scoring",
    ),
]
PAPERS: dict[str, Paper] = {
    "approval": ApprovalPaper(("C02", "C04")),
    "scoring": ScoringPaper((("C02", 5), ("C04", 0))),
}


@pytest.mark.parametrize(("chosen", "marks", "kind"), KINDS[1:], ids=["approval", "grades"])
async def test_a_marked_ballot_is_kept_reviewed_and_cast(
    client: httpx.AsyncClient, database: Database, clock, chosen, marks, kind: str
) -> None:
    async with database.write() as session:
        poll = await make_election(session, **chosen)
    await as_resident(client, database)
    path = f"/polls/{poll.id}/ballot"
    page = await client.get(path)
    assert page.text.count("<h1") == 1
    assert not MONEY.search(page.text), MONEY.search(page.text)
    token = {"csrf_token": field(page.text, "csrf_token")}
    nothing = await client.post(path, data=token | {"do": "review"}, headers=ORIGIN)
    assert nothing.status_code == 422
    assert "Alegeți cel puțin o variantă." in nothing.text
    sent = await client.post(path, data=token | marks | {"do": "review"}, headers=ORIGIN)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{path}/review")
    again = await client.get(path)
    assert again.text.count(" checked") == 2, "the draft is in the voter's cookie"
    review = await client.get(f"{path}/review")
    form = {name: field(review.text, name) for name in ("csrf_token", "ballot", "receipt")}
    receipt = await client.post(f"{path}/review", data=form, headers=ORIGIN)
    assert receipt.status_code == 200, receipt.text
    code, _ = receipt_of(receipt.text)
    async with database.read() as session:
        entry = await queries.find_entry(session, poll.id, code)
    assert entry is not None
    assert msgspec.json.decode(entry.paper, type=Paper) == PAPERS[kind]


async def test_too_many_ticks_are_told_and_kept(client: httpx.AsyncClient, database: Database, clock) -> None:
    async with database.write() as session:
        poll = await make_election(session, rule="approval", vote_type="approval", max_length=2)
    path = f"/polls/{poll.id}/ballot"
    token = field((await client.get(path)).text, "csrf_token")
    form = {"csrf_token": token, "chosen": ["C01", "C02", "C03"], "do": "review"}
    answer = await client.post(path, data=form, headers=ORIGIN)
    assert answer.status_code == 422
    assert "cel mult 2" in answer.text
    assert answer.text.count(" checked") == 3
    part = await client.post(path, data=form | {"do": ""}, headers={**ORIGIN, "hx-request": "true"})
    assert part.text.lstrip().startswith('<div class="ob-ballot-bar" id="mark_bar"')
    assert "Ați ales 3 candidaturi" in part.text


async def test_points_are_divided_within_their_sum(session: AsyncSession) -> None:
    cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    officer = await make_officer(session)
    chosen = Settings(rule="greedy", vote_type="cumulative", max_length=7, max_sum_points=10)
    await service.choose_settings(session, officer, cycle.id, chosen, now=NOON)
    poll = await service.prepare_poll(
        session, officer, cycle_id=cycle.id, title="Vot", title_en="", options=make_options(), now=NOON
    )
    service.check_ballot(poll, CumulativePaper((("P01", 4), ("P02", 6))))
    with pytest.raises(BallotRefused, match="10"):
        service.check_ballot(poll, CumulativePaper((("P01", 4), ("P02", 7))))


# ── results ───────────────────────────────────────────────────────────────────


async def test_seats_are_counted_published_and_recounted(
    client: httpx.AsyncClient, app, database: Database, clock, run_jobs
) -> None:
    rankings = [("C01", "C02")] * 6 + [("C03", "C04")] * 3 + [("C05", "C03")] * 2 + [("C02", "C01")]
    async with database.write() as session:
        poll = await make_election(session)
        for places in rankings:
            await cast_paper(session, poll, RankedPaper(places))
    clock.at(CLOSES)
    await jobs.close_due_polls(app.services)
    async with database.write() as session:
        full = await queries.get_poll(session, poll.id)
        for name in ("Elena Radu", "Vlad Stan"):
            officer = await make_officer(session, name=name, now=CLOSES)
            digest = service.protocol_digest(full.poll)
            await service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=CLOSES)
    await run_jobs()
    for prefix, said in (("", "A atins cota în runda 1: 6 voturi"), ("/en", "Reached the quota in round 1")):
        page = await client.get(f"{prefix}/polls/{poll.id}/result")
        assert page.status_code == 200
        assert said in page.text
        assert page.text.count("<h1") == 1
        assert not MONEY.search(page.text), MONEY.search(page.text)
        assert 'id="round-1"' in page.text
    files = await client.get(f"/polls/{poll.id}/files/record.json")
    assert verify_record(files.content).ok
    blt = await client.get(f"/polls/{poll.id}/files/election.blt")
    assert blt.text.startswith("5 2")
    assert (await client.get(f"/polls/{poll.id}/files/election.pb")).status_code == 404


@pytest.mark.parametrize(
    ("chosen", "paper", "said"),
    [
        ({"rule": "plurality"}, RankedPaper(("C02",)), "Locul 1: 1 vot."),
        (
            {"rule": "approval", "vote_type": "approval"},
            ApprovalPaper(("C01", "C02")),
            "Locul 1: 1 aprobare.",
        ),
        ({"rule": "borda/dowdall"}, RankedPaper(("C02", "C01")), "0,50"),
        (
            {"rule": "majority-judgment", "vote_type": "scoring", "grades": GRADES},
            ScoringPaper((("C01", 5), ("C02", 4))),
            "calificativul „Foarte bine”",
        ),
        ({"rule": "schulze", "seats": 1}, RankedPaper(("C02", "C01")), "Înaintea fiecăreia dintre celelalte"),
        ({"rule": "ranked-pairs", "seats": 1}, RankedPaper(("C02", "C01")), "4 din 4 câștigate"),
        ({"rule": "expanding-approvals"}, RankedPaper(("C02", "C01")), "C02"),
        ({"rule": "stv/minneapolis"}, RankedPaper(("C02", "C01")), "Runda 1"),
    ],
    ids=lambda value: value.get("rule") if isinstance(value, dict) else None,
)
async def test_every_family_has_a_result_page(
    client: httpx.AsyncClient, database: Database, clock, chosen, paper: Paper, said: str
) -> None:
    async with database.write() as session:
        poll = await make_election(session, **chosen)
        await cast_paper(session, poll, paper)
        await service.publish_result(session, poll.id, await count(session, poll), [], now=CLOSES)
    page = await client.get(f"/polls/{poll.id}/result")
    assert page.status_code == 200
    assert said in page.text


async def test_a_graded_result_shows_every_grade_of_everybody(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        poll = await make_election(session, rule="majority-judgment", vote_type="scoring", grades=GRADES)
        for points in ((("C01", 5), ("C02", 4)), (("C01", 3),), (("C02", 4),)):
            await cast_paper(session, poll, ScoringPaper(points))
        await service.publish_result(session, poll.id, await count(session, poll), [], now=CLOSES)
    page = await client.get(f"/polls/{poll.id}/result")
    table = page.text.partition('id="grade-table"')[2].partition("</table>")[0]
    rows = [re.sub(r"<(?!/?strong)[^>]*>|\s", "", row) for row in table.split("<tr")]
    assert any("C02" in row and row.endswith("0<strong>2</strong>0001") for row in rows), rows
    assert any("C01" in row and row.endswith("10<strong>1</strong>001") for row in rows), rows


async def test_the_first_page_shows_every_vote_that_is_open(
    client: httpx.AsyncClient, app, database: Database, clock
) -> None:
    async with database.write() as session:
        poll = await make_election(session)
    await jobs.open_due_polls(app.services)
    listed = (await client.get("/")).text.partition('id="votes"')[2].partition("</section>")[0]
    assert f'href="/polls/{poll.id}"' in listed
    clock.at(CLOSES)
    assert 'id="votes"' not in (await client.get("/")).text


# ── the officer's forms ───────────────────────────────────────────────────────

FORM = {
    "title": "Consiliul cartierului",
    "seats": "2",
    "rule": "stv/scottish",
    "vote_type": "ordinal",
    "min_length": "1",
    "name-1": "Ana",
    "text-1": "Din cartier.",
    "name-2": "Ion",
    "name-3": "Vlad",
    "name-7": "",
    "opens_on": "2027-04-01",
    "closes_on": "2027-04-10",
}


async def test_an_election_is_written_changed_and_announced_by_the_pages(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    await as_officer(client, database)
    empty = await client.get("/polls/new")
    token = {"csrf_token": field(empty.text, "csrf_token")}
    wrong = await client.post("/polls/new", data=token | FORM | {"vote_type": "approval"}, headers=ORIGIN)
    assert wrong.status_code == 422
    assert "Această regulă nu poate număra astfel de buletine." in wrong.text
    assert 'value="Ana"' in wrong.text, "nothing typed is lost"
    more = await client.post("/polls/new", data=token | FORM | {"do": "more"}, headers=ORIGIN)
    assert 'name="name-10"' in more.text
    done = await client.post("/polls/new", data=token | FORM, headers=ORIGIN)
    assert done.status_code == 303, done.text
    desk = done.headers["location"]
    form = await client.get(f"{desk}/election")
    assert 'value="Vlad"' in form.text
    changed = await client.post(
        f"{desk}/election", data=token | FORM | {"name-3": "Vlad Stan"}, headers=ORIGIN
    )
    assert changed.headers["location"] == desk
    assert (await client.post(f"{desk}/announce", data=token, headers=ORIGIN)).status_code == 303
    poll = await client.get(desk.removesuffix("/officer"))
    assert "Vlad Stan" in poll.text
    assert not MONEY.search(poll.text), MONEY.search(poll.text)
    late = await client.post(f"{desk}/election", data=token | FORM, headers=ORIGIN)
    assert late.status_code == 403


async def test_the_rule_of_projects_is_chosen_by_the_page(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    await as_officer(client, database)
    path = f"/cycles/{cycle.slug}/vote-settings"
    page = await client.get(path)
    form = {
        "csrf_token": field(page.text, "csrf_token"),
        "rule": "equalshares/add1",
        "vote_type": "ordinal",
        "min_length": "1",
        "max_length": "4",
        "points_by_place": "4 3 5",
    }
    wrong = await client.post(path, data=form, headers=ORIGIN)
    assert wrong.status_code == 422
    assert 'value="4 3 5"' in wrong.text
    done = await client.post(path, data=form | {"points_by_place": "4 3 2 1"}, headers=ORIGIN)
    assert done.status_code == 303, done.text
    async with database.read() as session:
        kept = await session.get(Cycle, cycle.id)
    assert kept is not None
    assert (kept.rule, kept.max_ranked) == ("equalshares/add1", 4)
    assert service.settings_of_cycle(kept).points_by_place == (4, 3, 2, 1)


async def test_a_resident_sees_neither_form(client: httpx.AsyncClient, database: Database, clock) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
        poll = await make_election(session, state=PollState.DRAFT)
    await as_resident(client, database)
    for path in ("/polls/new", f"/cycles/{cycle.slug}/vote-settings", f"/polls/{poll.id}/officer/election"):
        assert (await client.get(path)).status_code == 403, path
    assert (await client.get("/voting-rules")).text.count("<h1") == 1


def test_a_result_keeps_its_shape() -> None:
    """The page reads these by name; a renamed field would only be seen on a result page."""
    assert {"rounds", "pairwise", "counterfactuals", "alternatives", "seats", "parts"} <= set(
        Result.__struct_fields__
    )
