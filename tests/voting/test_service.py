"""Preparing, casting, replacing, turns and the count, on both databases."""

import hashlib
import json
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import delete, func, inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.db import Database
from app.kit.errors import Forbidden
from app.kit.outbox import OutboxMessage
from app.kit.storage import FileStorage
from tests.make.cycles import DAY, NOON
from tests.make.voting import cancel, cast, confirm, make_officer, make_options, make_poll, make_voter
from voting import queries, service
from voting.errors import (
    AlreadyVoted,
    BallotRefused,
    KeyUsed,
    NothingToVoteOn,
    PollExists,
    PollNotOpen,
    StaleReceipt,
    WrongDigest,
    WrongKey,
)
from voting.models import BoxEntry, Participation, Poll, Tally
from voting.rules.result import Result
from voting.sealing import box
from voting.service import OptionDraft
from voting.states import Act, PollState
from voting.verify import verify_record

CLOSING = NOON + 20 * DAY  # the stages of tests/make/cycles.py: the open one began 10 of its 30 days ago


async def count_rows(session: AsyncSession, table: type, poll: Poll) -> int:
    query = select(func.count()).select_from(table).where(table.poll_id == poll.id)
    return (await session.execute(query)).scalar_one()


async def kinds(session: AsyncSession, poll: Poll) -> list[str]:
    facts = await register.list_facts(session, subject=f"poll:{poll.id}")
    return [fact.kind for fact in reversed(facts)]


async def close_and_confirm(session: AsyncSession, poll: Poll) -> None:
    assert await service.close_poll(session, poll.id, now=CLOSING)
    for name in ("Elena Radu", "Vlad Stan"):
        officer = await make_officer(session, name=name)
        digest = service.protocol_digest(poll)
        await service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=CLOSING)


# ── preparing ─────────────────────────────────────────────────────────────────


async def test_prepare_freezes_the_contest_and_its_seal_is_public(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    assert hashlib.sha256(poll.contest.encode()).hexdigest() == poll.contest_digest
    fact = (await register.list_facts(session, subject=f"poll:{poll.id}"))[0]
    assert fact.facts["contest_digest"] == poll.contest_digest
    assert json.loads(poll.ties)["lot"]["seed"] is None
    assert len(json.loads(poll.ties)["lot"]["commitment"]) == 64


async def test_a_draft_is_announced_by_an_officer_and_a_resident_may_not(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.DRAFT)
    with pytest.raises(Forbidden):
        await service.announce_poll(session, await make_voter(session), poll.id, now=NOON)
    await service.announce_poll(session, await make_officer(session), poll.id, now=NOON)
    assert poll.state == PollState.ANNOUNCED


async def test_a_cycle_has_one_poll_unless_it_was_cancelled(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    officer = await make_officer(session)

    async def again(options: list[OptionDraft]) -> Poll:
        return await service.prepare_poll(
            session,
            officer,
            cycle_id=poll.cycle_id,
            title="Al doilea",
            title_en="",
            options=options,
            now=NOON,
        )

    with pytest.raises(PollExists):
        await again(make_options())
    await cancel(session, poll, reason="Lista a fost greșită.")
    second = await again(make_options())
    assert (await queries.find_poll_of_cycle(session, poll.cycle_id)).id == second.id
    await cancel(session, second, reason="Din nou greșită.")
    with pytest.raises(NothingToVoteOn):
        await again([])


# ── casting ───────────────────────────────────────────────────────────────────


async def test_nothing_joins_a_ballot_and_its_voter(
    session: AsyncSession,
) -> None:
    poll = await make_poll(session)
    voter = await make_voter(session)
    receipt = await cast(session, poll, ["P02", "P05"], voter=voter)
    entry = await queries.find_entry(session, poll.id, receipt.code)
    assert entry is not None
    assert entry.paper == b'{"places":["P02","P05"],"type":"ordinal"}'
    assert receipt.code == box.code_of(receipt.secret, str(poll.id))
    assert await queries.has_voted(session, poll.id, voter.id)
    participation = {column.key for column in inspect(Participation).columns}
    assert participation == {"poll_id", "account_id"}
    assert not {"account_id", "at", "created_at"} & {column.key for column in inspect(BoxEntry).columns}


async def test_the_mail_confirms_without_code_or_key_and_not_at_once(session: AsyncSession) -> None:
    poll = await make_poll(session)
    voter = await make_voter(session)
    receipt = await cast(session, poll, ["P02"], voter=voter)
    await session.flush()
    messages = (await session.execute(select(OutboxMessage))).scalars().all()
    mine = [m for m in messages if voter.email in m.arguments]
    assert len(mine) == 1
    assert receipt.code not in mine[0].arguments
    assert receipt.secret not in mine[0].arguments
    assert "P02" not in mine[0].arguments
    assert NOON <= mine[0].due_at <= NOON + timedelta(minutes=30)


async def test_the_same_receipt_again_is_the_same_answer(session: AsyncSession) -> None:
    poll = await make_poll(session)
    voter = await make_voter(session)
    secret, code = box.new_receipt(str(poll.id))
    first = await cast(session, poll, ["P02"], voter=voter, secret=secret)
    again = await cast(session, poll, ["P02"], voter=voter, secret=secret)
    late = await cast(session, poll, ["P02"], voter=voter, secret=secret, now=CLOSING + DAY)
    assert (first.is_repeat, again.is_repeat, late.is_repeat) == (False, True, True)
    assert first.code == again.code == code
    assert await count_rows(session, BoxEntry, poll) == 1
    with pytest.raises(StaleReceipt):  # somebody else's receipt is nobody's proof
        await cast(session, poll, ["P02"], secret=secret)


async def test_a_second_ballot_takes_the_replacement_key(session: AsyncSession) -> None:
    poll = await make_poll(session)
    voter = await make_voter(session)
    first = await cast(session, poll, ["P02"], voter=voter)
    with pytest.raises(AlreadyVoted):
        await cast(session, poll, ["P03"], voter=voter)
    with pytest.raises(WrongKey):
        await cast(session, poll, ["P03"], voter=voter, replacement_key="nope")
    with pytest.raises(WrongKey):
        await cast(session, poll, ["P03"], voter=voter, replacement_key=box.new_receipt(str(poll.id))[0])
    second = await cast(session, poll, ["P03"], voter=voter, replacement_key=first.secret.lower())
    assert second.has_replaced
    with pytest.raises(KeyUsed):
        await cast(session, poll, ["P04"], voter=voter, replacement_key=first.secret)
    third = await cast(session, poll, ["P04"], voter=voter, replacement_key=second.secret)
    rows = await queries.list_box(session, poll.id)
    statuses = box.code_statuses([box.BoxEntry(*row[:5]) for row in rows])
    assert [statuses[r.code] for r in (first, second, third)] == ["replaced", "replaced", "counted"]
    assert await count_rows(session, Participation, poll) == 1


async def test_who_has_not_voted_cannot_replace_another_s_ballot(session: AsyncSession) -> None:
    poll = await make_poll(session)
    first = await cast(session, poll, ["P02"])
    with pytest.raises(Forbidden):
        await cast(session, poll, ["P03"], replacement_key=first.secret)


@pytest.mark.parametrize(
    "numbers", [[], ["P99"], ["P01", "P01"], ["P01", "P02", "P03", "P04", "P05", "P06", "P07"]]
)
async def test_a_ballot_that_breaks_the_contest_is_refused_and_leaves_nothing(
    session: AsyncSession, numbers: list[str]
) -> None:
    poll = await make_poll(session)
    with pytest.raises(BallotRefused):
        await cast(session, poll, numbers)
    assert await count_rows(session, BoxEntry, poll) == 0
    assert await count_rows(session, Participation, poll) == 0


async def test_a_ballot_is_taken_from_the_opening_on_and_not_at_closing(session: AsyncSession) -> None:
    poll = await make_poll(session)
    with pytest.raises(PollNotOpen):
        await cast(session, poll, ["P01"], now=NOON - 11 * DAY)
    await cast(session, poll, ["P01"], now=NOON - 10 * DAY)
    await cast(session, poll, ["P01"], now=CLOSING - timedelta(microseconds=1))
    with pytest.raises(PollNotOpen):
        await cast(session, poll, ["P01"], now=CLOSING)


async def test_an_unverified_resident_is_told_so(session: AsyncSession) -> None:
    poll = await make_poll(session)
    voter = msgspec.structs.replace(await make_voter(session), is_verified=False)
    with pytest.raises(Forbidden, match="verified"):
        await cast(session, poll, ["P01"], voter=voter)


@pytest.mark.parametrize(
    "statement",
    [
        update(BoxEntry).values(paper=b"{}"),
        delete(BoxEntry),
        update(Tally).values(result="{}"),
        delete(Tally),
    ],
)
async def test_the_database_refuses_to_alter_box_and_tally(session: AsyncSession, statement: object) -> None:
    poll = await make_poll(session)
    await cast(session, poll, ["P01"])
    await close_and_confirm(session, poll)
    content = await service.load_box(session, poll.id)
    await service.publish_result(session, poll.id, service.count_box(content), [], now=CLOSING)
    with pytest.raises(DBAPIError, match="append-only"):
        async with session.begin_nested():
            await session.execute(statement)  # type: ignore[call-overload]


# ── turns ─────────────────────────────────────────────────────────────────────


async def test_two_different_officials_open_and_the_clock_does_it(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    first, second = await make_officer(session, name="A"), await make_officer(session, name="B")
    opening = (await queries.get_poll(session, poll.id)).stage.opens_at
    with pytest.raises(WrongDigest):
        await service.confirm_act(session, first, poll.id, Act.OPEN, digest="0" * 64, now=NOON)
    await confirm(session, first, poll, Act.OPEN, now=NOON)
    with pytest.raises(Forbidden):
        await confirm(session, first, poll, Act.OPEN, now=NOON)
    assert not await service.open_poll(session, poll.id, now=opening)
    await confirm(session, second, poll, Act.OPEN, now=NOON)
    assert poll.state == PollState.ANNOUNCED
    assert not await service.open_poll(session, poll.id, now=opening - timedelta(seconds=1))
    assert poll.id in await service.list_due_to_open(session, now=opening)
    assert await service.open_poll(session, poll.id, now=opening)
    assert not await service.open_poll(session, poll.id, now=opening)
    assert poll.state == PollState.OPEN
    assert (await kinds(session, poll))[-1] == "poll.opened"


async def test_casting_does_not_wait_for_the_sweep(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    for name in ("A", "B"):
        officer = await make_officer(session, name=name)
        await confirm(session, officer, poll, Act.OPEN, now=NOON)
    opening = (await queries.get_poll(session, poll.id)).stage.opens_at
    await cast(session, poll, ["P01"], now=opening)
    assert poll.state == PollState.OPEN
    assert poll.opened_at == opening


async def test_a_confirmation_is_withdrawn_before_it_takes_effect_only(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    first, second = await make_officer(session, name="A"), await make_officer(session, name="B")
    opening = (await queries.get_poll(session, poll.id)).stage.opens_at
    for officer in (first, second):
        await confirm(session, officer, poll, Act.OPEN, now=NOON)
    await service.withdraw_confirmation(session, first, poll.id, Act.OPEN, now=opening - timedelta(seconds=1))
    assert not await service.open_poll(session, poll.id, now=opening)
    await confirm(session, first, poll, Act.OPEN, now=opening)
    assert poll.state == PollState.OPEN
    with pytest.raises(Forbidden):
        await service.withdraw_confirmation(session, first, poll.id, Act.OPEN, now=opening)


async def test_closing_freezes_the_box_once(session: AsyncSession) -> None:
    poll = await make_poll(session)
    receipt = await cast(session, poll, ["P01"])
    await cast(session, poll, ["P02"])
    assert not await service.close_poll(session, poll.id, now=CLOSING - timedelta(seconds=1))
    assert poll.id in await service.list_due_to_close(session, now=CLOSING)
    assert await service.close_poll(session, poll.id, now=CLOSING)
    assert not await service.close_poll(session, poll.id, now=CLOSING)
    assert (poll.box_size, poll.voter_count) == (2, 2)
    entry = await queries.find_entry(session, poll.id, receipt.code)
    assert entry is not None
    fact = (await register.list_facts(session, subject=f"poll:{poll.id}"))[0]
    assert (fact.kind, fact.facts["box_head"]) == ("poll.closed", poll.box_head)


async def test_a_confirmed_poll_that_nobody_noticed_closes_with_an_empty_box(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    for name in ("A", "B"):
        officer = await make_officer(session, name=name)
        await confirm(session, officer, poll, Act.OPEN, now=NOON)
    closing = (await queries.get_poll(session, poll.id)).stage.closes_at
    assert await service.close_poll(session, poll.id, now=closing)
    assert poll.box_size == 0


async def test_an_unconfirmed_poll_never_opens_and_never_closes(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    full = await queries.get_poll(session, poll.id)
    assert not await service.open_poll(session, poll.id, now=full.stage.opens_at)
    assert not await service.close_poll(session, poll.id, now=full.stage.closes_at)
    assert poll.state == PollState.ANNOUNCED


# ── the count ─────────────────────────────────────────────────────────────────


async def test_only_a_confirmed_box_is_counted_and_only_once(session: AsyncSession, tmp_path) -> None:
    poll = await make_poll(session)
    old = await cast(session, poll, ["P07"], voter=(voter := await make_voter(session)))
    await cast(session, poll, ["P02", "P05"], voter=voter, replacement_key=old.secret)
    await cast(session, poll, ["P02", "P01"])
    await cast(session, poll, ["P03"])
    assert await service.load_box(session, poll.id) is None
    await close_and_confirm(session, poll)
    assert poll.id in await service.list_due_to_count(session)
    content = await service.load_box(session, poll.id)
    assert content is not None
    counted = service.count_box(content)
    assert counted.result.received == 3  # the replaced one isn't a paper any more
    files = await service.store_files(FileStorage(tmp_path), counted)
    await service.publish_result(session, poll.id, counted, files, now=CLOSING)
    await service.publish_result(session, poll.id, counted, files, now=CLOSING)
    assert await count_rows(session, Tally, poll) == 1
    tally = await queries.find_tally(session, poll.id)
    assert tally is not None
    result = msgspec.json.decode(tally.result, type=Result)
    assert result.winners == ("P02", "P03", "P05", "P01")
    assert await service.load_box(session, poll.id) is None
    steps = await kinds(session, poll)
    assert steps == [
        "poll.announced",
        "poll.opening_confirmed",
        "poll.opening_confirmed",
        "poll.opened",
        "poll.closed",
        "poll.protocol_confirmed",
        "poll.protocol_confirmed",
        "poll.result_published",
    ]


async def test_the_published_record_verifies_and_a_forged_one_does_not(session: AsyncSession) -> None:
    poll = await make_poll(session)
    await cast(session, poll, ["P02", "P05"])
    await cast(session, poll, ["P03"])
    await close_and_confirm(session, poll)
    content = await service.load_box(session, poll.id)
    assert content is not None
    counted = service.count_box(content)
    record = next(file.content for file in counted.files if file.name == "record.json")
    assert verify_record(record, expected_digest=counted.record_digest).ok
    forged = record.replace(b'"places":["P03"]', b'"places":["P04"]', 1)
    assert forged != record
    assert not verify_record(forged, expected_digest=counted.record_digest).ok
    pb = next(file.content for file in counted.files if file.name == "election.pb")
    assert verify_record(pb).ok
    ballots = next(file.content for file in counted.files if file.name == "ballots.csv").decode()
    assert ballots.splitlines() == ["ballot,options,points", "1,P02 P05,", "2,P03,"]


async def test_a_box_that_is_not_the_one_in_the_register_is_not_counted(session: AsyncSession) -> None:
    poll = await make_poll(session)
    await cast(session, poll, ["P02"])
    await close_and_confirm(session, poll)
    content = await service.load_box(session, poll.id)
    assert content is not None
    with pytest.raises(service.BrokenBox):
        service.count_box(msgspec.structs.replace(content, rows=content.rows[:-1]))


async def test_certifying_takes_two_who_saw_the_result(session: AsyncSession) -> None:
    poll = await make_poll(session)
    await cast(session, poll, ["P02"])
    await close_and_confirm(session, poll)
    content = await service.load_box(session, poll.id)
    await service.publish_result(session, poll.id, service.count_box(content), [], now=CLOSING)
    digest = await service.digest_to_confirm(session, poll, Act.CERTIFY)
    for name in ("A", "B"):
        officer = await make_officer(session, name=name)
        await service.confirm_act(session, officer, poll.id, Act.CERTIFY, digest=digest, now=CLOSING)
    assert poll.state == PollState.CERTIFIED


async def test_a_box_without_rowid_keeps_no_second_order(database: Database) -> None:
    if not database.is_sqlite:
        return
    async with database.read() as session:
        for table in ("participations", "box_entries"):
            sql = (
                await session.execute(
                    text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}
                )
            ).scalar_one()
            assert "WITHOUT ROWID" in sql
