"""The pages of an act with many amendments: a page at a time, in as many queries for many as for few."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from amendments import queries, service
from amendments.models import Act
from amendments.service import AmendmentDraft, AnswerDraft
from amendments.states import Outcome
from tests.app.test_page_cost import counted
from tests.conftest import FrozenClock
from tests.make.accounts import NOON, actor_of, make_account
from tests.make.acts import (
    AFTER,
    REASON,
    answer,
    edit,
    make_act,
    make_clerk,
    make_councillor,
    make_department,
    make_person,
    propose,
)
from tests.proposals.conftest import Town

MANY = 23  # of which twenty stand on a page


def fee(lei: int) -> Any:
    """A fee of that many lei: each contradicts the others."""
    return edit("a1", f"Tariful este de {lei} lei pe oră.")


@pytest.fixture
async def busy(town: Town) -> Act:
    """An act of which one paragraph is amended by many, each otherwise."""
    async with town.database.write() as session:
        clerk, author = await make_clerk(session), await make_person(session)
        act = await make_act(session, clerk, town.app.services.settings.var_dir / "files")
        for lei in range(MANY):
            await propose(session, author, act, fee(lei + 20))
    return act


def cards(page: str) -> list[str]:
    """The amendments that a page shows."""
    return re.findall(r'<article class="ob-amendment" id="am-([^"]*)"', page)


async def test_a_hot_paragraph_and_a_group_are_paged(town: Town, busy: Act) -> None:
    visitor = await town.visitor()
    first = await visitor.see(f"/acts/{busy.id}/text/a1?view=new&amendment=x%26y")
    assert len(cards(first)) == 20
    assert "Tariful este de 20 lei pe oră.</p>" in first, "only the new text, without marks"
    assert "<ins>" not in first
    here = f"/en/acts/{busy.id}/text/a1?view=new&amp;amendment=x%26y&amp;page=2"
    assert here in first.replace("&page", "&amp;page").replace("&amendment", "&amp;amendment")
    for place in ("t", "a2"):  # before it and after it
        assert re.search(rf"/text/{place}\?view=new&(amp;)?amendment=x%26y", first), place
    assert re.search(r"\?view=side&(amp;)?amendment=x%26y", first), "another view keeps the draft"
    second = await visitor.see(f"/acts/{busy.id}/text/a1?page=2")
    assert len(cards(second)) == MANY - 20
    assert not set(cards(first)) & set(cards(second))
    group = await visitor.see(f"/acts/{busy.id}/contradictions/{cards(first)[3]}?page=2")
    assert cards(group) == cards(second)
    for odd in ("0", "-1", "x", "9" * 30):
        assert len(cards(await visitor.see(f"/acts/{busy.id}/text/a1?page={odd}"))) in (20, MANY - 20)


async def test_the_answers_are_paged_and_what_is_prepared_comes_first(
    town: Town, busy: Act, clock: FrozenClock
) -> None:
    clock.at(AFTER)
    async with town.database.write() as session:
        department = await make_department(session)
        rows = list(await queries.list_amendments(session, busy.id))
        draft = AnswerDraft(
            outcome=Outcome.REJECTED, reason="Bugetul nu permite altfel anul acesta.", function=""
        )
        await service.prepare_answer(session, department, rows[-1].id, draft, revision=0, now=AFTER)
        await answer(session, await make_councillor(session), rows[0], Outcome.REJECTED)
    councillor = await town.officer(Role.COUNCILLOR)
    first = await councillor.see(f"/acts/{busy.id}/answers")
    assert f"{MANY - 1} proposals wait for an answer." in first
    assert cards(first)[0] == str(rows[-1].id)
    assert f'id="prepared-{rows[-1].id}"' in first
    second = await councillor.see(f"/acts/{busy.id}/answers?page=2")
    assert len(cards(first)) == 20
    assert cards(second)[-1] == str(rows[0].id), "what is answered comes last"
    assert len(cards(second)) == MANY - 20
    refused = await councillor.send(f"/acts/{busy.id}/answers/adopt", 422, page="1", function="consilier")
    assert cards(refused.text) == cards(first), "the same page again"
    async with town.database.write() as session:
        for row in rows[1:-1]:
            await service.prepare_answer(session, department, row.id, draft, revision=0, now=AFTER)
    with counted(town.database) as few:
        await councillor.see(f"/acts/{busy.id}/answers?page=2")
    with counted(town.database) as many:
        await councillor.see(f"/acts/{busy.id}/answers?page=1")
    assert len(many) <= len(few) + 1, "not one for each that is prepared"


async def test_ones_own_are_asked_for_by_who_signed_in(town: Town, busy: Act) -> None:
    async with town.database.write() as session:
        account = await make_account(session, name="Dan Vecinu")
        act = await queries.get_act(session, busy.id)
        own = await propose(session, actor_of(account), act, edit("a3", "Hotărârea se publică pe site, azi."))
    dan, stranger = await town.visitor(account), await town.visitor()
    assert cards(await dan.see(f"/acts/{busy.id}/amendments?mine=yes")) == [str(own.id)]
    assert len(cards(await stranger.see(f"/acts/{busy.id}/amendments?mine=yes"))) == MANY + 1, "nobody's: all"


@pytest.mark.usefixtures("clock")
async def test_an_answer_and_a_version_stay_as_they_are(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor
) -> None:
    row = await propose(session, author, act, fee(8))
    await answer(session, councillor, row, Outcome.REJECTED)
    for statement in (
        "UPDATE answers SET reason = 'altul'",
        "DELETE FROM answers",
        "UPDATE act_versions SET content_hash = ''",
        "DELETE FROM act_versions",
    ):
        with pytest.raises(DBAPIError):
            async with session.begin_nested():
                await session.execute(text(statement))


async def test_whatever_the_author_writes_meanwhile_what_was_sent_stands(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, tmp_path: Path
) -> None:
    row = await propose(session, author, act, fee(8))
    why = "Spuneți de unde vin banii pentru reducere."
    await service.return_amendment(session, clerk, row.id, reason=why, now=NOON)
    draft = AmendmentDraft(operations=fee(9), reason=REASON, separable=True)
    await service.save_amendment(session, author, row.id, draft, now=NOON)
    version = await queries.last_version(session, act.id)
    [(found, standing)] = await queries.list_standing(session, version)
    assert found is row
    assert (standing.operations, standing.separable) == (fee(8), False)
    assert (await queries.map_standing(session, version))[row.id].operations == fee(8)
