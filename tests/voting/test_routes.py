"""Every page and action of voting, plain and with HX-Request, as visitors, voters and officers see them."""

import re
from collections.abc import Callable

import httpx
import pytest

from accounts.states import Role
from app.kit.db import Database
from tests.make.accounts import make_account, sign_in
from tests.make.cycles import DAY, NOON
from tests.make.voting import cast, confirm, make_officer, make_poll
from voting import jobs, queries, service
from voting.models import Poll
from voting.sealing import box
from voting.states import Act, PollState

ORIGIN = {"origin": "http://testserver.local"}
HTMX = {**ORIGIN, "hx-request": "true"}
CLOSING = NOON + 20 * DAY


@pytest.fixture
def database(app) -> Database:
    return app.services.database


async def new_poll(database: Database, **facts) -> Poll:
    async with database.write() as session:
        return await make_poll(session, **facts)


async def as_resident(client: httpx.AsyncClient, database: Database, *, verified: bool = True) -> str:
    async with database.write() as session:
        account = await make_account(session, name="Ana Popescu", verified=verified)
    await sign_in(client, database, account)
    return account.email


async def as_officer(client: httpx.AsyncClient, database: Database, *, name: str = "Maria Ionescu") -> None:
    async with database.write() as session:
        account = await make_account(session, name=name, roles=[Role.ELECTION])
    await sign_in(client, database, account)


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no field {name}"
    return found[1]


async def press(
    client: httpx.AsyncClient, path: str, move: str, *, htmx: bool = False, **more: str
) -> httpx.Response:
    page = await client.get(path)
    form = {"csrf_token": field(page.text, "csrf_token"), "move": move, **more}
    return await client.post(path, data=form, headers=HTMX if htmx else ORIGIN)


async def vote(client: httpx.AsyncClient, poll: Poll, numbers: list[str], **more: str) -> httpx.Response:
    for number in numbers:
        await press(client, f"/polls/{poll.id}/ballot", f"add:{number}")
    review = await client.get(f"/polls/{poll.id}/ballot/review")
    assert review.status_code == 200, review.headers
    form = {name: field(review.text, name) for name in ("csrf_token", "ballot", "receipt")}
    return await client.post(f"/polls/{poll.id}/ballot/review", data=form | more, headers=ORIGIN)


def receipt_of(html: str) -> tuple[str, str]:
    code = re.search(r'id="receipt-code"[^>]*>([^<]+)<', html)
    secret = re.search(r'id="replacement-key"[^>]*>([^<]+)<', html)
    assert code
    assert secret
    return code[1], secret[1]


# ── everybody ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", [PollState.ANNOUNCED, PollState.OPEN])
async def test_the_public_pages_answer(client, database, clock, state: PollState) -> None:
    poll = await new_poll(database, state=state)
    for path in ("/polls", f"/polls/{poll.id}", "/polls/guarantees", "/check", f"/en/polls/{poll.id}"):
        answer = await client.get(path)
        assert answer.status_code == 200, path
        assert answer.text.count("<h1") == 1, path
    assert poll.contest_digest in (await client.get(f"/polls/{poll.id}")).text
    assert (await client.get(f"/polls/{poll.id}/result")).status_code == 303
    assert (await client.get(f"/polls/{poll.id}/files/record.json")).status_code == 404
    assert (await client.get(f"/polls/{poll.id}/codes")).status_code == 404


async def test_a_draft_does_not_exist_for_others(client, database, clock) -> None:
    poll = await new_poll(database, state=PollState.DRAFT)
    assert (await client.get(f"/polls/{poll.id}")).status_code == 404
    assert str(poll.id) not in (await client.get("/polls")).text
    await as_officer(client, database)
    assert (await client.get(f"/polls/{poll.id}")).status_code == 200


async def test_before_the_vote_the_ballot_leads_back_with_the_reason(client, database, clock) -> None:
    poll = await new_poll(database, state=PollState.ANNOUNCED)
    answer = await client.get(f"/polls/{poll.id}/ballot")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/polls/{poll.id}")
    assert "Votul nu a început încă." in (await client.get(f"/polls/{poll.id}")).text


# ── choosing and ordering ─────────────────────────────────────────────────────


async def test_choosing_without_a_script_comes_back_to_the_card(client, database, clock) -> None:
    poll = await new_poll(database)
    path = f"/polls/{poll.id}/ballot"
    answer = await press(client, path, "add:P02")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}#li-P02")
    page = (await client.get(path)).text
    assert 'value="remove:P02" id="tg-P02"' in page
    assert "Încă netrimis." in page
    assert "Ați ales 1 proiect" in page


async def test_choosing_with_htmx_gives_the_form_and_says_it(client, database, clock) -> None:
    poll = await new_poll(database)
    answer = await press(client, f"/polls/{poll.id}/ballot", "add:P02", htmx=True)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<form")
    assert 'id="choices"' in answer.text
    assert "<html" not in answer.text
    assert 'data-hx-target="#live"' in answer.text
    assert "Grădină urbană: ales, pe locul 1 din 1." in answer.text


async def test_the_draft_is_a_cookie_of_the_voter_and_nothing_on_the_server(client, database, clock) -> None:
    poll = await new_poll(database)
    await press(client, f"/polls/{poll.id}/ballot", "add:P02")
    name = "obste_ballot_" + str(poll.id)[:8]
    assert client.cookies[name].endswith(".P02")
    answer = await client.get(f"/polls/{poll.id}/ballot")
    assert "P02" not in str(answer.headers.get("set-cookie", ""))


@pytest.mark.parametrize("htmx", [False, True])
async def test_the_cap_answers_and_does_not_block(client, database, clock, htmx: bool) -> None:
    poll = await new_poll(database, max_ranked=2)
    path = f"/polls/{poll.id}/ballot"
    for number in ("P01", "P02"):
        await press(client, path, f"add:{number}")
    answer = await press(client, path, "add:P03", htmx=htmx)
    text = answer.text if htmx else (await client.get(answer.headers["location"])).text
    assert "Aveți deja 2 proiecte. Scoateți unul ca să adăugați altul." in text


@pytest.mark.parametrize("htmx", [False, True])
async def test_ordering_moves_and_answers_at_the_ends(client, database, clock, htmx: bool) -> None:
    poll = await new_poll(database)
    for number in ("P01", "P02", "P03"):
        await press(client, f"/polls/{poll.id}/ballot", f"add:{number}")
    path = f"/polls/{poll.id}/ballot/order"

    async def order() -> list[str]:
        return re.findall(r'<li class="ob-rank" id="li-(P\d+)"', (await client.get(path)).text)

    await press(client, path, "up:P03", htmx=htmx)
    assert await order() == ["P01", "P03", "P02"]
    await press(client, path, "down:P01", htmx=htmx)
    assert await order() == ["P03", "P01", "P02"]
    await press(client, path, "place:P03", htmx=htmx, **{"place-P03": "3"})
    assert await order() == ["P01", "P02", "P03"]
    answer = await press(client, path, "up:P01", htmx=htmx)
    text = answer.text if htmx else (await client.get(answer.headers["location"])).text
    assert "este deja pe primul loc" in text
    await press(client, path, "remove:P02", htmx=htmx)
    assert await order() == ["P01", "P03"]
    page = (await client.get(path)).text
    assert re.search(r'id="up-P01"[^>]*aria-disabled="true"', page)
    assert not re.search(r'id="up-P01"[^>]* disabled', page)


async def test_nonsense_in_the_form_or_the_cookie_does_nothing(client, database, clock) -> None:
    poll = await new_poll(database)
    path = f"/polls/{poll.id}/ballot"
    client.cookies.set("obste_ballot_" + str(poll.id)[:8], "x.P99.P01.P01.<b>")
    for move in ("add:P99", "explode:P01", "", "place:P01", "add:" + "x" * 500):
        answer = await press(client, path, move, **{"place-P01": "9999999"})
        assert answer.status_code == 303
    assert re.findall(r'value="remove:(P\d+)"', (await client.get(path)).text) == ["P01"]


@pytest.mark.parametrize("order", ["mine", "number", "cost", "area"])
async def test_the_list_has_other_orders_by_link(client, database, clock, order: str) -> None:
    poll = await new_poll(database)
    first = await client.get(f"/polls/{poll.id}/ballot?order={order}")
    second = await client.get(f"/polls/{poll.id}/ballot?order={order}")
    listed = [re.findall(r'id="li-(P\d+)"', page.text) for page in (first, second)]
    assert listed[0] == listed[1]
    assert sorted(listed[0]) == ["P01", "P02", "P03", "P04", "P05", "P06", "P07"]
    if order == "number":
        assert listed[0] == sorted(listed[0])


# ── review, sending, receipt ──────────────────────────────────────────────────


async def test_a_visitor_signs_in_and_keeps_the_choice(client, database, clock) -> None:
    poll = await new_poll(database)
    await press(client, f"/polls/{poll.id}/ballot", "add:P02")
    path = f"/polls/{poll.id}/ballot/review"
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
    await as_resident(client, database)
    assert "Grădină urbană" in (await client.get(path)).text


async def test_an_unverified_resident_learns_what_is_missing(client, database, clock) -> None:
    poll = await new_poll(database)
    await as_resident(client, database, verified=False)
    await press(client, f"/polls/{poll.id}/ballot", "add:P02")
    page = await client.get(f"/polls/{poll.id}/ballot/review")
    assert "domiciliul dumneavoastră trebuie verificat" in page.text
    assert 'id="send-vote"' not in page.text
    forced = await client.post(
        f"/polls/{poll.id}/ballot/review",
        data={"csrf_token": csrf(page.text), "ballot": "P02", "receipt": box.new_receipt(str(poll.id))[0]},
        headers=ORIGIN,
    )
    assert forced.status_code == 403


def csrf(html: str) -> str:
    found = re.search(r"X-CSRF-Token&#34;: &#34;([^&]+)&#34;|X-CSRF-Token\": \"([^\"]+)\"", html)
    assert found
    return found[1] or found[2]


async def test_an_empty_choice_goes_back_to_choosing(client, database, clock) -> None:
    poll = await new_poll(database, min_ranked=2)
    await as_resident(client, database)
    await press(client, f"/polls/{poll.id}/ballot", "add:P02")
    answer = await client.get(f"/polls/{poll.id}/ballot/review")
    assert answer.headers["location"] == f"/polls/{poll.id}/ballot"


async def test_sending_gives_a_receipt_that_shows_no_ranking_and_is_not_kept(client, database, clock) -> None:
    poll = await new_poll(database)
    await as_resident(client, database)
    answer = await vote(client, poll, ["P02", "P05"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "Votul a fost înregistrat" in answer.text
    assert "Grădină" not in answer.text
    code, secret = receipt_of(answer.text)
    assert box.code_of(secret, str(poll.id)) == code
    assert not client.cookies.get("obste_ballot_" + str(poll.id)[:8])
    async with database.read() as session:
        entry = await queries.find_entry(session, poll.id, code)
    assert entry is not None
    check = await client.get("/check", params={"code": code.lower().replace("-", " ")})
    assert "✓ Votul cu acest cod este în urnă." in check.text
    assert check.headers["cache-control"] == "no-store"


async def test_sending_twice_shows_the_same_receipt(client, database, clock) -> None:
    poll = await new_poll(database)
    await as_resident(client, database)
    await press(client, f"/polls/{poll.id}/ballot", "add:P02")
    review = await client.get(f"/polls/{poll.id}/ballot/review")
    form = {name: field(review.text, name) for name in ("csrf_token", "ballot", "receipt")}
    first = await client.post(f"/polls/{poll.id}/ballot/review", data=form, headers=ORIGIN)
    again = await client.post(f"/polls/{poll.id}/ballot/review", data=form, headers=ORIGIN)
    assert again.status_code == 200
    assert receipt_of(first.text) == receipt_of(again.text)
    assert "nimic nu a fost trimis de două ori" in again.text


async def test_changing_the_vote_takes_the_key_and_a_wrong_one_loses_nothing(client, database, clock) -> None:
    poll = await new_poll(database)
    await as_resident(client, database)
    code, secret = receipt_of((await vote(client, poll, ["P02"])).text)
    without = await vote(client, poll, ["P03"])
    assert without.status_code == 409
    assert "Ca să îl înlocuiți aveți nevoie de cheia de schimbare" in without.text
    assert field(without.text, "ballot") == "P03"
    for key in ("nope", box.new_receipt(str(poll.id))[0]):
        wrong = await vote(client, poll, ["P03"], replacement_key=key)
        assert wrong.status_code == 422
        assert "Aceasta nu este cheia de schimbare" in wrong.text
        assert field(wrong.text, "ballot") == "P03"
        assert wrong.text.count("<h1") == 1
    right = await vote(client, poll, [], replacement_key=secret.lower())
    assert right.status_code == 200
    new_code, _ = receipt_of(right.text)
    assert new_code != code
    assert "a fost înlocuit de unul mai nou" in (await client.get("/check", params={"code": code})).text
    used = await vote(client, poll, ["P04"], replacement_key=secret)
    assert used.status_code == 422
    assert "a fost deja înlocuit" in used.text


async def test_a_ballot_sent_at_closing_is_told_so(client, database, clock) -> None:
    poll = await new_poll(database)
    await as_resident(client, database)
    await press(client, f"/polls/{poll.id}/ballot", "add:P02")
    review = await client.get(f"/polls/{poll.id}/ballot/review")
    form = {name: field(review.text, name) for name in ("csrf_token", "ballot", "receipt")}
    async with database.write() as session:
        assert not await service.close_poll(session, poll.id, now=NOON)
        full = await queries.get_poll(session, poll.id, lock=True)
        full.stage.closes_at = NOON  # as if the closing date had come between the two pages
    answer = await client.post(f"/polls/{poll.id}/ballot/review", data=form, headers=ORIGIN)
    assert answer.headers["location"] == f"/polls/{poll.id}"
    assert "Votul s-a încheiat" in (await client.get(f"/polls/{poll.id}")).text


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("AAAA-BBBB-CCCC", 200, "Nu găsim acest cod."),
        ("short", 422, "12 litere și cifre"),
        ("AAAA-BBBB-CCCC-DDDD-EEEE", 422, "cheie de schimbare"),
        ("<script>", 422, "12 litere și cifre"),
    ],
)
async def test_a_code_that_is_not_found_or_none_is_answered(
    client, clock, typed: str, status: int, said: str
) -> None:
    answer = await client.get("/check", params={"code": typed})
    assert answer.status_code == status
    assert said in answer.text
    assert "<script>" not in answer.text


# ── officers, closing, result ─────────────────────────────────────────────────


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
