"""Every page and action of voting, plain and with HX-Request, as visitors, voters and officers see them."""

import re

import pytest

from app.kit.db import Database
from tests.make.ballots import ORIGIN, as_officer, as_resident, field, new_poll, press, receipt_of, vote
from tests.make.cycles import DAY, NOON
from voting import queries, service
from voting.sealing import box
from voting.states import PollState

CLOSING = NOON + 20 * DAY


@pytest.fixture
def database(app) -> Database:
    return app.services.database


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
