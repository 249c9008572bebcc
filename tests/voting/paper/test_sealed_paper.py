"""A sealed vote that was held on paper as well: papers are fixed before a ballot is opened, both are counted
and checked together, the record beside the archive.
"""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import Forbidden
from tests.make import sealed_polls
from tests.make.cycles import NOON
from tests.make.paper import CLOSING, PLACES, PaperPoll, ballot, make_clerks, settle
from tests.make.voting import confirm, make_voter
from voting import queries, service
from voting.roles.auditor import verify_sealed
from voting.rules.papers import canonical
from voting.rules.record import as_json, decode_record
from voting.states import Act


async def test_papers_and_opened_ballots_are_counted_and_checked_together(
    session: AsyncSession, tmp_path: Path
) -> None:
    sealed = await sealed_polls.make_chosen(session, voters=2, threshold=None)
    await service.add_place(session, sealed.officers[0], sealed.poll.id, PLACES[0], now=NOON)
    hand = await make_voter(session, name="Om cu hârtie")
    await sealed_polls.make_keys(session, sealed)
    await sealed_polls.make_board(session, sealed)
    for officer in sealed.officers:
        await confirm(session, officer, sealed.poll, Act.OPEN)
    paper = PaperPoll(sealed.poll, sealed.officers, await make_clerks(session))
    for voter in range(2):
        await sealed_polls.cast(session, sealed, voter, ["P02", "P05"])
    await service.give_paper(session, paper.clerks[0], paper.id, 1, hand.id, now=NOON)
    assert await service.close_poll(session, paper.id, now=CLOSING)
    with pytest.raises(Forbidden, match="every polling place"):
        await confirm(session, sealed.officers[0], sealed.poll, Act.CLOSE, now=CLOSING)
    assert await sealed_polls.advance(session, sealed) == [], "nothing is opened before the papers are fixed"
    await settle(session, paper, {1: [ballot("P03", "P02")]})
    for officer in sealed.officers:
        await confirm(session, officer, sealed.poll, Act.CLOSE, now=CLOSING)
    await sealed_polls.advance(session, sealed)
    for trustee in range(len(sealed.tokens)):
        await sealed_polls.mix(session, sealed, trustee, tmp_path)
        await sealed_polls.advance(session, sealed)
    for trustee in range(len(sealed.tokens)):
        await sealed_polls.open_mixed(session, sealed, trustee, tmp_path)
        await sealed_polls.advance(session, sealed)
    content = await service.load_box(session, paper.id)
    assert content is not None
    counted = service.count_box(content)
    assert (counted.result.received, counted.result.counted) == (3, 3)
    archive = await sealed_polls.save_archive(session, sealed, tmp_path)
    record = tmp_path / "record.json"
    record.write_bytes(counted.files[0].content)
    report = verify_sealed(str(archive), record=str(record))
    assert report.ok, report
    told = as_json(decode_record(record.read_bytes()))
    told["papers"] = [[3, paper] for _, paper in told["papers"][:1]]
    record.write_bytes(canonical(told))
    assert not verify_sealed(str(archive), record=str(record)).ok
    assert (await queries.get_poll(session, paper.id)).poll.voter_count == 3
