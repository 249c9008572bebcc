"""Every published rule can be chosen on a form, counts a real box and is read on its result page; the command
counts the published record to the same winners.
"""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Database
from cycles.states import StageKind
from tests.make.cycles import make_cycle
from tests.make.elections import make_election
from tests.make.voting import make_officer, make_poll
from tests.voting.test_elections import cast_paper
from tests.voting.test_routes import as_officer
from voting import queries, service
from voting.models import Poll
from voting.rules import RULES
from voting.rules.papers import ApprovalPaper, Paper, RankedPaper, ScoringPaper
from voting.service import GRADES
from voting.states import Act
from voting.verify.commands import count_main
from voting.verify.election import needs_of

FROM_FILES_ONLY = {"schulze/debian"}
"""It needs a default option, which elections here do not have: everybody on a ballot can be elected."""
LABELS = {"projects": "P0", "seats": "C0"}


@pytest.fixture
def database(app) -> Database:
    return app.services.database


def papers_for(vote_type: str, elects: str) -> list[Paper]:
    """Three ballots that put the first option before the second and third, in the end."""
    one, two, three = (f"{LABELS[elects]}{place}" for place in (1, 2, 3))
    if vote_type == "approval":
        return [ApprovalPaper((one, two)), ApprovalPaper((one,)), ApprovalPaper((one, three))]
    if vote_type == "scoring":
        return [ScoringPaper(((one, 5), (two, 3), (three, 1))), ScoringPaper(((one, 4), (three, 2)))]
    return [RankedPaper((one, two)), RankedPaper((one, three, two)), RankedPaper((two, one))]


async def poll_by(session: AsyncSession, name: str) -> tuple[Poll, str]:
    """An open vote by that rule as an officer would set it, and its kind of ballot."""
    rule = RULES[name]
    vote_type = next(kind for kind in ("ordinal", "approval", "scoring") if kind in rule.vote_types)
    needs = needs_of(rule)
    if rule.elects == "projects":
        more: dict[str, object] = {"threshold": 2} if "threshold" in needs else {}
        return await make_poll(session, rule=name, rule_params=more), vote_type
    chosen: dict[str, Any] = {"grades": GRADES} if "grades" in needs else {}
    seats = 1 if "single_seat" in needs else 2
    return await make_election(session, rule=name, vote_type=vote_type, seats=seats, **chosen), vote_type


async def publish(session: AsyncSession, poll: Poll) -> service.count.Counted:
    """Close when it ends, confirm, count and publish."""
    closes = (await queries.get_poll(session, poll.id)).stage.closes_at
    assert await service.close_poll(session, poll.id, now=closes)
    for name in ("Elena Radu", "Vlad Stan"):
        officer = await make_officer(session, name=name, now=closes)
        digest = service.protocol_digest(poll)
        await service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=closes)
    content = await service.load_box(session, poll.id)
    assert content is not None
    counted = service.count_box(content)
    await service.publish_result(session, poll.id, counted, [], now=closes)
    return counted


def test_every_rule_is_counted_here_or_from_files() -> None:
    assert all("default_option" in needs_of(RULES[name]) for name in FROM_FILES_ONLY)


async def test_every_rule_stands_on_a_form(client: httpx.AsyncClient, database: Database, clock) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session, open_stage=StageKind.REVIEW)
    await as_officer(client, database)
    forms = {"projects": f"/cycles/{cycle.slug}/vote-settings", "seats": "/polls/new"}
    text = {elects: (await client.get(path)).text for elects, path in forms.items()}
    rules = (await client.get("/voting-rules")).text
    for name, rule in RULES.items():
        assert f'value="{name}"' in text[rule.elects], name
        assert f'id="{name.replace("/", "-")}"' in rules, name


@pytest.mark.parametrize("elects", ["projects", "seats"])
async def test_every_rule_has_a_result_page_and_a_record_that_counts_alike(
    elects: str,
    client: httpx.AsyncClient,
    database: Database,
    clock,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = [name for name, rule in RULES.items() if rule.elects == elects and name not in FROM_FILES_ONLY]
    for place, name in enumerate(names):
        async with database.write() as session:
            poll, vote_type = await poll_by(session, name)
            for paper in papers_for(vote_type, elects):
                await cast_paper(session, poll, paper)
            counted = await publish(session, poll)
        assert counted.result.complete, name
        assert counted.result.winners, name
        page = await client.get(f"{('', '/en')[place % 2]}/polls/{poll.id}/result")
        assert page.status_code == 200, name
        assert all(f">{winner}<" in page.text for winner in counted.result.winners), name
        assert name in page.text
        record = tmp_path / "record.json"
        record.write_bytes(next(file.content for file in counted.files if file.name == "record.json"))
        assert count_main([str(record), "--rule", name, "--json"]) == 0
        assert tuple(json.loads(capsys.readouterr().out)["winners"]) == counted.result.winners, name
