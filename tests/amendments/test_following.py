"""Following one act by e-mail, and the accepted amendment that holds what another asks for."""

import csv
import email
import io
import re
from collections.abc import Awaitable, Callable
from datetime import date
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.states import Role
from amendments import queries, service
from amendments.rules.procedure import Event
from amendments.service import AnswerDraft
from amendments.states import Outcome
from app.kit.errors import FormErrors
from app.kit.mail import FileMailer
from notices.errors import TopicNotFound
from notices.models import Follow
from notices.queries import list_follows
from tests.make.accounts import NOON
from tests.make.acts import (
    AFTER,
    answer,
    edit,
    follow,
    list_steps_told,
    make_act,
    make_clerk,
    make_councillor,
    make_person,
    propose,
)
from tests.proposals.conftest import Town

CHEAPER = edit("a1", "Tariful este de 8 lei pe oră.")
MONTHLY = edit("a2-1", "Abonamentul lunar costă 200 de lei.")


async def test_who_follows_is_told_of_each_step_and_stops_in_one_click(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, ana, dan = await make_clerk(session), await make_person(session), await make_person(session)
    act, other = await make_act(session, clerk, tmp_path), await make_act(session, clerk, tmp_path)
    for _ in range(2):  # two clicks
        await follow(session, ana, act)
    await follow(session, dan, other)
    await service.record_event(session, clerk, act.id, Event.DEBATE_REQUESTED, on=date(2027, 3, 1), now=NOON)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    assert await list_steps_told(session) == ["debate_requested", "proposals_ended"]
    assert [one.topic for one in await list_follows(session, ana.id)] == [f"act:{act.id}"]
    await follow(session, ana, act, wanted=False)
    assert await list_follows(session, ana.id) == []
    draft = await make_act(session, clerk, tmp_path, announced=False)
    with pytest.raises(TopicNotFound):
        await follow(session, ana, draft)


async def test_the_last_answer_is_told_once(session: AsyncSession, tmp_path: Path) -> None:
    clerk, ana, dan = await make_clerk(session), await make_person(session), await make_person(session)
    councillor = await make_councillor(session)
    act = await make_act(session, clerk, tmp_path)
    first, second = await propose(session, dan, act, CHEAPER), await propose(session, dan, act, MONTHLY)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await follow(session, ana, act)
    await answer(session, councillor, first, Outcome.ACCEPTED)
    assert await list_steps_told(session) == ["proposals_ended"]
    await answer(session, councillor, second, Outcome.ACCEPTED)
    await answer(session, councillor, second, Outcome.REJECTED)  # anew: its author is told, followers are not
    assert await list_steps_told(session) == ["proposals_ended", "answered"]


async def test_what_is_already_in_names_an_accepted_amendment(session: AsyncSession, tmp_path: Path) -> None:
    clerk, ana, councillor = (
        await make_clerk(session),
        await make_person(session),
        await make_councillor(session),
    )
    act = await make_act(session, clerk, tmp_path)
    first, second, third = [await propose(session, ana, act, CHEAPER) for _ in range(3)]
    elsewhere = await propose(session, ana, await make_act(session, clerk, tmp_path), CHEAPER)
    await answer(session, councillor, first, Outcome.ACCEPTED)
    await answer(session, councillor, third, Outcome.REJECTED)

    def already_in(same_as: Any) -> AnswerDraft:
        return AnswerDraft(
            outcome=Outcome.ALREADY_IN,
            reason="Același lucru a fost deja acceptat.",
            same_as_id=same_as,
            function="consilier local",
        )

    for wrong in (second.id, third.id, elsewhere.id):  # itself, one that is not in the text, of another act
        with pytest.raises(FormErrors) as refused:
            await service.answer_amendment(session, councillor, second.id, already_in(wrong), now=AFTER)
        assert set(refused.value.errors) == {"same_as"}
    await service.answer_amendment(session, councillor, second.id, already_in(first.id), now=AFTER)
    assert (await queries.list_answers(session, second.id))[0].same_as_id == first.id
    rejected = AnswerDraft(
        outcome=Outcome.REJECTED,
        reason="Bugetul nu permite altfel.",
        same_as_id=first.id,
        function="x y z",
        seen=1,
    )
    await service.answer_amendment(session, councillor, second.id, rejected, now=AFTER)
    assert (await queries.list_answers(session, second.id))[1].same_as_id is None


def mails(folder: Path) -> list[EmailMessage]:
    return [
        email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in folder.glob("[!.]*.eml")
    ]  # type: ignore[misc]


async def test_who_asked_for_announcements_is_told_when_by_whom_and_until_when(
    town: Town, run_jobs: Callable[[], Awaitable[int]], tmp_path: Path
) -> None:
    """Law 52/2003, art. 7 (1): the announcement is sent to whoever asked for it."""
    ana, dan = await town.resident(), await town.resident(name="Dan Vecinu")
    page = await ana.see("/acts")
    assert "/acts/subscription" in page
    for visitor in (ana, dan):
        for _ in range(2):  # two clicks
            told = await visitor.send("/acts/subscription", wanted="yes")
            assert told.headers["location"].endswith("/acts")
    await dan.send("/acts/subscription", wanted="no")
    guest = await town.visitor()
    assert "/acts/subscription" not in await guest.see("/acts")
    refused = await guest.client.post("/en/acts/subscription", data={"wanted": "yes"})
    assert refused.status_code in (303, 403)
    async with town.database.write() as session:
        assert len(await queries.list_subscribers(session)) == 1
        act = await make_act(session, await make_clerk(session), tmp_path / "papers")
    await run_jobs()
    assert ana.account is not None
    [letter] = [one for one in mails(tmp_path / "mail") if act.number in str(one["subject"])]
    assert letter["to"] == ana.account.email
    said = letter.get_content()
    for words in (
        f"„{act.title}”, inițiat de Ion Primaru, primar",
        "până la 15 martie 2027",
        f"/acts/{act.id}",
        "Ați cerut să vă anunțăm când apare un proiect de hotărâre.",
    ):
        assert words in said, words


async def follower_count(town: Town) -> int:
    async with town.database.read() as session:
        return (await session.execute(select(func.count()).select_from(Follow))).scalar_one()


async def test_the_pages_of_following(
    town: Town, run_jobs: Callable[[], Awaitable[int]], tmp_path: Path
) -> None:
    async with town.database.write() as session:
        clerk, author = await make_clerk(session), await make_person(session)
        act = await make_act(session, clerk, tmp_path)
        first, second = (
            await propose(session, author, act, CHEAPER),
            await propose(session, author, act, CHEAPER),
        )
    ana, dan = [await town.resident(verified=False, name=name) for name in ("Ana Una", "Dan Doi")]
    nobody = await town.visitor()
    topic = f"act:{act.id}"
    assert "Sign in to be told of each step" in await nobody.see(f"/acts/{act.id}")
    assert (await nobody.client.post(f"/en/follow/{topic}", data={"wanted": "yes"})).status_code != 303
    assert "Be told of each step" in await ana.see(f"/acts/{act.id}")
    for visitor in (ana, dan):
        await visitor.send(f"/follow/{topic}", wanted="yes")
    assert "No longer follow" in await ana.see(f"/acts/{act.id}")
    choices = await dan.see("/account/notices")
    assert act.title in choices
    await dan.send("/account/notices", acts="weekly")
    async with town.database.write() as session:
        await service.close_debate(session, clerk, act.id, now=AFTER)
    await run_jobs()
    mailer = FileMailer(Path(town.app.services.settings.mail_url.removeprefix("file://")))
    [told] = [one for one in mails(mailer.directory) if "S-a încheiat termenul" in one.get_content()]
    assert ana.account is not None
    assert told["To"] == ana.account.email, "at once; Dan reads it on Monday"
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.search(r"/notices/stop\?token=\S+", told.get_content())[0]  # type: ignore[index]
    await nobody.see(path)  # looking stops nothing
    assert await follower_count(town) == 2
    for _ in range(2):
        await nobody.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert await follower_count(town) == 1
    councillor = await town.officer(Role.COUNCILLOR)
    here = f"/acts/{act.id}/amendments"
    await councillor.see(f"{here}/{first.id}/answer")
    given = {"function": "consilier local", "seen": "0"}
    await councillor.send(f"{here}/{first.id}/answer", outcome="accepted", **given)
    assert str(first.number) in await councillor.see(f"{here}/{second.id}/answer")
    given |= {"outcome": "already_in", "reason": "Același lucru a fost deja acceptat."}
    refused = await councillor.send(f"{here}/{second.id}/answer", status=422, same_as=str(act.id), **given)
    assert "Choose one of the accepted amendments." in refused.text
    await councillor.send(f"{here}/{second.id}/answer", same_as=str(first.id), **given)
    assert "It is in the text by" in await nobody.see(f"{here}/{second.id}")
    table = list(
        csv.DictReader(io.StringIO((await nobody.client.get(f"/en{here}.csv")).text.lstrip("\ufeff")))
    )
    assert [row["same_as"] for row in table] == ["", first.number]
