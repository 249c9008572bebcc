"""Support within the limit of the cycle, as a resident sees it."""

import msgspec

from accounts.states import Role
from proposals import queries
from proposals.service import ReviewTerms, change_review_rules, read_terms
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON
from tests.make.proposals import make_idea
from tests.proposals.conftest import Town


async def limit(town: Town, most: int) -> None:
    """Give the cycle another limit, as an administrator does."""
    async with town.database.write() as session:
        admin = actor_of(await make_account(session, roles=[Role.ADMIN]), roles=[Role.ADMIN])
        seen: ReviewTerms = read_terms(await queries.get_rules(session, town.cycle.id))
        terms = msgspec.structs.replace(seen, most_supports=most)
        await change_review_rules(
            session, admin, town.cycle.id, terms, seen=seen, reason="Ca fiecare să aleagă.", now=NOON
        )


async def test_who_has_given_all_support_takes_one_back(town: Town) -> None:
    async with town.database.write() as session:
        first, second = [await make_idea(session, cycle=town.cycle) for _ in range(2)]
    await limit(town, 1)
    ana = await town.resident()
    assert "do not support any idea yet" in await ana.see("/ideas/supported")
    assert "0 of at most 1" in await ana.see(f"/ideas/{first.id}")
    await ana.send(f"/ideas/{first.id}/support")
    assert "that is the most" in await ana.see(f"/ideas/{second.id}")
    await ana.send(f"/ideas/{second.id}/support", 403)
    mine = await ana.see("/ideas/supported")
    assert first.title in mine
    assert "1 of at most 1" in mine
    await ana.send(f"/ideas/{first.id}/support/withdraw")
    await ana.see(f"/ideas/{second.id}")
    await ana.send(f"/ideas/{second.id}/support")
    assert "at the most" in await ana.see(f"/cycles/{town.cycle.slug}/review-rules")


async def test_without_a_limit_nothing_is_said_of_one(town: Town) -> None:
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle)
    await limit(town, 0)
    ana = await town.resident()
    assert "of at most" not in await ana.see(f"/ideas/{idea.id}")
    assert "as many ideas as they like" in await ana.see(f"/cycles/{town.cycle.slug}/review-rules")
    await (await town.visitor()).client.get("/ideas/supported")
