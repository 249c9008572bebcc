"""Money set apart and projects that exclude each other: chosen by an officer, frozen, told, counted."""

import re
from datetime import datetime, timedelta

import httpx
import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Database
from app.kit.errors import FormErrors
from cycles.models import Cycle
from cycles.queries import get_stage
from cycles.states import StageKind
from tests.make.cycles import NOON, make_cycle
from tests.make.voting import cast, confirm, make_officer, make_options
from tests.voting.test_routes import ORIGIN, as_officer, field
from voting import service
from voting.errors import GroupsOutdated, SettingsUnsuitable
from voting.models import Poll
from voting.rules.papers import Contest, Envelope
from voting.service import Settings
from voting.states import Act
from voting.verify import verify_record

APART = Settings(
    rule="greedy-exclusive",
    max_length=4,
    envelopes={"rahova": 150_000_00, "ferentari": 250_000_00},
    envelope_kind="own",
    exclusive=(("P03", "P07"),),
)
FORM = {
    "rule": "greedy-exclusive",
    "vote_type": "ordinal",
    "min_length": "1",
    "max_length": "4",
    "envelope_kind": "own",
    "envelope-rahova": "150.000",
    "envelope-ferentari": "250000",
    "exclusive": " p03, P07\n\nP01;P04 P01 ",
}


@pytest.fixture
def database(app) -> Database:
    return app.services.database


async def prepare(session: AsyncSession, settings: Settings) -> Poll:
    cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    officer = await make_officer(session)
    await service.choose_settings(session, officer, cycle.id, settings, now=NOON)
    return await service.prepare_poll(
        session, officer, cycle_id=cycle.id, title="Vot", title_en="Vote", options=make_options(), now=NOON
    )


async def open_vote(session: AsyncSession, poll: Poll) -> tuple[datetime, datetime]:
    """Two officers confirm the opening; a moment while it is open, and its end."""
    for name in ("Maria Ionescu", "Ion Georgescu"):
        await confirm(session, await make_officer(session, name=name), poll, Act.OPEN)
    stage = await get_stage(session, poll.cycle_id, StageKind.VOTE)
    assert await service.open_poll(session, poll.id, now=stage.opens_at)
    return stage.opens_at + timedelta(hours=1), stage.closes_at


async def test_what_was_chosen_is_frozen(session: AsyncSession) -> None:
    poll = await prepare(session, APART)
    contest = msgspec.json.decode(poll.contest, type=Contest)
    assert contest.envelopes == (
        Envelope(by="area", name="Ferentari", amount=250_000_00, kind="own"),
        Envelope(by="area", name="Rahova", amount=150_000_00, kind="own"),
    )
    assert contest.exclusive == (("P03", "P07"),)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"rule": "greedy"}, "exclusive"),
        ({"envelopes": {"rahova": 400_000_00, "ferentari": 200_000_01}}, "envelope_kind"),
    ],
    ids=["rule-without-groups", "more-than-the-budget"],
)
async def test_what_cannot_be_counted_is_refused_at_its_field(
    session: AsyncSession, changed: dict[str, object], wrong: str
) -> None:
    cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    chosen = msgspec.structs.replace(APART, **changed)
    with pytest.raises(FormErrors) as refused:
        await service.choose_settings(session, await make_officer(session), cycle.id, chosen, now=NOON)
    assert list(refused.value.errors) == [wrong]


async def test_ceilings_may_be_more_than_the_budget_together(session: AsyncSession) -> None:
    poll = await prepare(
        session,
        msgspec.structs.replace(
            APART, envelope_kind="most", envelopes={"rahova": 400_000_00, "ferentari": 300_000_00}
        ),
    )
    assert {e.kind for e in msgspec.json.decode(poll.contest, type=Contest).envelopes} == {"most"}


async def test_a_group_must_be_on_the_list_when_it_is_frozen(session: AsyncSession) -> None:
    with pytest.raises(GroupsOutdated, match="P08, P99"):
        await prepare(session, msgspec.structs.replace(APART, exclusive=(("P99", "P01"), ("P08", "P02"))))


async def test_a_group_is_paid_from_the_same_money(session: AsyncSession) -> None:
    """P01 is in Rahova, which has money of its own, P03 is not."""
    with pytest.raises(SettingsUnsuitable, match="paid from the same money"):
        await prepare(session, msgspec.structs.replace(APART, exclusive=(("P01", "P03"),)))


async def test_the_officer_chooses_them_by_the_page(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    await as_officer(client, database)
    path = f"/cycles/{cycle.slug}/vote-settings"
    page = await client.get(path)
    token = {"csrf_token": field(page.text, "csrf_token")}
    alone = await client.post(path, data=token | FORM | {"exclusive": "P03\nP01 P04"}, headers=ORIGIN)
    assert alone.status_code == 422
    assert "numerele a cel puțin două proiecte" in alone.text
    assert "P03\nP01 P04</textarea>" in alone.text.replace("\r", ""), "nothing typed is lost"
    much = await client.post(path, data=token | FORM | {"envelope-rahova": "550000"}, headers=ORIGIN)
    assert much.status_code == 422
    assert "Banii zonelor împreună depășesc bugetul ciclului." in much.text
    assert re.search(r'<details class="govuk-details" id="envelopes" open>', much.text)
    done = await client.post(path, data=token | FORM, headers=ORIGIN)
    assert done.status_code == 303, done.text
    async with database.read() as session:
        kept = await session.get(Cycle, cycle.id)
    assert kept is not None
    settings = service.settings_of_cycle(kept)
    assert settings.exclusive == (("P03", "P07"), ("P01", "P04"))
    assert settings.envelopes == {"rahova": 150_000_00, "ferentari": 250_000_00}
    assert settings.envelope_kind == "own"
    again = await client.get(path)
    assert 'value="own" checked' in again.text
    assert "P03 P07\nP01 P04</textarea>" in again.text


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("", "Numai unul dintre acestea poate câștiga: P03, P07."),
        ("/en", "Only one of these can win: P03, P07."),
    ],
    ids=["ro", "en"],
)
@pytest.mark.parametrize("vote_type", ["ordinal", "approval", "cumulative"])
async def test_voters_are_told_on_the_page_and_on_the_ballot(
    client: httpx.AsyncClient, database: Database, clock, vote_type: str, prefix: str, said: str
) -> None:
    chosen = msgspec.structs.replace(APART, vote_type=vote_type, max_sum_points=9)
    async with database.write() as session:
        poll = await prepare(session, chosen)
        now, _ = await open_vote(session, poll)
    clock.at(now)
    for path in (f"{prefix}/polls/{poll.id}", f"{prefix}/polls/{poll.id}/ballot"):
        page = await client.get(path)
        assert page.status_code == 200
        assert page.text.count(said) == 2, "beside each of the two"
        assert re.search(r"150[.,]000\slei", page.text)


async def test_the_result_tells_each_part_of_the_money_and_verifies(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    """Rahova's 150,000 pay P01 (120,000); Ferentari's 250,000 P06 (240,000); the 200,000 that are common pay
    P07 (200,000), which keeps P03 out, and P05 (60,000) finds nothing left.
    """
    async with database.write() as session:
        poll = await prepare(session, APART)
        now, end = await open_vote(session, poll)
        for numbers in (("P07", "P01", "P06"), ("P07", "P01", "P05"), ("P06", "P02")):
            await cast(session, poll, numbers, now=now)
        assert await service.close_poll(session, poll.id, now=end)
        for name in ("Elena Radu", "Vlad Stan"):
            officer = await make_officer(session, name=name, now=end)
            digest = service.protocol_digest(poll)
            await service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=end)
        content = await service.load_box(session, poll.id)
        assert content is not None
        counted = service.count_box(content)
        await service.publish_result(session, poll.id, counted, [], now=end)
    assert counted.result.winners == ("P06", "P01", "P07")
    assert counted.result.outcome("P03").reason == "excluded_by_group"
    assert counted.result.outcome("P05").facts["missing"] == 60_000_00
    parts = [(part.name, part.spent, part.counted) for part in counted.result.parts]
    assert parts == [("Ferentari", 240_000_00, 2), ("Rahova", 120_000_00, 2), ("", 200_000_00, 2)]
    record = next(file.content for file in counted.files if file.name == "record.json")
    assert verify_record(record).ok
    election = next(file.content for file in counted.files if file.name == "election.pb")
    assert verify_record(election).ok
    for prefix, name in (("", "Bugetul comun"), ("/en", "The common budget")):
        page = await client.get(f"{prefix}/polls/{poll.id}/result")
        assert page.status_code == 200
        table = page.text.partition('id="money-apart"')[2].partition("</table>")[0]
        assert table.count("<tr") == 4
        assert name in table
        assert re.search(r"Ferentari: P06 ", page.text)
