"""A draft decision's way: announced, amended by five kinds of people, answered, consolidated, debated again,
voted by the council, and told of in the report on its debate.
"""

import itertools
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from accounts.service import begin_session
from accounts.states import Role
from amendments.pages.words import AUTHOR_KINDS
from amendments.text.reading import read_markdown
from amendments.text.writing.docx import Credits, write_docx
from app.kit import clock
from app.kit.clock import local_date
from app.kit.db import Database, append_only_sql
from app.kit.front import SESSION_COOKIE
from app.seed import parking
from tests.journeys import council
from tests.journeys.how import ALL, How, become, mail_to, submit, text_of
from tests.live import LiveServer
from tests.make.accounts import make_account
from tests.make.hostile_files import SMALL_PDF

CLERK, COUNCILLOR = "dan.olteanu@exemplu.ro", "victor.nistor@exemplu.ro"
KINDS = ("resident", "association", "business", "councillor", "initiator")
FUNCTION = "consilier local, comisia de urbanism"
ROW = ("Sebastian", "Str. Mihail Sebastian", "5", "8,00–18,00")
NO = "Studiul din referat arată că tariful acesta nu eliberează locurile."
COUNTER = (
    "Nu se sancționează cel care plătește în 36 de ore de la lăsarea înștiințării tariful pe o zi întreagă."
)
ROUND = 28  # days for proposals: far from what the law asks for, on whatever day of the year this runs
CALL = 14  # days from the call of the sitting to the sitting, for the same reason
_numbers = itertools.count(1)


# ── people and time ───────────────────────────────────────────────────────────
async def somebody(page: Any, town: LiveServer, name: str, roles: Iterable[Role] = ()) -> str:
    """Sign in as a person of this journey's own; returns their address."""
    address = f"om{next(_numbers)}-{clock.now().timestamp():.0f}@example.ro"
    database = Database(town.database_url)
    async with database.write() as session:
        account = await make_account(session, name=name, email=address, verified=True, roles=roles)
        token = await begin_session(
            session, account, agent="journey", has_second_factor=bool(roles), now=clock.now()
        )
    await database.dispose()
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": town.url}])
    return address


async def days_pass(town: LiveServer, act: str, days: int) -> None:
    """What has happened to this act happened so many days earlier: what waiting would do."""
    database = Database(town.database_url)
    own = UUID(act).hex
    async with database.write() as session:
        await session.execute(text("DROP TRIGGER act_events_no_update"))
        for table, column, key in (
            ("acts", "announced_on", "id"),
            ("acts", "proposals_until", "id"),
            ("act_events", "happened_on", "act_id"),
            ("sittings", "held_on", "act_id"),
        ):
            moved = f"UPDATE {table} SET {column} = date({column}, '-{days} days') WHERE {key} = :act"
            await session.execute(text(moved), {"act": own})
        for statement in append_only_sql("act_events", "sqlite"):
            if "_no_update" in statement:
                await session.execute(text(statement))
    await database.dispose()


def in_days(days: int) -> str:
    """A day from today, as a date field takes it."""
    return f"{local_date(clock.now()) + timedelta(days=days):%Y-%m-%d}"


# ── steps ─────────────────────────────────────────────────────────────────────
async def press(page: Any, how: How, message: str, **facts: object) -> None:
    """Press the button that says `message`."""
    button = page.locator("main").get_by_role("button", name=how.says(message, **facts))
    await button.first.click()
    await page.wait_for_load_state()


async def prepare(page: Any, town: LiveServer, how: How) -> str:
    """From a file to the announcement; returns the address of the act."""
    await page.goto(f"{town.url}{how.prefix}/acts/new")
    for name in ("title", "summary", "initiator", "department", "officer", "contact"):
        value = getattr(parking, name.upper())
        await page.locator(f"[name={name}]").fill(value)
    written = read_markdown(parking.TEXT).version
    word = write_docx(written, written, Credits(""), clock.now())
    file = {"name": "proiect.docx", "mimeType": "", "buffer": word}
    await page.locator("[name=file]").set_input_files([file])
    await press(page, how, "Read the text")
    await page.wait_for_url("**/prepare")
    assert "Primele 15 minute de parcare sunt gratuite." in await text_of(page)
    assert await page.locator("#announce-act").count() == 0, "the law asks for a paper"
    paper = {"name": "referat.pdf", "mimeType": "application/pdf", "buffer": SMALL_PDF}
    form = page.locator("#add-paper")
    await form.locator("[name=paper_title]").fill("Referat de aprobare")
    await form.locator("[name=paper]").set_input_files([paper])
    await form.locator("button").click()
    await page.wait_for_load_state()
    early = page.locator("#announce-form [name=proposals_until]")
    await early.fill(in_days(3))
    await page.locator("#announce-act").click()
    await page.wait_for_load_state()
    assert await page.locator("#error-summary").count() == 1, "three days are too few"
    await early.fill(in_days(ROUND))
    await page.locator("#announce-act").click()
    await page.wait_for_url(re.compile(r"/acts/[0-9a-f-]{36}$"))
    return str(page.url)


def unit_with(page: Any, words: str) -> Any:
    """The part of the text that says these words."""
    return page.locator(".ob-unit", has=page.locator(".ob-unit__text", has_text=words)).last


async def to_part(page: Any, act: str, words: str) -> None:
    """From the act to the page of the part that says these words."""
    await page.goto(act)
    await unit_with(page, words).locator("a").last.click()
    await page.wait_for_url("**/text/*")


async def change(page: Any, how: How, act: str, words: str, one: parking.Proposal) -> None:
    """From the text to the page on which a change is checked."""
    await to_part(page, act, words)
    says = {"edit": "Reword", "insert": "Add here", "delete": "Take out"}[one.do]
    await unit_with(page, words).get_by_role("link", name=how.says(says)).click()
    await page.wait_for_url("**/propose?*")
    if one.new:
        await page.locator("[name=text]").fill(one.new)
    await press(page, how, "Look at my change")
    await page.wait_for_url("**/check")


async def propose(page: Any, how: How, act: str, words: str, one: parking.Proposal) -> str:
    """From the text to the registration number; returns the address of the amendment."""
    await change(page, how, act, words, one)
    return await send(page, how, one)


async def propose_row(page: Any, town: LiveServer, how: How, act: str) -> str:
    """A row of the annex, cell by cell; returns the address of the amendment."""
    await somebody(page, town, "Autor de rând")
    await page.goto(act)
    await page.locator(".ob-unit__cell", has_text="Ferentari").first.click()
    await page.wait_for_url("**/text/*")
    await page.get_by_role("link", name=how.says("Add a row")).click()
    await page.wait_for_url("**/propose?*")
    for column, words in enumerate(ROW, start=1):
        await page.locator(f"[name=cell-{column}]").fill(words)
    await press(page, how, "Look at my change")
    await page.wait_for_url("**/check")
    assert " | ".join(ROW) in await text_of(page)
    return await send(page, how, PROPOSALS[0])


async def send(page: Any, how: How, one: parking.Proposal) -> str:
    """From the check page to the registration number; returns the address of the amendment."""
    await page.locator("[name=reason]").fill(one.reason)
    if await page.locator("[name=author_kind]").count():  # before the council only councillors propose
        await page.locator(f"[name=author_kind][value={one.author_kind}]").check()
        await page.locator("[name=on_behalf_of]").fill(one.on_behalf_of)
    await press(page, how, "Send the amendment")
    await page.wait_for_url(re.compile(r"/amendments/[0-9a-f-]{36}$"))
    assert re.search(r"AM-\d{4}-\d{5}", await text_of(page))
    return str(page.url)


async def answer(page: Any, amendment: str, outcome: str, *, reason: str = "", also: bool = False) -> None:
    """Answer an amendment; with `also`, those that propose the same too."""
    await page.goto(f"{amendment}/answer")
    await page.locator(f"[name=outcome][value={outcome}]").check()
    await page.locator("[name=reason]").fill(reason)
    await page.locator("[name=function]").fill(FUNCTION)
    for box in await page.locator("[name=also]").all():
        await box.set_checked(also)
    await page.locator("#publish-answer").click()
    await page.wait_for_load_state()


PROPOSALS = tuple(
    one._replace(author_kind={6: "councillor", 10: "initiator"}.get(number, one.author_kind))
    for number, one in enumerate(parking.PROPOSALS)
)
WORDS = {  # what the part says that a proposal changes
    "art. 4 alin. (1)": "Tariful pentru zona centrală este de 10 lei",
    "art. 6 lit. c)": "cu care se aprovizionează magazinele",
    "art. 6 lit. d)": "autovehiculele electrice",
    "art. 7 alin. (2)": "În fața școlilor",
    "art. 8 alin. (2)": "se ridică, după ce poliția locală",
    "art. 9 alin. (3)": "Nu se sancționează cel care plătește",
    "art. 3 alin. (2)": "Plata se poate face cu numerar",
    "art. 10 alin. (2)": "cât s-a încasat în fiecare zonă",
}


async def propose_all(page: Any, town: LiveServer, how: How, act: str) -> tuple[list[str], list[Any]]:
    """Twelve amendments by five kinds of people, each from their own account, and the cookies of each."""
    sent, cookies = [], []
    for number, one in enumerate(PROPOSALS):
        if one.author_kind == "initiator":
            await become(page, town, CLERK)
        else:
            roles = [Role.COUNCILLOR] if one.author_kind == "councillor" else []
            await somebody(page, town, f"Autor {number}", roles)
        sent.append(await propose(page, how, act, WORDS[one.place], one))
        cookies.append(await page.context.cookies())
    return sent, cookies


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[0], ALL[1]], ids=str)
async def test_a_draft_decision_from_file_to_report(how: How, town: LiveServer, open_page: Any) -> None:
    clerk, councillor, page = [await how.open(open_page) for _ in range(3)]
    await become(clerk, town, CLERK)
    act = await prepare(clerk, town, how)
    own = act.rsplit("/", 1)[1]
    sent, cookies = await propose_all(page, town, how, act)
    row = await propose_row(page, town, how, act)
    assert {one.author_kind for one in PROPOSALS} == set(KINDS)

    # two groups contradict each other: the tariff, and electric cars
    await page.goto(act)
    groups = page.locator("a[href*='/contradictions/']")
    assert await groups.count() == 2, await text_of(page)
    await groups.first.click()
    await page.wait_for_url("**/contradictions/*")
    for one in (sent[0], sent[1], sent[11]):
        assert await page.locator(f"a[href$='{one.rsplit('/', 1)[1]}']").count(), "all three are there"

    # nothing ends before its day; then it is answered, and nothing goes forward before
    await become(clerk, town, CLERK)
    await clerk.goto(f"{act}/answers")
    assert await clerk.locator("#close").count() == 0
    await days_pass(town, own, ROUND + 7)
    await clerk.goto(f"{act}/answers")
    await submit(clerk, "/step")
    await become(councillor, town, COUNCILLOR)
    await answer_first_round(councillor, how, sent)
    await answer(councillor, row, "accepted")

    # the next text, with a correction, and another round for the ones that stay open
    await clerk.goto(f"{act}/consolidate")
    assert "Ridicarea se filmează" in await text_of(clerk)
    await clerk.locator("#choose [name=unit]").select_option(label="art. 12")
    await clerk.locator("#choose button").click()
    await clerk.wait_for_url("**unit=*")
    wording = clerk.locator("#correct [name=text]")
    await wording.fill((await wording.input_value()).replace("orice dispoziție", "orice altă dispoziție"))
    await clerk.locator("#correct [name=reason]").fill("Greșeală de redactare.")
    await clerk.locator("#correct button").click()
    await clerk.wait_for_load_state()
    await clerk.locator("#round [name=proposals_until]").fill(in_days(ROUND))
    await clerk.locator("#round button").click()
    await clerk.wait_for_url(act)
    await page.goto(act)
    said = await text_of(page)
    assert "Tariful pentru zona centrală este de 8 lei pe oră" in said
    assert "autovehiculele electrice" not in said
    assert "Str. Mihail Sebastian" in said
    await page.goto(f"{act}/versions/1")
    assert "Tariful pentru zona centrală este de 10 lei pe oră" in await text_of(page)
    await page.goto(f"{act}/versions/2/changes")
    said = await text_of(page)
    assert "Greșeală de redactare." in said
    assert await page.locator(f"a[href$='{sent[0].rsplit('/', 1)[1]}']").count() == 1

    anew = await write_anew(page, how, sent[4], cookies[4])
    refused = await second_round(page, clerk, councillor, town, how, act, [sent[5], anew])
    await at_the_council(page, clerk, councillor, town, how, act, refused, anew)
    await read_the_report(page, how, act, refused)


async def answer_first_round(page: Any, how: How, sent: list[str]) -> None:
    """The lower tariff is taken in, twice with one answer; what contradicts it is refused in words."""
    await answer(page, sent[0], "accepted", also=True)
    await answer(page, sent[1], "accepted")
    assert await page.locator("#error-summary").count() == 1, "both cannot become text"
    await page.locator("[name=outcome][value=rejected]").check()
    await page.locator("#publish-answer").click()
    await page.wait_for_load_state()
    assert how.says("Say in at least %(limit)s characters why.", limit=20) in await text_of(page)
    await page.locator("[name=reason]").fill(NO)
    await page.locator("#publish-answer").click()
    await page.wait_for_load_state()
    for number, outcome in ((2, "accepted"), (3, "accepted"), (4, "deferred"), (5, "deferred")):
        await answer(page, sent[number], outcome, reason="" if outcome == "accepted" else NO)
    for number in (6, 7, 9, 10):
        await answer(page, sent[number], "accepted")
    await page.goto(f"{sent[8]}/answer")
    await page.locator("[name=outcome][value=changed]").check()
    await page.locator("#counter summary").click()
    await page.locator("#counter textarea").fill(COUNTER)
    await page.locator("[name=reason]").fill("Două zile sunt prea mult, o zi este prea puțin.")
    await page.locator("[name=function]").fill(FUNCTION)
    await page.locator("#publish-answer").click()
    await page.wait_for_load_state()
    await page.goto(sent[11])
    assert FUNCTION in await text_of(page), "who proposes the same has the same answer"


async def write_anew(page: Any, how: How, amendment: str, author: Any) -> str:
    """Its author, whose words are gone from the new text, says the same of another part."""
    await page.context.add_cookies(author)
    await page.goto(amendment)
    assert how.says("The words that it changes are no longer there.") in await text_of(page)
    await page.locator("#rewrite").click()
    await page.wait_for_url("**/check")
    await page.locator("#choose [name=part]").select_option(label="art. 6")
    await page.locator("#choose button").click()
    await page.wait_for_url("**/text/*")
    await unit_with(page, WORDS["art. 6 lit. c)"]).get_by_role("link", name=how.says("Reword")).click()
    await page.wait_for_url("**/propose?*")
    wording = page.locator("[name=text]")
    text = await wording.input_value()
    await wording.fill(text.rstrip(";.") + ", dacă sunt electrice;")
    await press(page, how, "Look at my change")
    await page.wait_for_url("**/check")
    assert await page.locator("[name=reason]").input_value() == parking.PROPOSALS[4].reason
    await press(page, how, "Send the amendment")
    await page.wait_for_url(re.compile(r"/amendments/[0-9a-f-]{36}$"))
    sent = str(page.url)
    await page.goto(amendment)
    assert how.says("Withdrawn") in await text_of(page)
    return sent


async def second_round(
    page: Any, clerk: Any, councillor: Any, town: LiveServer, how: How, act: str, still_open: list[str]
) -> str:
    """What stayed open is open again; somebody new proposes on the new text, and is refused; the text goes to
    the council. Returns what was refused.
    """
    own = act.rsplit("/", 1)[1]
    carried, anew = still_open
    address = await somebody(page, town, "Nou Venit")
    fresh = parking.Proposal(
        "resident",
        "",
        "art. 5 alin. (2)",
        "edit",
        "Pentru al doilea autovehicul al gospodăriei abonamentul este de 720 de lei pe an.",
        "O familie cu doi copii și doi părinți care lucrează are nevoie de două mașini.",
    )
    one = await propose(page, how, act, "Pentru al doilea autovehicul al gospodăriei", fresh)
    number = re.search(r"AM-\d{4}-\d{5}", await text_of(page))
    assert number
    assert number[0] in await mail_to(town, address, having=number[0])
    await days_pass(town, own, ROUND + 7)
    await clerk.goto(f"{act}/answers")
    await submit(clerk, "/step")
    await answer(councillor, one, "rejected", reason=NO)
    await answer(councillor, anew, "rejected", reason=NO)
    await clerk.goto(f"{act}/consolidate")
    await clerk.locator("#council button").click()
    await clerk.wait_for_load_state()
    assert await clerk.locator("#error-summary").count() == 1, "one is open still"
    await answer(councillor, carried, "accepted")
    await clerk.goto(f"{act}/consolidate")
    await clerk.locator("#council button").click()
    await clerk.wait_for_url(act)
    await page.goto(act)
    assert "patru locuri se rezervă" in await text_of(page)
    await page.goto(one)
    assert NO in await text_of(page)
    return one


async def at_the_council(
    page: Any, clerk: Any, councillor: Any, town: LiveServer, how: How, act: str, refused: str, other: str
) -> None:
    """Two that were refused are taken over, a councillor contradicts one of them; that one falls, the other
    is voted down, and what is adopted becomes the text.
    """
    await council.call_sitting(clerk, act, days=CALL)
    for one in (refused, other):
        await council.take_over(councillor, act, one)
    own = parking.Proposal(
        "councillor", "", "", "edit",
        "Pentru al doilea autovehicul al gospodăriei abonamentul este de 360 de lei pe an.",
        "Abonamentul pentru al doilea autovehicul trebuie să fie cât pentru primul.",
    )  # fmt: skip
    rival = await propose(councillor, how, act, "Pentru al doilea autovehicul al gospodăriei", own)
    numbers = [await council.number_of(page, one) for one in (rival, refused, other)]
    await days_pass(town, act.rsplit("/", 1)[1], CALL)
    absent, *there = await council.begin(clerk, act, absent=1)
    assert await council.order(page, act) == [*numbers, ""], "the further figure first"
    against, barred, abstained = there[:3]
    choices = {against: "against", barred: "barred", abstained: "abstained"}
    await council.vote(clerk, act, choices, others="for", passes=True)
    await council.vote(clerk, act, {against: "for"}, others="against", passes=False)
    await council.vote(clerk, act, choices, others="for", passes=True)
    said = await council.end(clerk, act)

    await page.goto(f"{act}/sitting")
    found = await text_of(page)
    assert said in found
    for summary in await page.locator("summary", has_text=how.says("Votes by name")).all():
        await summary.click()
    assert f"{how.says('Against')} (1)\n{against}" in await text_of(page)
    assert absent in found
    expected = dict(zip(numbers, ("Adopted", "Fell", "Voted down"), strict=True))
    assert await council.fates(page, act, how) == expected
    await page.goto(f"{act}/sitting")
    await page.locator("main a[href*='/versions/']").first.click()
    await page.wait_for_url("**/versions/*")
    found = await text_of(page)
    assert "abonamentul este de 360 de lei pe an" in found
    assert "dacă sunt electrice" not in found


async def read_the_report(page: Any, how: How, act: str, refused: str) -> None:
    """The report says what was received, what was taken in, what was not, and why."""
    await page.goto(f"{act}/report")
    found = await text_of(page)
    assert how.says("The debate goes on: this report is not final yet.") not in found
    for kind in AUTHOR_KINDS.values():
        assert how.says(kind) in found
    assert NO in found
    assert await page.locator(f"a[href$='{refused.rsplit('/', 1)[1]}']").count()
