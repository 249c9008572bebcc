"""The pages of comments without scripts: on a part of a text and on an amendment, and what is refused."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from accounts.states import Role
from amendments import service as acts
from amendments.models import Act, AmendmentRow
from tests.conftest import FrozenClock
from tests.make.acts import edit, make_act, make_clerk, make_person, propose
from tests.make.discussions import REASON
from tests.proposals.conftest import Town, Visitor


@pytest.fixture
def town(app: Any, make_client: Callable[[], httpx.AsyncClient], clock: FrozenClock) -> Town:
    return Town(app, make_client)


async def the_act(town: Town, tmp_path: Path) -> tuple[Act, AmendmentRow]:
    """An act in debate with one amendment."""
    async with town.database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path)
        author = await make_person(session, name="Dan Autoru")
        return act, await propose(session, author, act, edit("a1", "Tariful este de 8 lei pe oră."))


async def said_at(visitor: Visitor, here: str, body: str) -> str:
    """A comment sent through the page; its id."""
    await visitor.see(here)
    sent = await visitor.send(here, body=body)
    return sent.headers["location"].rpartition("#c-")[2]


async def test_back_from_supporting_to_a_page_that_nobody_has(town: Town, tmp_path: Path) -> None:
    act, _ = await the_act(town, tmp_path)
    ana, dan = await town.resident(), await town.resident()
    here = f"/discussions/unit:{act.id}:a1"
    said = await said_at(ana, here, "Tariful este mic.")
    await dan.see(here)
    for number, wanted in (("²", "1"), ("2", "2"), ("9" * 30, "1"), ("-1", "1"), ("", "1")):
        sent = await dan.send(f"/comments/{said}/support", wanted="yes", page=number)
        assert f"page={wanted}#c-" in sent.headers["location"]


async def test_what_is_said_is_counted_where_it_belongs(
    town: Town, tmp_path: Path, clock: FrozenClock
) -> None:
    act, row = await the_act(town, tmp_path)
    ana, nobody = await town.resident(verified=False), await town.visitor()
    unit, amendment = f"/discussions/unit:{act.id}:a1", f"/discussions/amendment:{row.id}"
    assert f'href="/en{unit}"' in await nobody.see(f"/acts/{act.id}/text/a1")
    assert "Sign in to comment." in await nobody.see(unit)
    await said_at(ana, unit, "Tariful este **mic**.")
    first = await said_at(ana, amendment, "Sunt de acord.")
    clock.forward(minutes=1)
    await said_at(await town.officer(Role.COUNCILLOR), amendment, "Verificăm cât costă.")
    page = await nobody.see(amendment)
    assert "2 comments" in page
    assert "councillor" in page
    assert "<strong>mic</strong>" in await nobody.see(unit)
    assert page.index("Verificăm") < page.index("Sunt de acord.")
    page = await nobody.see(amendment + "?sort=oldest")
    assert page.index("Verificăm") > page.index("Sunt de acord.")
    act_page = await nobody.see(f"/acts/{act.id}")
    assert "1 comment" in act_page
    assert "3 comments" in act_page
    for path in (
        f"/acts/{act.id}/amendments",
        f"/acts/{act.id}/amendments/{row.id}",
        f"/acts/{act.id}/text/a1",
    ):
        assert "2 comments" in await nobody.see(path)
    newest = await nobody.see(f"/discussions/act:{act.id}/newest")
    assert newest.count('class="ob-amendment"') == 3
    assert "art. 1" in newest
    # replies, support, and back to where one was
    await ana.see(f"/comments/{first}")
    await ana.send(f"/comments/{first}", do="reply", body="Și încă ceva.")
    dan = await town.resident(name="Dan Vecinu")
    await dan.see(amendment)
    sent = await dan.send(f"/comments/{first}/support", wanted="yes", sort="oldest", page="1")
    assert sent.headers["location"] == f"/en{amendment}?sort=oldest&page=1#c-{first}"
    assert "No longer support (1)" in await dan.see(amendment)
    assert "Și încă ceva." in await nobody.see(amendment)


async def test_what_is_refused_is_said_and_nothing_typed_is_lost(
    town: Town, tmp_path: Path, clock: FrozenClock
) -> None:
    act, row = await the_act(town, tmp_path)
    ana, here = await town.resident(), f"/discussions/amendment:{row.id}"
    await ana.see(here)
    assert "Write your comment." in (await ana.send(here, status=422, body="")).text
    long = "lung " * 700
    assert long.strip()[-50:] in (await ana.send(here, status=422, body=long)).text
    first = await said_at(ana, here, "Prima.")
    for number in range(11):
        await ana.send(here, body=f"Numărul {number}")
    answer = await ana.send(here, status=403, body="Al treisprezecelea, cu grijă.")
    assert "Wait a little." in answer.text
    assert "Al treisprezecelea, cu grijă." in answer.text
    clock.forward(minutes=20)
    await ana.see(f"/comments/{first}")
    answer = await ana.send(f"/comments/{first}", status=403, do="edit", body="Altfel.")
    assert "15 minutes" in answer.text
    for ref in (
        "amendment:" + str(act.id),
        "amendment:x",
        "nothing:1",
        "unit:1:2",
        "act",
        "act:" + "9" * 200,
    ):
        assert (await ana.client.get(f"/en/discussions/{ref}")).status_code == 404, ref
    refused = await ana.client.post(f"/en{here}", data={"body": "de pe alt site"})
    assert refused.status_code == 403
    async with town.database.write() as session:
        clerk = await make_clerk(session)
        await acts.withdraw_act(session, clerk, act.id, reason="Se rescrie din temelii.", now=clock.forward())
    assert "is decided" in await ana.see(here)
    await ana.send(here, status=403, body="Prea târziu.")


async def test_a_draft_amendment_and_an_act_in_preparation_are_not_talked_about(
    town: Town, tmp_path: Path
) -> None:
    async with town.database.write() as session:
        clerk, author = await make_clerk(session), await make_person(session)
        hidden = await make_act(session, clerk, tmp_path, announced=False)
        act = await make_act(session, clerk, tmp_path)
        draft = await acts.begin_amendment(
            session, author, act.id, acts.AmendmentDraft(operations=edit("a1", "Altul.")), now=act.created_at
        )
    ana = await town.resident()
    for ref in (f"act:{hidden.id}/newest", f"unit:{hidden.id}:a1", f"amendment:{draft.id}"):
        assert (await ana.client.get(f"/en/discussions/{ref}")).status_code == 404, ref


async def test_reporting_hiding_and_appealing_through_the_pages(town: Town, tmp_path: Path) -> None:
    act, row = await the_act(town, tmp_path)
    here = f"/discussions/amendment:{row.id}"
    ana, dan = await town.resident(), await town.resident(name="Dan Vecinu")
    maria, clerk = await town.officer(Role.MODERATOR), await town.officer(Role.SECRETARIAT)
    said = await said_at(ana, here, "Vecinul de la 4B e un hoț.")
    one = f"/comments/{said}"
    await dan.see(one)
    answer = await dan.send(one, status=422, do="report", text="vedeți")
    assert "Choose what is wrong with it." in answer.text
    assert "vedeți" in answer.text
    await dan.send(one, do="report", ground="insult")
    await dan.send(one, status=409, do="report", ground="insult")
    await dan.send(f"{one}/moderate", status=403, do="hide", ground="insult", reason=REASON)
    assert (await dan.client.get("/en/moderation")).status_code == 403
    assert "1 report" in await maria.see("/moderation")
    await maria.see(one)
    answer = await maria.send(f"{one}/moderate", status=422, do="hide", ground="insult", reason="Scurt")
    assert "Scurt" in answer.text
    await maria.send(f"{one}/moderate", do="hide", ground="insult", reason=REASON)
    await clerk.see(one)
    await clerk.send(f"{one}/moderate", status=409, do="hide", ground="hate", reason=REASON)
    for visitor in (dan, await town.visitor()):
        for path in (here, one, f"/discussions/act:{act.id}/newest"):
            page = await visitor.see(path)
            assert "hoț" not in page
        assert REASON in await visitor.see(here)
    assert "hoț" in await ana.see(one)
    await ana.send(one, do="appeal", appeal="Este o citare din presă, nu o jignire.")
    await maria.see(one)
    own = await maria.send(f"{one}/moderate", status=403, do="decide", outcome="restore", reason=REASON)
    assert "hidden it yourself" in own.text
    await clerk.see(one)
    await clerk.send(f"{one}/moderate", do="decide", outcome="restore", reason=REASON)
    assert "hoț" in await (await town.visitor()).see(here)
    log = await (await town.visitor()).see("/moderation/log")
    assert log.count(REASON) == 2
    file = (await (await town.visitor()).client.get("/moderation/log.csv")).text
    assert file.count(REASON) == 2
    assert not re.search("Ana P|Dan|Maria", log + file)
