"""The ceremony before the vote: who may do what when, and every wrong delivery refused with its reason."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import Forbidden, FormErrors
from tests.make.contests import make_contest
from tests.make.cycles import NOON
from tests.make.elections import make_election
from tests.make.sealed_polls import (
    CLOSING,
    TRUSTEES,
    advance,
    cast,
    certificates_in,
    close,
    make_board,
    make_chosen,
    make_keys,
    make_sealed_poll,
    mix,
    offered,
    open_mixed,
    read_archive,
    save_archive,
)
from tests.make.voting import cast as cast_plain
from tests.make.voting import confirm, make_poll, make_voter
from voting import queries, service
from voting.errors import PollNotFound, RollDiffers, SealRefused, TrusteesWrong, WrongDigest
from voting.rules import get_rule
from voting.rules.announced import announced_digest
from voting.rules.opened import papers_of
from voting.rules.papers import PreferencePaper, RankedPaper
from voting.rules.ties import STANDARD
from voting.sealing.channel import certificate, keys_of, new_seed
from voting.sealing.credentials import new_code, public_credential, write_credentials
from voting.sealing.election import bound_contest, read_election
from voting.sealing.threshold import make_polynomial
from voting.sealing.trustees import new_private_key, public_key
from voting.sealing.wire import write
from voting.service.deliveries import keep_message
from voting.states import Act, Delivery, PollState, SealingPhase, Step


async def phase(session: AsyncSession, poll_id: object) -> SealingPhase | None:
    return (await queries.get_poll(session, poll_id)).facts.sealing  # type: ignore[arg-type]


async def test_a_sealed_vote_takes_only_rankings(session: AsyncSession) -> None:
    with pytest.raises(FormErrors) as refused:
        await make_election(
            session, state=PollState.DRAFT, rule="approval", seats=2, vote_type="approval", sealed=True
        )
    assert set(refused.value.errors) == {"sealed"}
    poll = await make_election(session, state=PollState.DRAFT, sealed=True)
    assert poll.sealing == SealingPhase.CHOSEN


@pytest.mark.parametrize(
    ("names", "threshold"),
    [(("A",), None), (("A", "a"), None), (("A", ""), None), (("A", "B"), 3), (("A", "B"), 1)],
    ids=["one", "twice", "nameless", "more-than-all", "one-alone"],
)
async def test_trustees_are_at_least_two_and_open_at_least_in_pairs(
    session: AsyncSession, names: tuple[str, ...], threshold: int | None
) -> None:
    sealed = await make_chosen(session, voters=1)
    with pytest.raises(TrusteesWrong):
        await service.name_trustees(
            session, sealed.officers[0], sealed.poll.id, names=names, threshold=threshold, now=NOON
        )
    with pytest.raises(Forbidden):
        await service.name_trustees(
            session, await make_voter(session), sealed.poll.id, names=TRUSTEES, threshold=None, now=NOON
        )


async def test_naming_the_trustees_anew_ends_the_old_addresses(session: AsyncSession) -> None:
    sealed = await make_chosen(session, voters=1, threshold=None)
    key = write(public_key(new_private_key()))
    await service.deliver(session, sealed.tokens[0], Step.KEY, key, now=NOON)
    await service.name_trustees(
        session, sealed.officers[1], sealed.poll.id, names=TRUSTEES, threshold=2, now=NOON
    )
    with pytest.raises(PollNotFound):
        await service.get_trustee(session, sealed.tokens[0])
    assert await queries.list_deliveries(session, sealed.poll.id) == []
    token = await service.renew_link(session, sealed.officers[0], sealed.poll.id, 2, now=NOON)
    assert (await service.get_trustee(session, token)).name == TRUSTEES[1]


async def test_keys_that_do_not_hold_are_refused(session: AsyncSession) -> None:
    sealed = await make_chosen(session, voters=1, threshold=None)
    first, second = (write(public_key(new_private_key())) for _ in range(2))

    async def refused(token: str, content: bytes) -> str:
        with pytest.raises(SealRefused) as refusal:
            await service.deliver(session, token, Step.KEY, content, now=NOON)
        return refusal.value.reason

    token, other, _ = sealed.tokens
    assert await refused(token, b"hello") == "json_malformed"
    forged = first.replace(b'"challenge":"', b'"challenge":"1', 1)
    assert await refused(token, forged) in ("trustee_proof", "number_too_large")
    assert await service.deliver(session, token, Step.KEY, first, now=NOON) is Delivery.ACCEPTED
    assert await refused(other, first) == "trustee_key_repeated"
    with pytest.raises(Forbidden, match="accepted"):
        await service.deliver(session, token, Step.KEY, second, now=NOON)
    with pytest.raises(Forbidden, match="expected"):
        await service.deliver(session, other, Step.CERTIFICATE, second, now=NOON)
    with pytest.raises(PollNotFound):
        await service.deliver(session, "guessed", Step.KEY, second, now=NOON)


async def test_a_threshold_s_messages_are_checked_step_by_step(session: AsyncSession) -> None:
    sealed = await make_chosen(session, voters=1, threshold=2)
    seeds = [keys_of(new_seed()) for _ in sealed.tokens]
    for keys, token in zip(seeds, sealed.tokens, strict=True):
        await service.deliver(session, token, Step.CERTIFICATE, write(certificate(keys)), now=NOON)
    assert await phase(session, sealed.poll.id) is SealingPhase.POLYNOMIALS
    certificates = certificates_in(await offered(session, sealed, sealed.tokens[0]))

    async def refused(token: str, content: bytes) -> str:
        with pytest.raises(SealRefused) as refusal:
            await service.deliver(session, token, Step.POLYNOMIAL, content, now=NOON)
        return refusal.value.reason

    other_threshold = write(make_polynomial(seeds[0], certificates, 3))
    assert await refused(sealed.tokens[0], other_threshold) == "coefficients_count"
    another_s = write(make_polynomial(seeds[1], certificates, 2))
    assert await refused(sealed.tokens[0], another_s) == "coefficients_signature"


async def test_the_roll_the_credentials_and_the_board_come_in_order(session: AsyncSession) -> None:
    sealed = await make_chosen(session, voters=2, threshold=None)
    officer, poll_id = sealed.officers[0], sealed.poll.id
    with pytest.raises(Forbidden, match="not open now"):
        await service.freeze_roll(session, officer, poll_id, now=NOON)
    await make_keys(session, sealed)
    with pytest.raises(Forbidden, match="First the trustees"):
        await confirm(session, officer, sealed.poll, Act.OPEN)
    codes = [new_code() for _ in range(3)]
    roll = [public_credential(code, sealed.uuid) for code in codes]
    with pytest.raises(Forbidden, match="roll has to be frozen"):
        await service.deliver_credentials(session, officer, poll_id, write_credentials(roll), now=NOON)
    assert await service.freeze_roll(session, officer, poll_id, now=NOON) == 2
    with pytest.raises(Forbidden, match="frozen already"):
        await service.freeze_roll(session, officer, poll_id, now=NOON)
    with pytest.raises(RollDiffers):
        await service.deliver_credentials(session, officer, poll_id, write_credentials(roll), now=NOON)
    with pytest.raises(SealRefused):
        service.check_credentials(b'["4","4"]')
    credentials = service.check_credentials(write_credentials(roll[:2]) + b"\n")
    digest = await service.deliver_credentials(session, officer, poll_id, credentials, now=NOON)
    with pytest.raises(WrongDigest):
        await service.begin_board(session, officer, poll_id, digest="0" * 64, now=NOON)
    start = await service.begin_board(session, officer, poll_id, digest=digest, now=NOON)
    full = await queries.get_poll(session, poll_id)
    assert (full.facts.sealing, full.poll.board_start) == (SealingPhase.READY, start)
    with pytest.raises(Forbidden):
        await service.deliver_credentials(session, officer, poll_id, credentials, now=NOON)
    people = await service.read_roll(session, officer, poll_id, now=NOON)
    assert {row.email for row in people} == {voter.email for voter in sealed.voters}


async def test_what_is_voted_on_is_bound_to_the_election(session: AsyncSession) -> None:
    sealed = await make_chosen(session, voters=1, threshold=None)
    await make_keys(session, sealed)
    await make_board(session, sealed)
    stored = await queries.get_election(session, sealed.poll.id)
    election = read_election((stored.parameters or "").encode())
    assert bound_contest(election) == announced_digest(service.announced_of_poll(sealed.poll))
    answers = election.parameters.questions[0].value.answers
    assert [answer.split()[0] for answer in answers] == [f"P0{number}" for number in range(1, 8)]


async def test_ballots_of_a_sealed_vote_are_never_cast_open(session: AsyncSession) -> None:
    sealed = await make_sealed_poll(session, voters=1, threshold=None)
    with pytest.raises(PollNotFound):
        await cast_plain(session, sealed.poll, ["P01"], voter=sealed.voters[0])
    open_poll = await make_poll(session)
    with pytest.raises(PollNotFound):
        await service.load_election(session, open_poll.id)


async def test_a_mix_or_an_opening_that_does_not_hold_is_told_and_can_be_sent_again(
    session: AsyncSession,
) -> None:
    sealed = await make_sealed_poll(session, voters=2, threshold=2)
    await cast(session, sealed, 0, ["P01"])
    with pytest.raises(Forbidden):
        await service.deliver(session, sealed.tokens[0], Step.SHUFFLE, b"early", now=NOON)
    await close(session, sealed)
    await advance(session, sealed)
    with pytest.raises(Forbidden, match="More trustees"):
        await service.end_mixing(session, sealed.officers[0], sealed.poll.id, now=CLOSING)
    state = await service.deliver(session, sealed.tokens[0], Step.SHUFFLE, b'{"a":1}', now=CLOSING)
    assert state is Delivery.WAITING
    with pytest.raises(Forbidden, match="being checked"):
        await service.deliver(session, sealed.tokens[0], Step.SHUFFLE, b"again", now=CLOSING)
    assert await advance(session, sealed) == ["json_malformed"]
    message = await queries.find_message(session, sealed.poll.id, 1, Step.SHUFFLE)
    assert message is not None
    assert (message.state, message.reason, message.content) == ("refused", "json_malformed", None)
    state = await service.deliver(session, sealed.tokens[0], Step.SHUFFLE, b"again", now=CLOSING)
    assert state is Delivery.WAITING


async def test_a_step_that_comes_too_late_changes_nothing(session: AsyncSession) -> None:
    """Two workers did the same; a worker died after the work and before writing it down."""
    sealed = await make_sealed_poll(session, voters=1, threshold=2)
    await cast(session, sealed, 0, ["P01"])
    await close(session, sealed)
    task = await service.load_task(session, sealed.poll.id)
    again = await service.load_task(session, sealed.poll.id)
    assert task is not None
    assert task == again
    done = service.work(task)
    assert await service.publish_done(session, done, now=CLOSING)
    head = await queries.board_head(session, sealed.poll.id)
    assert not await service.publish_done(session, done, now=CLOSING)
    assert await queries.board_head(session, sealed.poll.id) == head


async def test_every_mix_and_opening_that_still_waits_goes_when_its_step_ends(
    session: AsyncSession, tmp_path: Path
) -> None:
    """Published later, it would stand on the board where nothing may, and the vote could never be opened."""
    sealed = await make_sealed_poll(session, voters=1, threshold=2)
    await cast(session, sealed, 0, ["P01"])
    await close(session, sealed)
    await advance(session, sealed)
    for trustee in (0, 1):
        await mix(session, sealed, trustee, tmp_path)
        assert await advance(session, sealed) == ["shuffle"]
    third = await mix(session, sealed, 2, tmp_path)
    late = await service.load_task(session, sealed.poll.id)
    assert (third, late and late.kind) == (Delivery.WAITING, "shuffle")
    await keep_message(session, sealed.poll.id, 1, Step.SHUFFLE, b"{}", state=Delivery.WAITING, now=CLOSING)
    await service.end_mixing(session, sealed.officers[0], sealed.poll.id, now=CLOSING)
    assert late is not None
    head = await queries.board_head(session, sealed.poll.id)
    done = service.work(msgspec.structs.replace(late, head=head.hash or ""))
    assert not await service.publish_done(session, done, now=CLOSING)
    assert not done.refused
    assert await advance(session, sealed) == []
    for trustee in (0, 1, 2):
        await open_mixed(session, sealed, trustee, tmp_path)
    assert await advance(session, sealed) == ["decryption", "decryption", "decryption", "result"]
    read_archive(await save_archive(session, sealed, tmp_path))  # which checks all of it
    left = await queries.list_deliveries(session, sealed.poll.id)
    assert Delivery.WAITING not in {one.state for one in left}


def test_ranks_that_are_no_ranking_become_papers_that_are_refused() -> None:
    costs = {"P01": 100, "P02": 200, "P03": 300}
    contest = make_contest(costs, budget=300, vote_type="ordinal")
    size = len(contest.options)
    first, second = (option.id for option in contest.options[:2])
    vectors = [(1, 2), (2, 1), (0, 0), (1, 1), (0, 2), (3, 1)]
    papers = papers_of(contest, [(*vector, *[0] * (size - 2)) for vector in vectors])
    assert set(papers) == {
        RankedPaper((first, second)),
        RankedPaper((second, first)),
        RankedPaper(()),
        PreferencePaper(((first, second),)),
        PreferencePaper(((), (second,))),
        PreferencePaper(((second,), (), (first,))),
    }
    result = get_rule("greedy").count(contest, papers, ties=STANDARD)
    assert (result.counted, result.blank, sum(one.number for one in result.rejected)) == (2, 1, 3)
