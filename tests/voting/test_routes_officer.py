"""The officer's desk, closing and the result, as officials and everybody see them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pytest

from accounts.states import Role
from app.kit.db import Database
from tests.make.accounts import make_account, sign_in
from tests.make.ballots import ORIGIN, as_officer, as_resident, field, new_poll
from tests.make.cycles import DAY, NOON
from tests.make.voting import cast, confirm, make_officer
from voting import jobs, queries, service
from voting.states import Act, PollState

CLOSING = NOON + 20 * DAY


@pytest.fixture
def database(app) -> Database:
    return app.services.database


async def test_the_officers_open_by_the_pages(
    client, database, clock, make_client: Callable[[], httpx.AsyncClient]
) -> None:
    poll = await new_poll(database, state=PollState.ANNOUNCED)
    path = f"/polls/{poll.id}/officer"
    first, second = client, make_client()
    await as_officer(first, database, name="Maria Ionescu")
    await as_officer(second, database, name="Ion Georgescu")
    for one in (first, second):
        page = (await one.get(path)).text
        form = {name: field(page, name) for name in ("csrf_token", "act", "digest")}
        answer = await one.post(f"{path}/confirm", data=form, headers=ORIGIN)
        assert answer.status_code == 303
        again = await one.post(f"{path}/confirm", data=form, headers=ORIGIN)
        assert again.status_code == 403
    page = (await first.get(path)).text
    assert "2 din 2 confirmări" in page
    assert "Ion Georgescu" in page
    form = {"csrf_token": field(page, "csrf_token"), "act": "open"}
    assert (await first.post(f"{path}/withdraw", data=form, headers=ORIGIN)).status_code == 303
    assert "1 din 2 confirmări" in (await first.get(path)).text


async def test_cancelling_takes_a_reason_a_second_look_and_a_second_official(
    client, database, clock, make_client: Callable[[], httpx.AsyncClient]
) -> None:
    poll = await new_poll(database)
    second = make_client()
    await as_officer(client, database, name="Maria Ionescu")
    await as_officer(second, database, name="Ion Georgescu")
    desk = f"/polls/{poll.id}/officer"
    page = (await client.get(f"{desk}/cancel")).text
    form = {"csrf_token": field(page, "csrf_token"), "reason": "scurt"}
    refused = await client.post(f"{desk}/cancel", data=form, headers=ORIGIN)
    assert refused.status_code == 422
    assert "scurt</textarea>" in refused.text
    reason = form["reason"] = "Lista <tipărită> nu era\ncea corectă."
    asked = await client.post(f"{desk}/cancel", data=form, headers=ORIGIN)
    assert asked.status_code == 200
    assert 'value="confirmed"' in asked.text
    digest = service.cancelling_digest(poll, reason)
    assert digest in asked.text
    assert "Lista &lt;tipărită&gt;" in asked.text
    back = await client.post(f"{desk}/cancel", data=form | {"do": "back"}, headers=ORIGIN)
    assert "Lista &lt;tipărită&gt; nu era\ncea corectă.</textarea>" in back.text
    assert "lista" not in (await client.get(desk)).text.lower().partition('id="cancel"')[2]
    done = await client.post(f"{desk}/cancel", data=form | {"do": "confirmed"}, headers=ORIGIN)
    assert done.headers["location"] == f"{desk}#cancel"
    # the proposer alone cannot; voters notice nothing
    own = (await client.get(f"{desk}/cancel")).text
    assert 'id="confirm-cancel"' not in own
    assert 'id="withdraw-cancel"' in own
    yes = {"csrf_token": form["csrf_token"], "act": "cancel", "digest": digest}
    assert (await client.post(f"{desk}/confirm", data=yes, headers=ORIGIN)).status_code == 403
    public = (await client.get(f"/polls/{poll.id}")).text
    assert "Votul este deschis" in public
    assert "tipărită" not in public
    # the other official sees who, why and the seal, and confirms exactly that
    page = (await second.get(f"{desk}/cancel")).text
    assert "Maria Ionescu" in page
    assert "Lista &lt;tipărită&gt;" in page
    yes = {"csrf_token": field(page, "csrf_token"), "act": "cancel", "digest": field(page, "digest")}
    wrong = await second.post(f"{desk}/confirm", data=yes | {"digest": "0" * 64}, headers=ORIGIN)
    assert wrong.status_code == 409
    assert (await second.post(f"{desk}/confirm", data=yes, headers=ORIGIN)).status_code == 303
    assert "Lista &lt;tipărită&gt;" in (await client.get(f"/polls/{poll.id}")).text
    for path in (desk, f"{desk}/cancel"):
        assert (await client.get(path)).status_code == 200
    entries = (await client.get(f"/register?subject=poll:{poll.id}")).text
    assert "Un funcționar a propus anularea unui vot" in entries
    assert "A fost anulat un vot" in entries


async def test_a_proposal_to_cancel_is_set_aside_by_the_pages(
    client, database, clock, make_client: Callable[[], httpx.AsyncClient]
) -> None:
    poll = await new_poll(database)
    async with database.write() as session:
        first = await make_officer(session, name="Maria Ionescu")
        await service.propose_cancelling(session, first, poll.id, reason="Nu îmi place.", now=NOON)
    await as_officer(client, database, name="Ion Georgescu")
    desk = f"/polls/{poll.id}/officer"
    page = (await client.get(f"{desk}/cancel")).text
    form = {"csrf_token": field(page, "csrf_token"), "act": "cancel", "digest": field(page, "digest")}
    assert (await client.post(f"{desk}/withdraw", data=form, headers=ORIGIN)).status_code == 303
    assert "Propunerea de anulare a unui vot a fost retrasă" in (await client.get("/register")).text
    assert 'id="cancel-reason"' in (await client.get(f"{desk}/cancel")).text


async def test_an_officer_freezes_the_box_that_the_clock_has_closed(client, database, clock) -> None:
    poll = await new_poll(database)
    desk = f"/polls/{poll.id}/officer"
    for moment, is_over in ((CLOSING - DAY, False), (CLOSING, True)):
        clock.at(moment)
        async with database.write() as session:
            account = await make_account(session, name="Maria Ionescu", roles=[Role.ELECTION], now=moment)
        await sign_in(client, database, account)
        page = (await client.get(desk)).text
        assert ('id="freeze"' in page) is is_over
        form = {"csrf_token": field(page, "csrf_token")}
        assert (await client.post(f"{desk}/freeze", data=form, headers=ORIGIN)).status_code == 303
        page = (await client.get(desk)).text
        assert ('id="confirm-close"' in page) is is_over, "the clock decides, not who presses"
        assert 'id="freeze"' not in page


async def test_the_officer_s_desk_is_for_election_officers(client, database, clock) -> None:
    poll = await new_poll(database)
    path = f"/polls/{poll.id}/officer"
    assert (await client.get(path)).status_code == 303
    await as_resident(client, database)
    assert (await client.get(path)).status_code == 403
    async with database.write() as session:
        reviewer = await make_account(session, name="R", roles=[Role.REVIEWER])
    await sign_in(client, database, reviewer)
    assert (await client.get(path)).status_code == 403


async def test_from_closing_to_a_result_that_anyone_recounts(client, app, database, clock, run_jobs) -> None:
    poll = await new_poll(database)
    async with database.write() as session:
        receipts = [await cast(session, poll, numbers) for numbers in (["P02", "P05"], ["P02"], ["P03"])]
    clock.at(CLOSING)
    await jobs.close_due_polls(app.services)
    async with database.write() as session:
        full = await queries.get_poll(session, poll.id)
        for name in ("Elena Radu", "Vlad Stan"):
            officer = await make_officer(session, name=name)
            digest = service.protocol_digest(full.poll)
            await service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=CLOSING)
    codes = await client.get(f"/polls/{poll.id}/codes")
    assert all(receipt.code in codes.text for receipt in receipts)
    await run_jobs()
    result = await client.get(f"/polls/{poll.id}/result")
    assert result.status_code == 200
    assert "Rezultate finale · numărate" in result.text
    assert "A primit sprijinul a 2 persoane" in result.text
    assert result.text.count("<h1") == 1
    from voting.verify import verify_record

    for name in ("record.json", "election.pb"):
        file = await client.get(f"/polls/{poll.id}/files/{name}")
        assert file.status_code == 200
        assert verify_record(file.content).ok, name
        headers = {"if-none-match": file.headers["etag"]}
        assert (await client.get(f"/polls/{poll.id}/files/{name}", headers=headers)).status_code == 304
    assert (
        "✓ Votul a intrat în numărătoare."
        in (await client.get("/check", params={"code": receipts[0].code})).text
    )
    english = await client.get(f"/en/polls/{poll.id}/result")
    assert "It was on the ballots of 2 people" in english.text


async def test_the_sweeps_open_and_count_what_was_missed(client, app, database, clock, run_jobs) -> None:
    poll = await new_poll(database, state=PollState.ANNOUNCED)
    async with database.write() as session:
        for name in ("A", "B"):
            officer = await make_officer(session, name=name)
            await confirm(session, officer, poll, Act.OPEN)
        opens = (await queries.get_poll(session, poll.id)).stage
    clock.at(opens.opens_at)
    await jobs.open_due_polls(app.services)
    clock.at(opens.closes_at)
    await jobs.close_due_polls(app.services)
    await jobs.close_due_polls(app.services)
    async with database.write() as session:
        full = await queries.get_poll(session, poll.id)
        assert full.poll.state == PollState.CLOSED
        for name in ("C", "D"):
            officer = await make_officer(session, name=name)
            digest = service.protocol_digest(full.poll)
            await service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=clock.now)
        session.info.pop("outbox", None)
    await jobs.count_due_polls(app.services)
    await run_jobs()
    await jobs.count_poll(app.services, poll_id=str(poll.id))  # twice is once
    assert (await client.get(f"/polls/{poll.id}/result")).status_code == 200


async def test_a_count_that_fails_is_shown_to_the_officer_who_has_it_tried_again(
    client, app, database, clock, run_jobs
) -> None:
    poll = await new_poll(database)
    clock.at(await _stage_end(database, poll.id))
    await jobs.close_due_polls(app.services)
    async with database.write() as session:
        full = await queries.get_poll(session, poll.id)
        for name in ("C", "D"):
            officer = await make_officer(session, name=name)
            digest = service.protocol_digest(full.poll)
            await service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=clock.now)
    folder = app.services.storage.directory
    folder.mkdir(parents=True, exist_ok=True)
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("no place for files")
    await run_jobs()
    clock.now += timedelta(seconds=5)
    await jobs.count_due_polls(app.services)  # promises nothing while one is promised
    await run_jobs()
    await as_officer(client, database, name="Maria Ionescu")
    desk = f"/en/polls/{poll.id}/officer"
    page = (await client.get(desk)).text
    assert "It was tried 1 time." in page
    assert "NotADirectoryError" in page or "FileExistsError" in page
    folder.unlink()
    folder.with_name("elsewhere").rename(folder)
    await run_jobs()
    assert (await client.get(f"/polls/{poll.id}/result")).status_code == 303  # its turn has not come
    form = {"csrf_token": field(page, "csrf_token")}
    answer = await client.post(f"{desk}/try-again", data=form, headers=ORIGIN)
    assert answer.status_code == 303
    await run_jobs()
    assert (await client.get(f"/polls/{poll.id}/result")).status_code == 200
    assert "try-again" not in (await client.get(desk)).text
    assert (await client.post(f"{desk}/try-again", data=form, headers=ORIGIN)).status_code == 303


async def test_only_an_officer_has_it_tried_again(client, database, clock) -> None:
    poll = await new_poll(database)
    await as_resident(client, database)
    page = (await client.get("/")).text
    form = {"csrf_token": field(page, "csrf_token")}
    answer = await client.post(f"/polls/{poll.id}/officer/try-again", data=form, headers=ORIGIN)
    assert answer.status_code in (403, 404)


async def _stage_end(database: Database, poll_id: UUID) -> datetime:
    async with database.read() as session:
        return (await queries.get_poll(session, poll_id)).stage.closes_at
