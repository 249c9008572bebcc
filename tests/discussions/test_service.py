"""Comments through the services: written, changed, withdrawn, supported, reported, hidden, appealed."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Residence
from app.kit import markdown, register
from app.kit.db import Database, new_id
from app.kit.errors import Forbidden, FormErrors
from app.kit.outbox import OutboxMessage
from app.kit.paging import paging
from app.kit.policy import deny
from discussions import queries, service
from discussions.errors import AlreadyAppealed, AlreadyReported, CommentNotFound, NothingToDecide
from discussions.models import Comment, Thread
from discussions.states import EDIT_TIME, MAX_HOURLY, CommentState, Decision, Ground, Sort
from notices.models import NoticeEvent
from notices.states import Kind
from tests.make.accounts import NOON, actor_of, make_account
from tests.make.acts import make_clerk, make_councillor, make_person
from tests.make.discussions import MINUTE, REASON, make_moderator, make_subject, say

HOUR = timedelta(hours=1)


async def count(session: AsyncSession) -> int:
    thread = await queries.get_thread(session, "amendment:1")
    return thread.comment_count if thread else 0


# ── saying ────────────────────────────────────────────────────────────────────
async def test_a_comment_is_named_as_its_author_is_known(session: AsyncSession) -> None:
    ana, victor = await make_person(session, name="Ana Popescu"), await make_councillor(session)
    said, answered = await say(session, ana), await say(session, victor, "Verificăm.")
    assert (said.author_name, said.role) == ("Ana P.", "")
    assert (answered.author_name, answered.role) == ("Victor Consilieru", "councillor")
    assert await queries.count_comments(session, "act:1") == {"amendment:1": 2}


async def test_the_same_words_a_second_time_are_the_first(session: AsyncSession) -> None:
    ana, dan = await make_person(session), await make_person(session)
    first = await say(session, ana)
    assert (await say(session, ana, " Mi se pare bine. ", now=NOON + MINUTE)).id == first.id
    assert (await say(session, dan)).id != first.id
    assert (await say(session, ana, to=first)).id != first.id  # a reply is another place
    assert (await say(session, ana, now=NOON + 2 * HOUR)).id != first.id
    with pytest.raises(FormErrors):
        await say(session, ana, "  \n ")


async def test_replies_have_one_level_and_stay_on_their_subject(session: AsyncSession) -> None:
    ana = await make_person(session)
    first = await say(session, ana)
    reply = await say(session, ana, "Și încă ceva.", to=first)
    with pytest.raises(CommentNotFound):
        await say(session, ana, "Al treilea rând.", to=reply)
    with pytest.raises(CommentNotFound):
        await say(session, ana, "Altundeva.", to=first, subject=make_subject("amendment:2"))
    assert first.reply_count == 1
    await service.withdraw_comment(session, ana, first.id)
    with pytest.raises(Forbidden):
        await say(session, ana, "Prea târziu.", to=first)


async def test_flooding_and_what_is_closed(session: AsyncSession) -> None:
    ana = await make_person(session)
    for number in range(MAX_HOURLY):
        await say(session, ana, f"Numărul {number}", subject=make_subject(f"amendment:{number}"))
    with pytest.raises(Forbidden, match="Wait a little"):
        await say(session, ana, "Încă unul", subject=make_subject("amendment:99"))
    await say(session, ana, "După o oră", now=NOON + HOUR)
    closed = make_subject(takes_comments=deny("This part is no longer in the text."))
    with pytest.raises(Forbidden, match="no longer in the text"):
        await say(session, await make_person(session), subject=closed)


async def test_ones_own_words_are_changed_for_a_while_then_only_withdrawn(session: AsyncSession) -> None:
    ana, dan = await make_person(session), await make_person(session)
    said = await say(session, ana)
    await service.support_comment(session, dan, said.id, wanted=True, now=NOON)
    await service.edit_comment(session, ana, said.id, "Mi se pare rău.", now=NOON + MINUTE)
    assert (said.body, said.support_count) == (
        "Mi se pare rău.",
        0,
    )  # nobody supports words they have not seen
    with pytest.raises(Forbidden):
        await service.edit_comment(session, dan, said.id, "Altceva", now=NOON)
    with pytest.raises(Forbidden, match="15 minutes"):
        await service.edit_comment(session, ana, said.id, "Altceva", now=NOON + EDIT_TIME)
    await service.withdraw_comment(session, ana, said.id)
    assert (said.state, said.body, await count(session)) == ("withdrawn", "", 0)
    with pytest.raises(Forbidden):
        await service.withdraw_comment(session, ana, said.id)


async def test_support_counts_a_person_once(session: AsyncSession) -> None:
    ana, dan = await make_person(session), await make_person(session)
    said = await say(session, ana)
    for _ in range(2):
        await service.support_comment(session, dan, said.id, wanted=True, now=NOON)
    assert said.support_count == 1
    with pytest.raises(Forbidden):
        await service.support_comment(session, ana, said.id, wanted=True, now=NOON)
    for _ in range(2):
        await service.support_comment(session, dan, said.id, wanted=False, now=NOON)
    assert said.support_count == 0


async def test_who_supported_from_two_accounts_steps_back_from_both(session: AsyncSession) -> None:
    ana = await make_person(session)
    said = await say(session, ana)
    first, second = await make_account(session), await make_account(session)
    for account in (first, second):  # before anybody knew that they are one person's
        actor = actor_of(account)
        await service.support_comment(session, actor, said.id, wanted=True, now=NOON)
    other = await make_person(session, name="Dan Vecinu")
    await service.support_comment(session, other, said.id, wanted=True, now=NOON)
    for account, withdrawn_at in ((first, NOON), (second, None)):
        one = Residence(
            account_id=account.id,
            identity_hash="0" * 64,
            birth_year=1985,
            area="Rahova",
            method="desk",
            verified_at=NOON,
            verified_by=ana.id,
            withdrawn_at=withdrawn_at,
        )
        session.add(one)
    await session.flush()
    await service.support_comment(session, actor_of(first), said.id, wanted=False, now=NOON)
    assert said.support_count == 1


# ── moderation ────────────────────────────────────────────────────────────────
async def hidden(session: AsyncSession) -> tuple[Comment, Any, Any, Any]:
    """A comment that somebody reported and a moderator hid."""
    ana, dan, maria = await make_person(session), await make_person(session), await make_moderator(session)
    said = await say(session, ana, "Vecinul de la 4B e un hoț.")
    await service.report_comment(session, dan, said.id, Ground.PERSONAL_DATA, "", now=NOON)
    await service.hide_comment(session, maria, said.id, Ground.INSULT, REASON, now=NOON)
    return said, ana, dan, maria


async def test_what_is_hidden_says_why_and_is_told(session: AsyncSession) -> None:
    said, ana, dan, _maria = await hidden(session)
    assert (said.state, await count(session)) == (CommentState.HIDDEN, 0)
    assert said.body  # kept for an appeal
    [decision] = await queries.list_decisions(session, said.id)
    assert (decision.ground, decision.reason, decision.report_count) == ("insult", REASON, 1)
    assert await queries.list_reported(session) == []
    mail = (await session.execute(select(OutboxMessage.arguments))).scalars().all()
    assert sum("discussions/mail/decided.txt" in one and ana.email in one for one in mail) == 1
    [fact] = await register.list_facts(session, subject=f"comment:{said.id}")
    assert (fact.kind, fact.facts) == ("comment.hidden", {"on": "amendment:1", "ground": "insult"})
    with pytest.raises(NothingToDecide):  # a colleague, who still sees the old page
        await service.hide_comment(session, await make_clerk(session), said.id, Ground.HATE, REASON, now=NOON)
    with pytest.raises(Forbidden):
        await service.report_comment(session, dan, said.id, Ground.HATE, "", now=NOON)
    with pytest.raises(Forbidden):
        await service.withdraw_comment(session, ana, said.id)


async def test_an_appeal_goes_to_somebody_else_once(session: AsyncSession) -> None:
    said, ana, dan, maria = await hidden(session)
    other = await make_clerk(session)
    with pytest.raises(NothingToDecide):
        await service.decide_appeal(session, other, said.id, restore=True, reason=REASON, now=NOON)
    with pytest.raises(Forbidden):
        await service.appeal(session, dan, said.id, REASON, now=NOON)
    with pytest.raises(FormErrors):
        await service.appeal(session, ana, said.id, "Nu!", now=NOON)
    await service.appeal(session, ana, said.id, "Este o citare din presă, nu o jignire.", now=NOON)
    with pytest.raises(AlreadyAppealed):
        await service.appeal(session, ana, said.id, "Este o citare din presă, nu o jignire.", now=NOON)
    assert len(await queries.list_appealed(session)) == 1
    with pytest.raises(Forbidden, match="yourself"):
        await service.decide_appeal(session, maria, said.id, restore=False, reason=REASON, now=NOON)
    await service.decide_appeal(session, other, said.id, restore=True, reason=REASON, now=NOON)
    assert (said.state, await count(session)) == (CommentState.VISIBLE, 1)
    with pytest.raises(NothingToDecide):
        await service.decide_appeal(session, other, said.id, restore=False, reason=REASON, now=NOON)
    # hidden anew, on another ground: that too can be appealed against, once
    await service.hide_comment(session, other, said.id, Ground.OFF_TOPIC, REASON, now=NOON)
    await service.appeal(session, ana, said.id, "Are legătură cu articolul 3.", now=NOON)
    await service.decide_appeal(session, maria, said.id, restore=False, reason=REASON, now=NOON)
    decided = [one.decision for one in await queries.list_decisions(session, said.id)]
    assert decided == [Decision.HIDDEN, Decision.RESTORED, Decision.HIDDEN, Decision.UPHELD]
    assert await queries.list_appealed(session) == []
    assert [row[2].decision for row in await queries.list_log(session, paging(1, 4))][:1] == ["upheld"]


async def test_reports_are_one_a_person_and_closed_by_a_decision(session: AsyncSession) -> None:
    ana, dan, maria = await make_person(session), await make_person(session), await make_moderator(session)
    said = await say(session, ana)
    with pytest.raises(NothingToDecide):
        await service.keep_comment(session, maria, said.id, "", now=NOON)
    await service.report_comment(session, dan, said.id, Ground.HATE, "x", now=NOON)
    with pytest.raises(AlreadyReported):
        await service.report_comment(session, dan, said.id, Ground.HATE, "x", now=NOON)
    [(reported, number)] = await queries.list_reported(session)
    assert (reported.id, number) == (said.id, 1)
    with pytest.raises(Forbidden):
        await service.keep_comment(session, dan, said.id, "", now=NOON)
    with pytest.raises(FormErrors):
        await service.hide_comment(session, maria, said.id, Ground.HATE, "Scurt", now=NOON)
    await service.keep_comment(session, maria, said.id, "", now=NOON)
    assert said.state == CommentState.VISIBLE
    assert await queries.list_reported(session) == []


async def test_decisions_are_append_only(session: AsyncSession) -> None:
    await hidden(session)
    with pytest.raises(DBAPIError):
        await session.execute(text("UPDATE comment_decisions SET reason = 'nimic'"))


# ── at once, and many ─────────────────────────────────────────────────────────
async def test_two_clicks_and_two_moderators_at_once(database: Database) -> None:
    async with database.write() as session:
        ana, maria, other = (
            await make_person(session),
            await make_moderator(session),
            await make_clerk(session),
        )

    async def write() -> Any:
        async with database.write() as session:
            return (await say(session, ana)).id

    first, second = await asyncio.gather(write(), write())
    assert first == second

    async def hide(moderator: Any) -> str:
        try:
            async with database.write() as session:
                await service.hide_comment(session, moderator, first, Ground.HATE, REASON, now=NOON)
        except NothingToDecide:
            return "told"
        return "done"

    assert sorted(await asyncio.gather(hide(maria), hide(other))) == ["done", "told"]
    async with database.read() as session:
        assert len(await queries.list_decisions(session, first)) == 1
        assert await count(session) == 0


async def test_three_thousand_comments_are_read_a_page_at_a_time(session: AsyncSession) -> None:
    ana = await make_person(session)
    first = await say(session, ana)
    common = {"subject": first.subject, "scope": first.scope, "author_id": ana.id, "author_name": "Ana P."}
    common |= {"role": "", "state": "visible", "body": "Da."}
    tops = [
        common
        | {"id": new_id(), "parent_id": None, "created_at": NOON + n * MINUTE, "support_count": n % 7}
        | {"reply_count": 2}
        for n in range(1000)
    ]
    replies = [
        common
        | {"id": new_id(), "parent_id": tops[n % 1000]["id"], "created_at": NOON, "support_count": 0}
        | {"reply_count": 0}
        for n in range(2000)
    ]
    await session.execute(insert(Comment), tops + replies)
    seen: list[str] = []
    connection = (await session.connection()).sync_connection
    event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
    for sort in Sort:
        page = paging(20, await queries.count_first(session, first.subject), size=20)
        found = await queries.list_first(session, first.subject, sort, page)
        answers = await queries.first_replies(session, [one.id for one in found])
        assert len(found) == 20
        assert {len(one) for one in answers.values()} == {2}
    assert len(seen) == 9  # three questions a page, however many comments there are
    assert (await session.execute(select(func.count()).select_from(Thread))).scalar_one() == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 3000,
        "*a " * 1000,
        "> " * 1500,
        "<img src=x onerror=alert(1)><script>alert(1)</script>",
        "[a](javascript:alert(1)) ![x](http://evil.example/p.png)",
        "`" * 2999,
        "- " * 1500,
        '<a href="x" data-hx-get="/account">x</a>',
    ],
)
def test_hostile_markdown_is_quick_and_harmless(hostile: str) -> None:
    began = time.perf_counter()
    html = str(markdown.render(hostile))
    assert time.perf_counter() - began < 2
    for bad in ("<script", "<img", "<a data", '<a href="x"', '<a href="javascript'):
        assert bad not in html


# ── who asked to be told of a reply ───────────────────────────────────────────
async def test_who_asked_is_told_once_that_somebody_else_replied(session: AsyncSession) -> None:
    ana, dan, eva = [await make_person(session, name=name) for name in ("Ana Pop", "Dan Ene", "Eva Ion")]
    subject = make_subject()

    async def told() -> list[str]:
        rows = await session.execute(select(NoticeEvent).where(NoticeEvent.kind == Kind.REPLIES.value))
        return [f"{one.named} {one.path} {one.facts}" for one in rows.scalars()]

    silent = await say(session, ana, "Nu vreau mesaje.")
    await say(session, dan, "De ce?", to=silent)
    assert await told() == []
    asked = await service.write_comment(session, ana, subject, "Ce credeți?", wants_mail=True, now=NOON)
    await say(session, ana, "Adaug ceva.", to=asked)
    assert await told() == []
    await say(session, dan, "E bine.", to=asked)
    [message] = await told()
    assert str(ana.id) in message
    assert f"/comments/{asked.id}" in message
    assert "Dan E." in message
    await say(session, eva, "Nu e bine.", to=asked)
    assert len(await told()) == 1
