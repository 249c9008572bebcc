"""Polling places and their tables: one person, one vote, on the web or on paper."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import InvalidCnp, NoSuchPerson, PersonAlreadyVerified
from accounts.policy import Actor
from accounts.service.residence import open_account_at_desk, verify_at_desk, withdraw_residence
from app.kit import register
from app.kit.access_log import list_accesses
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden
from app.kit.outbox import OutboxMessage
from tests.make import sealed_polls
from tests.make.accounts import actor_of, make_account, make_cnp
from tests.make.cycles import NOON
from tests.make.paper import CLOSING, PLACES, PaperPoll, give, make_clerk, make_paper_poll
from tests.make.voting import cancel, cast, confirm, make_officer, make_poll, make_voter
from voting import queries, service
from voting.errors import AlreadyVoted, NothingAssisted, PaperGiven, PlaceNotFound, PlaceNumberTaken
from voting.models import PaperMark, Participation
from voting.queries.paper import PAPER_MARK
from voting.rules.papers import RankedPaper
from voting.sealing import box
from voting.service import PlaceDraft
from voting.states import UNDO_PAPER, Act, PaperPhase, PollState


async def marks(session: AsyncSession, table: type = PaperMark) -> int:
    return (await session.execute(select(func.count()).select_from(table))).scalar_one()


async def undo(
    session: AsyncSession, paper: PaperPoll, voter: Actor, *, place: int = 1, late: bool = False
) -> None:
    now = NOON + (UNDO_PAPER if late else timedelta(minutes=2))
    await service.undo_paper(
        session, paper.clerks[0], paper.id, place, voter.id, reason="Am apăsat greșit.", now=now
    )


# ── places ────────────────────────────────────────────────────────────────────


async def test_places_are_named_before_the_opening_and_confirmed_with_it(session: AsyncSession) -> None:
    paper = await make_paper_poll(session, is_open=False)
    officer, poll = paper.officers[0], paper.poll
    assert poll.paper == PaperPhase.PLANNED
    before = await service.digest_to_confirm(session, poll, Act.OPEN)
    moved = PlaceDraft(number=2, name="Biblioteca", address="Str. Nouă 1", hours="8-20")
    await service.change_place(session, officer, poll.id, moved, now=NOON)
    assert await service.digest_to_confirm(session, poll, Act.OPEN) != before
    with pytest.raises(PlaceNumberTaken):
        await service.add_place(session, officer, poll.id, PLACES[0], now=NOON)
    with pytest.raises(PlaceNotFound):
        await service.remove_place(session, officer, poll.id, 9, now=NOON)
    with pytest.raises(Forbidden):
        await service.add_place(session, paper.clerks[0], poll.id, PLACES[0], now=NOON)
    await confirm(session, officer, poll, Act.OPEN)
    with pytest.raises(Forbidden, match="Withdraw that first"):
        await service.change_place(session, officer, poll.id, moved, now=NOON)
    facts = await register.list_facts(session, subject=f"poll:{poll.id}")
    confirmed = next(fact for fact in facts if fact.kind == "poll.opening_confirmed")
    assert confirmed.facts["places_digest"] == poll.places_digest


async def test_without_places_nothing_is_different(session: AsyncSession) -> None:
    paper = await make_paper_poll(session, is_open=False)
    for place in PLACES:
        await service.remove_place(session, paper.officers[0], paper.id, place.number, now=NOON)
    assert (paper.poll.paper, paper.poll.places_digest) == (None, None)
    plain = await make_poll(session)
    facts = await register.list_facts(session, subject=f"poll:{plain.id}")
    assert all("places_digest" not in fact.facts for fact in facts)


# ── who is at the table ───────────────────────────────────────────────────────


async def test_people_are_found_by_document_or_by_all_of_their_name_and_they_see_it(
    session: AsyncSession,
) -> None:
    paper = await make_paper_poll(session)
    clerk, cnp = paper.clerks[0], make_cnp()
    account = await make_account(session, name="Ștefan-Ioan Țurcanu")
    officer = actor_of(await make_account(session, roles=["desk"]), roles=["desk"])
    await verify_at_desk(session, officer, account.id, cnp=cnp, area="Rahova", now=NOON)
    for how in (
        {"document": cnp},
        {"document": account.desk_code},
        {"document": account.email},
        {"name": "TURCANU stefan-ioan", "birth_year": 1985},
    ):
        found = await service.find_visitors(session, clerk, paper.id, 1, now=NOON, **how)  # type: ignore[arg-type]
        assert found == [account.id], how
    assert len([one for one in await list_accesses(session, account.id) if "polling place" in one.what]) == 4
    for wrong in (
        {"document": make_cnp()},
        {"name": "Țurcanu", "birth_year": 1985},
        {"name": "", "birth_year": 0},
    ):
        with pytest.raises(NoSuchPerson):
            await service.find_visitors(session, clerk, paper.id, 1, now=NOON, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidCnp):
        await service.find_visitors(session, clerk, paper.id, 1, document="1850517450012", now=NOON)
    with pytest.raises(Forbidden):
        await service.find_visitors(session, paper.officers[0], paper.id, 1, document=cnp, now=NOON)


async def test_a_paper_is_given_once_anywhere(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    (voter,) = await give(session, paper)
    for place in (1, 2):
        with pytest.raises(Forbidden, match="given a paper ballot already"):
            await service.give_paper(session, paper.clerks[1], paper.id, place, voter.id, now=NOON)
    assert await marks(session) == await marks(session, Participation) == 1
    assert [one.what for one in await list_accesses(session, voter.id)] == [
        "A clerk at a polling place noted that you were given a paper ballot."
    ]


async def test_who_votes_on_the_web_gets_no_paper_and_the_other_way_round(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    web, (hand,) = await make_voter(session, name="Web"), await give(session, paper)
    first = await cast(session, paper.poll, ["P01"], voter=web)
    with pytest.raises(Forbidden, match="voted electronically"):
        await service.give_paper(session, paper.clerks[0], paper.id, 1, web.id, now=NOON)
    for key in ("", first.secret):  # not even with somebody else's replacement key
        with pytest.raises(PaperGiven, match="polling place 1, Școala 141"):
            await cast(session, paper.poll, ["P02"], voter=hand, replacement_key=key)
    await cast(session, paper.poll, ["P02"], voter=web, replacement_key=first.secret)


async def test_a_second_account_of_the_same_person_gets_nothing(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    cnp = make_cnp()
    desk = actor_of(await make_account(session, roles=["desk"]), roles=["desk"])
    one, two = await make_account(session, name="Unu"), await make_account(session, name="Doi")
    await verify_at_desk(session, desk, one.id, cnp=cnp, area="Rahova", now=NOON)
    await service.give_paper(session, paper.clerks[0], paper.id, 1, one.id, now=NOON)
    await withdraw_residence(session, desk, one.id, reason="A pierdut contul.", now=NOON)
    await verify_at_desk(session, desk, two.id, cnp=cnp, area="Rahova", now=NOON)
    with pytest.raises(Forbidden, match="already"):
        await service.give_paper(session, paper.clerks[0], paper.id, 2, two.id, now=NOON)
    with pytest.raises(PaperGiven):
        await cast(session, paper.poll, ["P01"], voter=actor_of(two, verified=True))
    await undo(session, paper, actor_of(two))
    await cast(session, paper.poll, ["P01"], voter=actor_of(two, verified=True))


async def test_no_paper_for_strangers_oneself_or_at_the_wrong_time(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    clerk, poll_id = paper.clerks[0], paper.id
    stranger = await make_account(session, name="Fără Domiciliu")
    voter = await make_voter(session)
    with pytest.raises(Forbidden, match="residence is not verified"):
        await service.give_paper(session, clerk, poll_id, 1, stranger.id, now=NOON)
    with pytest.raises(Forbidden, match="your own paper"):
        await service.give_paper(session, clerk, poll_id, 1, clerk.id, now=NOON)
    with pytest.raises(Forbidden, match="ended"):
        await service.give_paper(session, clerk, poll_id, 1, voter.id, now=CLOSING)
    asleep = Actor(id=clerk.id, name=clerk.name, email="", roles=clerk.roles)
    for other in (paper.officers[0], asleep, voter):
        with pytest.raises(Forbidden):
            await service.give_paper(session, other, poll_id, 1, voter.id, now=NOON)
    await service.close_place(session, clerk, poll_id, 1, now=NOON)
    with pytest.raises(Forbidden, match="is closed"):
        await service.give_paper(session, clerk, poll_id, 1, voter.id, now=NOON)
    await service.give_paper(session, clerk, poll_id, 2, voter.id, now=NOON)
    assert await marks(session) == 1


async def test_a_slip_is_undone_within_minutes_in_public_and_without_a_name(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    first, second = await give(session, paper, voters=2)
    with pytest.raises(Forbidden, match="too late"):
        await undo(session, paper, first, late=True)
    with pytest.raises(DomainError, match="No paper of this polling place"):
        await undo(session, paper, first, place=2)
    await undo(session, paper, first)
    assert await marks(session) == await marks(session, Participation) == 1
    await cast(session, paper.poll, ["P01"], voter=first)
    fact = (await register.list_facts(session, subject=f"poll:{paper.id}"))[0]
    assert fact.kind == "poll.paper_undone"
    assert fact.facts == {"by": "Secretar A", "number": 1, "reason": "Am apăsat greșit."}
    await service.close_place(session, paper.clerks[0], paper.id, 1, now=NOON)
    with pytest.raises(Forbidden, match="is closed"):
        await undo(session, paper, second)


async def test_no_clerk_takes_back_the_note_of_their_own_paper(session: AsyncSession) -> None:
    """They would have put the paper in the box, and vote once more on the web."""
    paper = await make_paper_poll(session)
    desk, cnp = actor_of(await make_account(session, roles=["desk"]), roles=["desk"]), make_cnp()
    clerk, colleague = paper.clerks[:2]
    other = await make_account(session, name="Același secretar, alt cont")
    await verify_at_desk(session, desk, other.id, cnp=cnp, area="Rahova", now=NOON)
    await withdraw_residence(session, desk, other.id, reason="A pierdut contul.", now=NOON)
    await verify_at_desk(session, desk, clerk.id, cnp=cnp, area="Rahova", now=NOON)
    with pytest.raises(Forbidden, match="your own paper"):
        await service.give_paper(session, clerk, paper.id, 1, other.id, now=NOON)
    await service.give_paper(session, colleague, paper.id, 1, clerk.id, now=NOON)
    for account_id in (clerk.id, other.id):
        with pytest.raises(Forbidden, match="note of your own paper"):
            await service.undo_paper(
                session, clerk, paper.id, 1, account_id, reason="Am apăsat greșit.", now=NOON
            )
    await service.undo_paper(session, colleague, paper.id, 1, clerk.id, reason="Am apăsat greșit.", now=NOON)
    assert await marks(session) == 0


async def test_a_place_closed_by_mistake_is_opened_again_by_an_officer(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    clerk, officer = paper.clerks[0], paper.officers[0]

    async def reopen(actor: Actor, *, late: bool = False) -> None:
        now = CLOSING if late else NOON
        await service.reopen_place(session, actor, paper.id, 1, reason="A fost apăsat greșit.", now=now)

    with pytest.raises(Forbidden, match="is open"):
        await reopen(officer)
    await service.close_place(session, clerk, paper.id, 1, now=NOON)
    with pytest.raises(Forbidden, match="election officer"):
        await reopen(clerk)
    with pytest.raises(Forbidden, match="ended"):
        await reopen(officer, late=True)
    await reopen(officer)
    await give(session, paper)
    fact = (await register.list_facts(session, subject=f"poll:{paper.id}"))[0]
    assert fact.kind == "poll.place_reopened"
    assert fact.facts == {"by": officer.name, "number": 1, "reason": "A fost apăsat greșit."}


async def test_the_register_says_nothing_of_a_draft_and_all_of_its_places_when_it_is_announced(
    session: AsyncSession,
) -> None:
    officer = await make_officer(session)
    poll = await make_poll(session, state=PollState.DRAFT)
    for place in PLACES:
        await service.add_place(session, officer, poll.id, place, now=NOON)
    await service.remove_place(session, officer, poll.id, 2, now=NOON)
    subject = f"poll:{poll.id}"
    assert not await register.list_facts(session, subject=subject)
    await service.announce_poll(session, officer, poll.id, now=NOON)
    added, announced = await register.list_facts(session, subject=subject)
    assert (announced.kind, added.kind) == ("poll.announced", "poll.place_added")
    assert (added.facts["number"], added.facts["places_digest"]) == (1, poll.places_digest)


async def test_who_holds_a_paper_is_found_by_an_index(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    if session.get_bind().dialect.name != "sqlite":
        return  # it reads so few rows without looking them up
    asked = PAPER_MARK.params(poll=paper.id, account=paper.clerks[0].id)
    statement = asked.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True})
    plan = (await session.execute(text(f"EXPLAIN QUERY PLAN {statement}"))).all()
    steps = [row.detail for row in plan if "paper_marks" in row.detail]
    assert steps == ["SEARCH paper_marks USING PRIMARY KEY (poll_id=? AND account_id=?)"], steps


async def test_help_at_the_desk_is_a_number_and_nothing_else(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    clerk = paper.clerks[0]
    for _ in range(2):
        await service.note_assisted(session, clerk, paper.id, 1, now=NOON)
    await service.note_assisted(session, clerk, paper.id, 1, take_back=True, now=NOON)
    assert (await queries.get_place(session, paper.id, 1)).assisted_count == 1
    with pytest.raises(NothingAssisted):
        await service.note_assisted(session, clerk, paper.id, 2, take_back=True, now=NOON)
    assert not await marks(session, Participation)


async def test_a_cancelled_vote_forgets_who_held_a_paper(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    await give(session, paper, voters=2)
    await cancel(session, paper.poll, reason="Buletinele au fost tipărite greșit.")
    assert await marks(session) == 0
    assert await marks(session, Participation) == 2
    assert (await queries.get_poll(session, paper.id)).facts.state is PollState.CANCELLED


# ── at once ───────────────────────────────────────────────────────────────────


async def as_class(work: Awaitable[object]) -> type:
    try:
        return type(await work)
    except DomainError as refusal:
        return type(refusal)


async def test_web_and_two_tables_at_once_are_one_vote(database: Database) -> None:
    async with database.write() as session:
        paper = await make_paper_poll(session)
        voters = [await make_voter(session, name=f"Grăbit {n}") for n in range(6)]

    async def on_paper(clerk: Actor, place: int, voter: Actor) -> object:
        async with database.write() as session:
            return await service.give_paper(session, clerk, paper.id, place, voter.id, now=NOON)

    async def on_web(voter: Actor) -> object:
        async with database.write() as session:
            return await service.cast_ballot(
                session,
                voter,
                paper.id,
                RankedPaper(("P01",)),
                secret=box.new_receipt(str(paper.id))[0],
                now=NOON,
            )

    tried = [
        as_class(work)
        for voter in voters
        for work in (on_web(voter), on_paper(paper.clerks[0], 1, voter), on_paper(paper.clerks[1], 2, voter))
    ]
    answers = await asyncio.gather(*tried)
    for number in range(len(voters)):
        mine = answers[3 * number : 3 * number + 3]
        won = [one for one in mine if one in (service.Receipt, PaperMark)]
        assert len(won) == 1, mine
        assert set(mine) - set(won) <= {Forbidden, PaperGiven, AlreadyVoted}
    async with database.read() as session:
        in_box = await queries.last_entry(session, paper.id)
        assert await marks(session, Participation) == len(voters)
        assert await marks(session) + (in_box.position if in_box else 0) == len(voters)


# ── sealed votes ──────────────────────────────────────────────────────────────


async def test_nobody_votes_twice_in_a_sealed_vote_either(session: AsyncSession) -> None:
    sealed = await sealed_polls.make_chosen(session, voters=3, threshold=None)
    for place in PLACES:
        await service.add_place(session, sealed.officers[0], sealed.poll.id, place, now=NOON)
    await sealed_polls.make_keys(session, sealed)
    await sealed_polls.make_board(session, sealed)
    for officer in sealed.officers:
        await confirm(session, officer, sealed.poll, Act.OPEN)
    clerk = await make_clerk(session, name="Secretar")
    await service.give_paper(session, clerk, sealed.poll.id, 1, sealed.voters[0].id, now=NOON)
    with pytest.raises(PaperGiven):  # they have a code too, and it has not been used
        await sealed_polls.cast(session, sealed, 0, ["P01"])
    await sealed_polls.cast(session, sealed, 1, ["P01"])
    with pytest.raises(Forbidden, match="voted electronically"):
        await service.give_paper(session, clerk, sealed.poll.id, 1, sealed.voters[1].id, now=NOON)
    late = await make_voter(session, name="Mutat după înghețare")
    with pytest.raises(Forbidden, match="frozen before it began"):
        await service.give_paper(session, clerk, sealed.poll.id, 1, late.id, now=NOON)


async def test_somebody_without_an_address_gets_an_account_at_the_desk_and_a_paper(
    session: AsyncSession,
) -> None:
    paper = await make_paper_poll(session)
    desk = actor_of(await make_account(session, roles=["desk"]), roles=["desk"])
    cnp = make_cnp()
    person = {"name": "Floarea Dinu", "cnp": cnp, "area": "Ferentari"}
    with pytest.raises(Forbidden):
        await open_account_at_desk(session, paper.clerks[0], **person, now=NOON)
    account = await open_account_at_desk(session, desk, **person, now=NOON)
    assert (account.email, account.email_key, account.password_hash) == ("", None, None)
    with pytest.raises(PersonAlreadyVerified):
        await open_account_at_desk(session, desk, **person, now=NOON)
    await open_account_at_desk(session, desk, name="Ion Dinu", cnp=make_cnp(), area="Ferentari", now=NOON)
    (found,) = await service.find_visitors(session, paper.clerks[0], paper.id, 1, document=cnp, now=NOON)
    assert found == account.id
    await service.give_paper(session, paper.clerks[0], paper.id, 1, found, now=NOON)
    await session.flush()
    mails = (await session.execute(select(OutboxMessage.arguments))).scalars().all()
    assert not [one for one in mails if "Floarea" in one], "there is no address to write to"
