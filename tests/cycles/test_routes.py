"""Pages of the cycles."""

from typing import Any

import httpx
import pytest

from accounts.states import Role
from app.kit.db import Database
from cycles import queries
from cycles.models import Cycle
from cycles.states import StageKind
from tests.feeds import judge_feed
from tests.make.accounts import make_account, sign_in
from tests.make.cycles import NOON, make_cycle

pytestmark = pytest.mark.usefixtures("clock")
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def cycle(app: Any) -> Cycle:
    async with app.services.database.write() as session:
        return await make_cycle(session, slug="bp-2027")


async def officer_in(client: httpx.AsyncClient, database: Database) -> None:
    async with database.write() as session:
        account = await make_account(session, name="Sorin Pop", roles=[Role.ADMIN], totp="JBSWY3DPEHPK3PXP")
    await sign_in(client, database, account)


async def test_cycle_page_says_what_can_be_done_now(client: httpx.AsyncClient, cycle: Cycle) -> None:
    page = (await client.get("/en/cycles/bp-2027")).text
    assert page.count("<h1") == 1
    assert "Write an idea" in page
    assert "/en/ideas/new" in page
    assert "No date of this cycle has been changed" in page
    assert "Change the dates" not in page
    assert (await client.get("/cycles/nu-exista")).status_code == 404
    assert "Buget participativ 2027" in (await client.get("/cycles")).text


async def test_officer_changes_dates_and_everybody_sees_it(
    app: Any, client: httpx.AsyncClient, cycle: Cycle
) -> None:
    address = "/cycles/bp-2027/stages/submission"
    assert (await client.get(address)).status_code == 303  # sign in first
    await officer_in(client, app.services.database)
    page = (await client.get("/en" + address)).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    async with app.services.database.read() as session:
        stage = await queries.get_stage(session, cycle.id, StageKind.SUBMISSION)
    fields = {
        "csrf_token": token,
        "seen_opens": stage.opens_at.isoformat(),
        "seen_closes": stage.closes_at.isoformat(),
        "opens_on": "2027-02-19",
        "opens_time": "12:00",
        "closes_on": "2027-03-25",
        "closes_time": "25:00",
        "reason": "scurt",
    }
    refused = await client.post("/en" + address, data=fields, headers=SAME_ORIGIN)
    assert refused.status_code == 422
    assert "at least 10 characters" in refused.text
    assert 'value="25:00"' in refused.text
    fields |= {"closes_time": "18:00", "reason": "Platforma nu a mers <b>două zile</b>."}
    fields["closes_on"] = "2027-02-20"
    in_the_past = await client.post("/en" + address, data=fields, headers=SAME_ORIGIN)
    assert in_the_past.status_code == 422
    assert "The new end is in the past." in in_the_past.text
    fields["closes_on"] = "2027-03-25"
    assert (await client.post("/en" + address, data=fields, headers=SAME_ORIGIN)).status_code == 303
    client.cookies.clear()
    page = (await client.get("/en/cycles/bp-2027")).text
    assert "Platforma nu a mers &lt;b&gt;două zile&lt;/b&gt;." in page
    assert "Sorin Pop" in page
    assert "25 March 2027, 18:00" in page
    feed = await client.get("/cycles/bp-2027/feed.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    judge_feed(feed.content)
    assert "stage.dates-changed" not in feed.text
    assert feed.text.count("<entry>") == 2


async def test_reviewer_may_not_change_dates(app: Any, client: httpx.AsyncClient, cycle: Cycle) -> None:
    async with app.services.database.write() as session:
        account = await make_account(session, roles=[Role.REVIEWER], totp="JBSWY3DPEHPK3PXP", now=NOON)
    await sign_in(client, app.services.database, account)
    assert (await client.get("/cycles/bp-2027/stages/submission")).status_code == 403
    assert (await client.get("/cycles/bp-2027/stages/altceva")).status_code == 404
