"""Choosing that ballots are sealed, and whether the server may seal, for a cycle's vote and for elections."""

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Database
from app.kit.errors import FormErrors
from cycles.models import Cycle
from cycles.states import StageKind
from tests.make.ballots import ORIGIN, as_officer, field
from tests.make.cycles import NOON, make_cycle
from tests.make.elections import CLOSES, OPENS, WRITTEN, make_draft, make_election
from tests.make.voting import make_officer, make_options
from voting import queries, service
from voting.service import Settings
from voting.states import PollState, SealingPhase

TOO_MANY = 255


@pytest.fixture
def database(app) -> Database:
    return app.services.database


@pytest.mark.parametrize("server", [True, False], ids=["the-server-may-seal", "only-devices-seal"])
async def test_what_is_chosen_is_frozen_with_the_poll(session: AsyncSession, server: bool) -> None:
    officer = await make_officer(session)
    poll = await make_election(session, state=PollState.DRAFT, sealed=True, server_sealing=server)
    assert (poll.sealing, poll.server_sealing) == (SealingPhase.CHOSEN, server)
    assert service.settings_of_poll(poll).server_sealing is server
    plain = make_draft(sealed=False, server_sealing=True)
    await service.change_election(session, officer, poll.id, plain, now=WRITTEN)
    assert (poll.sealing, poll.server_sealing) == (None, False)
    cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    chosen = Settings(max_length=4, sealed=True, server_sealing=server)
    await service.choose_settings(session, officer, cycle.id, chosen, now=NOON)
    assert service.settings_of_cycle(cycle).server_sealing is server
    frozen = await service.prepare_poll(
        session,
        officer,
        cycle_id=cycle.id,
        title="Votul",
        title_en="The vote",
        options=make_options(),
        now=NOON,
    )
    assert (frozen.sealing, frozen.server_sealing) == (SealingPhase.CHOSEN, server)


@pytest.mark.parametrize(
    "unsuitable",
    [
        Settings(rule="approval", vote_type="approval", seats=1, sealed=True),
        Settings(rule="majority-judgment", vote_type="scoring", seats=1, grades=service.GRADES, sealed=True),
    ],
    ids=["ticks", "grades"],
)
async def test_only_rankings_are_sealed(session: AsyncSession, unsuitable: Settings) -> None:
    officer = await make_officer(session)
    election = make_draft(
        rule=unsuitable.rule,
        vote_type=unsuitable.vote_type,
        seats=1,
        grades=unsuitable.grades,
        sealed=True,
    )
    with pytest.raises(FormErrors) as refusal:
        await service.create_election(
            session, officer, election, opens_at=OPENS, closes_at=CLOSES, now=WRITTEN
        )
    assert list(refusal.value.errors) == ["sealed"]


async def test_more_options_than_can_be_sealed_are_refused_at_the_field(session: AsyncSession) -> None:
    officer = await make_officer(session)
    cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    chosen = Settings(max_length=TOO_MANY, sealed=True)
    with pytest.raises(FormErrors) as refusal:
        await service.choose_settings(session, officer, cycle.id, chosen, now=NOON)
    assert list(refusal.value.errors) == ["sealed"]


async def test_the_page_offers_it_and_keeps_what_was_typed(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    await as_officer(client, database)
    path = f"/cycles/{cycle.slug}/vote-settings"
    shown = (await client.get(path)).text
    form = {
        "csrf_token": field(shown, "csrf_token"),
        "rule": "greedy",
        "vote_type": "approval",
        "max_length": "4",
        "sealed": "yes",
        "server_sealing": "yes",
    }
    wrong = await client.post(path, data=form, headers=ORIGIN)
    assert wrong.status_code == 422
    assert 'href="#sealed"' in wrong.text
    assert wrong.text.count('value="yes" checked') == 2
    done = await client.post(path, data=form | {"vote_type": "ordinal"}, headers=ORIGIN)
    assert done.status_code == 303, done.text
    async with database.read() as session:
        kept = await session.get(Cycle, cycle.id)
    assert kept is not None
    assert (service.settings_of_cycle(kept).sealed, service.settings_of_cycle(kept).server_sealing) == (
        True,
        True,
    )


async def test_an_election_s_page_offers_it(client: httpx.AsyncClient, database: Database, clock) -> None:
    clock.at(WRITTEN)
    async with database.write() as session:
        poll = await make_election(session, state=PollState.DRAFT, sealed=True)
    await as_officer(client, database)
    path = f"/polls/{poll.id}/officer/election"
    shown = (await client.get(path)).text
    assert 'name="sealed" type="radio" value="yes" checked' in shown
    form = {
        "csrf_token": field(shown, "csrf_token"),
        "title": "Consiliul",
        "rule": "stv/scottish",
        "vote_type": "ordinal",
        "seats": "1",
        "name-1": "Ana",
        "name-2": "Ion",
        "sealed": "no",
        "server_sealing": "yes",
    }
    assert (await client.post(path, data=form, headers=ORIGIN)).status_code == 303
    async with database.read() as session:
        changed = (await queries.get_poll(session, poll.id)).poll
    assert (changed.sealing, changed.server_sealing) == (None, False)
