"""Casting sealed ballots: whose code, which ballot, when; what is refused and what stays behind."""

import asyncio
import itertools
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import Forbidden
from app.kit.outbox import OutboxMessage
from tests.make.cycles import NOON
from tests.make.sealed_polls import (
    CLOSING,
    SealedPoll,
    archive_bytes,
    cast,
    close,
    election_of,
    make_sealed_poll,
    seal_for,
)
from tests.make.voting import cancel, make_voter
from voting import queries, service
from voting.errors import (
    CodeTaken,
    CredentialTaken,
    CredentialUnknown,
    OtherCredential,
    PollNotOpen,
    SealRefused,
)
from voting.models import BoardBallot, BoardMember, CredentialHolder, Participation
from voting.queries.board import STEPS
from voting.sealing.ballot import LONGEST_BALLOT, seal
from voting.sealing.credentials import new_code
from voting.sealing.wire import Ballot, read, write


async def count_rows(session: AsyncSession, table: type) -> int:
    return (await session.execute(select(func.count()).select_from(table))).scalar_one()


@pytest.fixture
async def sealed(session: AsyncSession) -> SealedPoll:
    return await make_sealed_poll(session, voters=3, threshold=None)


async def test_the_same_ballot_again_is_the_same_receipt(session: AsyncSession, sealed: SealedPoll) -> None:
    raw = await seal_for(session, sealed, 0, ["P01"])
    first = await cast(session, sealed, 0, [], raw=raw)
    again = await cast(session, sealed, 0, [], raw=raw)
    late = await cast(session, sealed, 0, [], raw=raw, now=CLOSING + timedelta(days=1))
    assert (first.is_repeat, again.is_repeat, late.is_repeat) == (False, True, True)
    assert first.code == again.code == late.code
    assert first.tracker == late.tracker
    assert await count_rows(session, BoardBallot) == 1
    with pytest.raises(CredentialTaken):  # another's ballot is nobody else's receipt
        await cast(session, sealed, 1, [], raw=raw)


async def test_a_new_ballot_of_the_code_replaces_the_one_before(
    session: AsyncSession, sealed: SealedPoll
) -> None:
    first = await cast(session, sealed, 0, ["P01"])
    second = await cast(session, sealed, 0, ["P02"])
    assert (first.has_replaced, second.has_replaced) == (False, True)
    assert await count_rows(session, Participation) == await count_rows(session, CredentialHolder) == 1
    (found,) = await queries.find_ballots(session, first.code)
    assert (found.number, found.replaced_on is not None) == (1, True)
    (found,) = await queries.find_ballots(session, second.code)
    assert (found.number, found.replaced_on) == (2, None)
    rows = await queries.list_trackers(session, sealed.poll.id)
    assert {row.code: row.is_replaced for row in rows} == {first.code: True, second.code: False}


async def test_two_ballots_with_one_check_code_are_not_on_a_board(
    session: AsyncSession, sealed: SealedPoll, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text can be varied until the code is the one of another: 60 bits are not many for a machine."""
    first = await cast(session, sealed, 0, ["P01"])
    for name in ("voting.queries.casting", "voting.service.board"):
        monkeypatch.setattr(f"{name}.code_of_tracker", lambda tracker: first.code)
    with pytest.raises(CodeTaken):
        await cast(session, sealed, 1, ["P02"])
    assert await count_rows(session, BoardBallot) == 1
    monkeypatch.undo()
    row = (await session.execute(select(BoardBallot))).scalar_one()
    twin = {"position": row.position + 1, "tracker": "another", "alpha_hash": "another"}
    facts = {column.name: getattr(row, column.name) for column in BoardBallot.__table__.columns} | twin
    with pytest.raises(IntegrityError, match=r"code"):
        async with session.begin_nested():
            await session.execute(insert(BoardBallot).values(**facts))


async def test_what_is_no_ballot_is_found_by_an_index_and_the_size_is_that_of_the_archive(
    session: AsyncSession, sealed: SealedPoll
) -> None:
    poll_id = sealed.poll.id
    election = await queries.get_election(session, poll_id)
    for voter in (0, 1):  # what is new is added to what was known
        await cast(session, sealed, voter, ["P01"])
        last = await queries.last_position(session, poll_id)
        framed = await queries.board_size(session, poll_id, last=last)
        size = service.archive_size(election.timestamp or 0, framed)
        assert size == len(await archive_bytes(session, sealed))
    assert await queries.board_size(session, poll_id, last=last - 2) < framed
    assert [step.type for step in await queries.list_steps(session, poll_id)] == ["Setup"]
    if session.get_bind().dialect.name == "sqlite":  # the other reads so few rows without looking them up
        asked = STEPS.params(poll=poll_id).compile(
            dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True}
        )
        (step,) = (await session.execute(text(f"EXPLAIN QUERY PLAN {asked}"))).all()
        assert "USING INDEX ix_board_members_poll_id_height_steps" in step.detail


async def test_a_code_is_its_holder_s_alone(session: AsyncSession, sealed: SealedPoll) -> None:
    await cast(session, sealed, 0, ["P01"])
    with pytest.raises(CredentialTaken):
        await cast(session, sealed, 1, ["P02"], code_of=0)
    await cast(session, sealed, 1, ["P02"])
    with pytest.raises(OtherCredential):
        await cast(session, sealed, 1, ["P03"], code_of=2)
    assert await count_rows(session, BoardBallot) == await count_rows(session, CredentialHolder) == 2


async def test_who_is_not_on_the_frozen_roll_does_not_vote(session: AsyncSession, sealed: SealedPoll) -> None:
    sealed.voters.append(await make_voter(session, name="Nou Venit"))
    with pytest.raises(Forbidden, match="frozen"):
        await cast(session, sealed, 3, ["P01"], code_of=2)
    stranger = seal(await election_of(session, sealed), new_code(), sealed.ranks("P01"))
    with pytest.raises(CredentialUnknown):
        await cast(session, sealed, 0, [], raw=stranger)
    assert await count_rows(session, BoardBallot) == await count_rows(session, Participation) == 0


async def test_ballots_come_between_opening_and_closing(session: AsyncSession, sealed: SealedPoll) -> None:
    with pytest.raises(PollNotOpen):
        await cast(session, sealed, 0, ["P01"], now=CLOSING)
    await cast(session, sealed, 0, ["P01"], now=CLOSING - timedelta(microseconds=1))
    await close(session, sealed)
    with pytest.raises(PollNotOpen):
        await cast(session, sealed, 1, ["P01"], now=NOON)


def _swapped_sign(raw: bytes) -> bytes:
    ballot = read(Ballot, raw)
    return write(Ballot(ballot.election_uuid, ballot.election_hash, "4", ballot.answers, ballot.signature))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("ballot_hash", _swapped_sign),
        ("json_not_canonical", lambda raw: raw.replace(b",", b", ", 1)),
        ("json_malformed", lambda raw: raw[:-1]),
        ("json_malformed", lambda raw: b""),
        ("ballot_election", lambda raw: raw.replace(b'"election_uuid":"', b'"election_uuid":"x', 1)),
        ("member_too_large", lambda raw: raw + b" " * LONGEST_BALLOT),
    ],
    ids=["credential", "spaces", "cut", "nothing", "other-election", "too-large"],
)
async def test_a_ballot_that_does_not_hold_is_refused_and_leaves_nothing(
    session: AsyncSession, sealed: SealedPoll, name: str, change: object
) -> None:
    raw = change(await seal_for(session, sealed, 0, ["P01"]))  # type: ignore[operator]
    with pytest.raises(SealRefused) as refusal:
        await cast(session, sealed, 0, [], raw=raw)
    assert refusal.value.reason == name
    assert await count_rows(session, BoardBallot) == 0


async def test_nothing_in_the_tables_joins_a_person_to_a_ballot(
    session: AsyncSession, sealed: SealedPoll
) -> None:
    """What holds a code to a person is one table, under a key, and a cancelled vote loses it too."""
    receipt = await cast(session, sealed, 0, ["P03", "P01"])
    voter = sealed.voters[0]
    assert {column.key for column in inspect(Participation).columns} == {"poll_id", "account_id"}
    board = {column.key for table in (BoardMember, BoardBallot) for column in inspect(table).columns}
    assert not {"account_id", "at", "created_at", "cast_at"} & board
    (holder,) = (await session.execute(select(CredentialHolder))).scalars()
    ballot = await queries.find_ballot(session, sealed.poll.id, receipt.tracker)
    assert ballot is not None
    assert holder.mark not in (ballot.credential_hash, ballot.tracker, ballot.alpha_hash)
    stored = await archive_bytes(session, sealed)
    for secret in (voter.email, voter.name, str(voter.id), sealed.codes[0], holder.mark):
        assert secret.encode() not in stored
    await session.flush()
    messages = (await session.execute(select(OutboxMessage))).scalars().all()
    mine = [json.loads(message.arguments) for message in messages if voter.email in message.arguments]
    assert len(mine) == 1
    assert not {receipt.code, receipt.tracker} & set(json.dumps(mine).replace('"', " ").split())
    await cancel(session, sealed.poll, reason="Tipografia a greșit codurile.")
    assert await count_rows(session, CredentialHolder) == 0
    assert await count_rows(session, Participation) == 1


@pytest.mark.parametrize("table", ["board_members", "board_ballots"])
async def test_the_database_itself_refuses_to_change_the_board(
    session: AsyncSession, sealed: SealedPoll, table: str
) -> None:
    await cast(session, sealed, 0, ["P01"])
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET position = position + 1000"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with session.begin_nested():
                await session.execute(text(statement))


async def test_the_archive_only_ever_grows(session: AsyncSession, sealed: SealedPoll) -> None:
    seen = [await archive_bytes(session, sealed)]
    for voter in range(3):
        await cast(session, sealed, voter, ["P01"])
        seen.append(await archive_bytes(session, sealed))
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(seen))
    last = await queries.last_position(session, sealed.poll.id)
    framed = await queries.board_size(session, sealed.poll.id, last=last)
    stored = await queries.get_election(session, sealed.poll.id)
    assert service.archive_size(stored.timestamp or 0, framed) == len(seen[-1])


async def test_a_ballot_is_few_questions(session: AsyncSession, sealed: SealedPoll) -> None:
    """Others wait for the poll's lock meanwhile, and each question is a journey to PostgreSQL."""
    await cast(session, sealed, 0, ["P01"])
    raw = await seal_for(session, sealed, 1, ["P02"])
    checked = await service.check_sealed(await election_of(session, sealed), raw, voter=sealed.voters[1].id)
    asked: list[str] = []
    connection = await session.connection()

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    await service.cast_sealed(session, sealed.voters[1], sealed.poll.id, raw, checked, now=NOON)
    await session.flush()
    inserts = 6 if connection.dialect.name == "sqlite" else 1  # holder, participation, 2 members, place, mail
    assert len(asked) == 2 + inserts, asked  # the lock, and everything that must be known


async def test_who_sends_many_ballots_waits_for_themselves(session: AsyncSession, sealed: SealedPoll) -> None:
    election = await election_of(session, sealed)
    raw = await seal_for(session, sealed, 0, ["P01"])
    done: list[str] = []

    async def send(name: str, voter: uuid.UUID) -> None:
        await service.check_sealed(election, raw, voter=voter)
        done.append(name)

    many, one = sealed.voters[0].id, sealed.voters[1].id
    await asyncio.gather(*(send("many", many) for _ in range(12)), send("one", one))
    assert done.index("one") <= 1
