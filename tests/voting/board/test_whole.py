"""Whole sealed votes through the services; the judge accepts the archive at every stage."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import main
from app.kit import register
from tests.belenios import Judge
from tests.make.sealed_polls import (
    CLOSING,
    SealedPoll,
    advance,
    cast,
    close,
    make_sealed_poll,
    mix,
    open_mixed,
    read_archive,
    save_archive,
)
from tests.make.voting import confirm
from voting import queries, service
from voting.models import CredentialHolder, Participation
from voting.policy import PollFacts
from voting.roles.auditor import verify_sealed
from voting.rules import get_rule
from voting.rules.announced import encode_announced
from voting.rules.papers import RankedPaper
from voting.rules.record import decode_record, encode_record, make_record, sorted_papers
from voting.rules.sheets import PlaceReport, make_paper_part
from voting.sealing.board import BoardHead
from voting.states import Act, PollState, SealingPhase
from voting.verify import verify_counted, verify_record

pytestmark = pytest.mark.slow


async def facts_of(session: AsyncSession, sealed: SealedPoll) -> PollFacts:
    return (await queries.get_poll(session, sealed.poll.id)).facts


@pytest.mark.parametrize("threshold", [2, None], ids=["two-of-three", "all-three"])
async def test_a_whole_sealed_vote(
    session: AsyncSession, tmp_path: Path, make_judge: Callable[[Path], Judge], threshold: int | None
) -> None:
    sealed = await make_sealed_poll(session, voters=5, threshold=threshold)
    judge = make_judge(tmp_path)

    async def accepted() -> None:
        await save_archive(session, sealed, tmp_path)
        judge.verify()

    await accepted()
    wishes = [["P01", "P02"], ["P02"], [], ["P05", "P01", "P03"], ["P02", "P01"]]
    for voter, numbers in enumerate(wishes):
        await cast(session, sealed, voter, numbers)
    await cast(session, sealed, 1, ["P06", "P02"])  # a change of mind
    await accepted()
    await close(session, sealed)
    await accepted()
    assert await advance(session, sealed) == ["tally"]
    await accepted()
    for trustee in range(2):
        await mix(session, sealed, trustee, tmp_path)
        assert await advance(session, sealed) == ["shuffle"]
        await accepted()
    if threshold is None:
        await mix(session, sealed, 2, tmp_path)
        assert await advance(session, sealed) == ["shuffle"]
    else:
        await service.end_mixing(session, sealed.officers[0], sealed.poll.id, now=CLOSING)
    assert (await facts_of(session, sealed)).sealing is SealingPhase.OPENING
    await accepted()
    openers = (2, 0) if threshold else (2, 0, 1)
    for trustee in openers[:-1]:
        await open_mixed(session, sealed, trustee, tmp_path)
        assert await advance(session, sealed) == ["decryption"]
        await accepted()
    await open_mixed(session, sealed, openers[-1], tmp_path)
    assert await advance(session, sealed) == ["decryption", "result"]
    await accepted()
    await check_result(session, sealed, tmp_path)


async def check_result(session: AsyncSession, sealed: SealedPoll, folder: Path) -> None:
    """The count is that of the rankings; record, archive and contest check together."""
    assert await service.list_due_to_count(session) == [sealed.poll.id]
    content = await service.load_box(session, sealed.poll.id)
    assert content is not None
    counted = service.count_box(content)
    assert (counted.result.received, counted.result.counted, counted.result.blank) == (5, 4, 1)
    places = {outcome.option: outcome for outcome in counted.result.outcomes}
    assert set(places) == {f"P0{number}" for number in range(1, 8)}
    await service.publish_result(session, sealed.poll.id, counted, [], now=CLOSING)
    raw = next(file.content for file in counted.files if file.name == "record.json")
    assert verify_record(raw).failed == ()
    record = decode_record(raw)
    assert sorted(paper.places for number, paper in record.papers for _ in range(number)) == sorted(
        [("P01", "P02"), ("P06", "P02"), (), ("P05", "P01", "P03"), ("P02", "P01")]
    )
    assert sorted(status for _, status in record.codes) == ["counted"] * 5 + ["replaced"]
    contest = folder / "contest.json"
    contest.write_bytes(encode_announced(service.announced_of_poll(sealed.poll)))
    path = await save_archive(session, sealed, folder)
    (folder / "record.json").write_bytes(raw)
    report = verify_sealed(str(path), contest=str(contest), record=str(folder / "record.json"))
    assert (report.ok, report.stage, report.ballots, report.counted) == (True, "Result", 6, 5)
    assert report.counted_right
    assert forged_in(raw, path) == ["papers_opened"]
    await check_register(session, raw, path)
    assert read_archive(path).checked.result is not None
    # Certified by two, nobody can tell any more whose code was whose.
    holders = select(func.count()).select_from(CredentialHolder)
    assert (await session.execute(holders)).scalar_one() == 5
    for officer in sealed.officers:
        await confirm(session, officer, sealed.poll, Act.CERTIFY, now=CLOSING)
    assert (await facts_of(session, sealed)).state is PollState.CERTIFIED
    assert (await session.execute(holders)).scalar_one() == 0
    assert (await session.execute(select(func.count()).select_from(Participation))).scalar_one() == 5
    kinds = [fact.kind for fact in await register.list_facts(session, subject=f"poll:{sealed.poll.id}")]
    assert kinds.count("poll.mix_published") >= 2
    told = msgspec.json.encode(await register.list_facts(session, subject=f"poll:{sealed.poll.id}"))
    assert b"Aleg" not in told, "the register names no voter"


async def check_register(session: AsyncSession, raw: bytes, archive: Path) -> None:
    """The register as downloaded holds this record, and none into which papers were smuggled afterwards."""
    content = b"\n".join([msgspec.json.encode(entry) async for entry in register.stream_facts(session)])
    checked = read_archive(archive).checked
    assert verify_counted(raw, checked, register=content).ok
    forged = smuggle(raw)
    assert verify_counted(forged, checked).ok, "no file but the register gives it away"
    failed = [check.name for check in verify_counted(forged, checked, register=content).failed]
    assert failed == ["register_record", "register_paper", "register_order"]
    other = dataclasses.replace(checked, head=BoardHead("x" * 64, 9))
    failed = [check.name for check in verify_counted(raw, other, register=content).failed]
    assert failed == ["register_archive"], "another archive with the same outcome"
    (archive.parent / "forged.json").write_bytes(forged)
    (archive.parent / "register.jsonl").write_bytes(content)
    words = ["verify", str(archive), "--record", str(archive.parent / "forged.json")]
    assert main(words) == 0
    assert main([*words, "--register", str(archive.parent / "register.jsonl")]) == 1
    words[-1] = str(archive.parent / "record.json")
    assert main([*words, "--register", str(archive.parent / "register.jsonl")]) == 0
    assert main([*words, "--register", words[-1]]) == 2, "this is no register"


def smuggle(raw: bytes) -> bytes:
    """The record with nine papers of a polling place that never was, counted anew: consistent in itself."""
    record = decode_record(raw)
    invented = [RankedPaper(("P05",))] * 9
    place = PlaceReport(
        number=1,
        name="Școala 1",
        received=9,
        given=9,
        returned=0,
        unused=0,
        in_box=9,
        blank=0,
        spoiled=0,
        signed_by=("A", "B"),
    )
    papers = [*(paper for number, paper in record.papers for _ in range(number)), *invented]
    result = get_rule(record.rule).count(record.contest, papers, ties=record.ties, explain=True)
    forged = make_record(
        poll_id=record.poll_id,
        title=record.title,
        contest=record.contest,
        papers=papers,
        ties=record.ties,
        result=result,
        box=[],
        statuses=dict(record.codes),
        paper=make_paper_part(invented, (place,), salt="s"),
    )
    return encode_record(msgspec.structs.replace(forged, origin=record.origin, box_head=record.box_head))


def forged_in(raw: bytes, archive: Path) -> list[str]:
    """What gives a record away whose papers, digest and result were all made anew with one paper swapped."""
    record = decode_record(raw)
    papers = {paper: number for number, paper in record.papers}
    swapped = next(paper for paper in papers if paper == RankedPaper(("P02", "P01")))
    papers[RankedPaper(("P01", "P02"))] += papers.pop(swapped)
    result = get_rule(record.rule).count(record.contest, papers, ties=record.ties, explain=True)
    forged = msgspec.structs.replace(record, papers=sorted_papers(papers), result=result)
    content = encode_record(forged)
    assert verify_record(content).ok, "it is consistent in itself"
    checked = read_archive(archive).checked
    return [check.name for check in verify_counted(content, checked).failed]


async def test_a_vote_without_ballots_needs_no_trustee(session: AsyncSession, tmp_path: Path) -> None:
    sealed = await make_sealed_poll(session, voters=2)
    await close(session, sealed)
    assert await advance(session, sealed) == ["tally"]
    assert (await facts_of(session, sealed)).sealing is SealingPhase.OPENED
    content = await service.load_box(session, sealed.poll.id)
    assert content is not None
    assert service.count_box(content).result.received == 0
    read_archive(await save_archive(session, sealed, tmp_path))
