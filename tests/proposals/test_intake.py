"""Ideas that staff enter for somebody: their clock, their letter, and how they are claimed."""

import asyncio
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit import register
from app.kit.access_log import list_accesses
from app.kit.db import Database, new_id
from app.kit.errors import DomainError, Forbidden, FormErrors
from app.kit.text import public_name
from cycles.models import Cycle
from cycles.states import StageKind
from proposals import queries, service
from proposals.errors import EnteredAlready, WrongClaim
from proposals.models import Idea, Intake
from proposals.states import Channel, EventKind, IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle, stage_dates
from tests.make.hostile_files import docx, jpeg, pdf
from tests.make.proposals import BODY, TITLE, make_idea, make_reviewer
from tests.proposals.conftest import Town
from tests.proposals.test_departments import letters

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)
WORDS = {"title": TITLE, "body": BODY, "location": "Calea 13 Septembrie nr. 90", "lang": "ro"}
FORM = {
    "channel": "paper",
    "received_on": "2027-02-26",
    "name": "Ion Georgescu",
    "shown_as": "name",
    "is_resident": "yes",
    "email": "ion@exemplu.ro",
    "address": "Strada Lungă 5\n050011 București",
    **WORDS,
}


def sender(**changes: Any) -> service.Sender:
    facts: dict[str, Any] = {
        "channel": Channel.PAPER,
        "received_on": date(2027, 2, 26),
        "name": "Ion Georgescu",
        "is_named": True,
    }
    return service.Sender(**(facts | changes))


async def desk(session: AsyncSession) -> Actor:
    account = await make_account(session, name="Radu Dobre", roles=[Role.DESK], totp="JBSWY3DPEHPK3PXP")
    return actor_of(account, roles=[Role.DESK])


async def enter(session: AsyncSession, actor: Actor, **changes: Any) -> tuple[Idea, str]:
    return await service.take_in(session, actor, sender(**changes), WORDS, form_id=new_id(), now=NOON)


async def test_the_clock_begins_with_the_receipt_and_the_register_names_who_entered(
    session: AsyncSession,
) -> None:
    await make_cycle(session)
    idea, code = await enter(session, await desk(session), email="ion@exemplu.ro")
    assert (idea.state, idea.author_id, idea.author_name) == (IdeaState.SUBMITTED, None, "Ion G.")
    assert idea.submitted_at is not None
    assert idea.due_on == date(2027, 4, 9)  # 30 working days from Friday 26 February
    (event,) = await queries.list_events(session, idea.id)
    assert '"entered_by": "Radu Dobre"' in event.facts
    (fact,) = await register.list_facts(session, subject=f"idea:{idea.id}")
    assert (fact.facts["channel"], fact.facts["received_on"]) == ("paper", "2027-02-26")
    assert "Georgescu" not in str(fact.facts)
    intake = await queries.get_intake(session, idea.id)
    assert code not in str(vars(intake))


async def test_claimed_once_by_somebody_who_did_not_see_the_code(session: AsyncSession) -> None:
    await make_cycle(session)
    official, colleague = await desk(session), await desk(session)
    ion = actor_of(await make_account(session, name="Ion Georgescu", verified=True), verified=True)
    idea, first = await enter(session, official, email="ion@exemplu.ro", phone="0721", address="Lungă 5")
    number = idea.number or ""
    await service.support_idea(session, ion, idea.id, now=NOON)
    _, code = await service.renew_code(session, colleague, idea.id)
    for actor, tried, refusal in (
        (ion, first, WrongClaim),
        (ion, "0000-0000-0000", WrongClaim),
        (ion, "", WrongClaim),
        (official, code, Forbidden),
        (colleague, code, Forbidden),
    ):
        with pytest.raises(refusal):
            await service.claim_idea(session, actor, number=number, code=tried, now=NOON)
    typed = code.lower().replace("-", " ").replace("0", "o")
    claimed = await service.claim_idea(session, ion, number=number.lower(), code=typed, now=NOON)
    assert (claimed.author_id, claimed.author_name, claimed.support_count) == (ion.id, "Ion G.", 0)
    intake = await queries.get_intake(session, idea.id)
    assert (intake.name, intake.email, intake.phone, intake.address, intake.code_hash) == ("",) * 4 + (None,)
    assert [e.kind for e in await queries.list_events(session, idea.id)][-1] == EventKind.CLAIMED
    with pytest.raises(WrongClaim):
        await service.claim_idea(session, ion, number=number, code=code, now=NOON)
    with pytest.raises(WrongClaim):
        await service.renew_code(session, official, idea.id)


async def test_who_does_not_want_their_name_stays_unnamed(session: AsyncSession) -> None:
    await make_cycle(session)
    idea, code = await enter(session, await desk(session), is_named=False)
    ion = actor_of(await make_account(session, verified=True), verified=True)
    await service.claim_idea(session, ion, number=idea.number or "", code=code, now=NOON)
    assert (idea.author_name, idea.author_id) == ("", ion.id)


async def test_who_claimed_it_answers_and_a_reviewer_of_their_own_is_off(session: AsyncSession) -> None:
    await make_cycle(session)
    idea, code = await enter(session, await desk(session))
    judge = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
    own = actor_of(await make_reviewer(session, name="Ion Georgescu"), roles=[Role.REVIEWER])
    await service.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    await service.ask_author(session, judge, idea.id, question="Pe ce parte a străzii?", now=NOON)
    with pytest.raises(Forbidden, match="Only the author"):
        await service.answer_question(session, own, idea.id, answer="Pe stânga.", now=NOON)
    await service.claim_idea(session, own, number=idea.number or "", code=code, now=NOON)
    await service.answer_question(session, own, idea.id, answer="Pe stânga.", now=NOON)
    with pytest.raises(Forbidden, match="your own idea"):
        await service.ask_author(session, own, idea.id, question="Pe ce parte a străzii?", now=NOON)


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (date(2027, 3, 2), "still to come"),
        (date(2027, 2, 13), "within"),
        (date(2027, 2, 18), "No cycle"),  # the stage opened on the 19th
    ],
)
async def test_days_on_which_nothing_can_have_been_received(
    session: AsyncSession, day: date, message: str
) -> None:
    await make_cycle(session)
    with pytest.raises(FormErrors) as refused:
        await enter(session, await desk(session), received_on=day)
    assert message in refused.value.errors["received_on"].message


async def test_what_came_on_the_last_day_is_entered_after_it(session: AsyncSession) -> None:
    stages = stage_dates()
    stages[StageKind.SUBMISSION] = (NOON - 10 * DAY, NOON - DAY)
    await make_cycle(session, stages=stages)
    idea, _ = await enter(session, await desk(session), received_on=date(2027, 2, 28))
    assert idea.submitted_at is not None
    assert idea.submitted_at < NOON - DAY
    with pytest.raises(FormErrors):
        await enter(session, await desk(session), received_on=date(2027, 3, 1))


async def test_only_the_desk_and_the_department_enter(session: AsyncSession) -> None:
    await make_cycle(session)
    for role in Role:
        actor = actor_of(await make_account(session, totp="JBSWY3DPEHPK3PXP", roles=[role]), roles=[role])
        if role in (Role.DESK, Role.REVIEWER):
            await enter(session, actor)
        else:
            with pytest.raises(Forbidden):
                await enter(session, actor)


# ── at once ───────────────────────────────────────────────────────────────────
async def _cast(database: Database) -> tuple[Actor, Actor, Cycle]:
    async with database.write() as session:
        cycle = await make_cycle(session)
        ion = actor_of(await make_account(session, verified=True), verified=True)
        return await desk(session), ion, cycle


async def test_two_clicks_make_one_idea_and_two_claims_one_author(database: Database) -> None:
    official, ion, _ = await _cast(database)
    form_id, codes = new_id(), []

    async def click() -> bool:
        try:
            async with database.write() as session:
                idea, code = await service.take_in(
                    session, official, sender(), WORDS, form_id=form_id, now=NOON
                )
                codes.append((idea.number or "", code))
                return True
        except EnteredAlready:
            return False

    assert sorted(await asyncio.gather(*(click() for _ in range(4)))) == [False, False, False, True]
    async with database.read() as session:
        assert (await session.execute(select(func.count()).select_from(Idea))).scalar_one() == 1
    (number, code), others = codes[0], [ion]
    async with database.write() as session:
        others += [actor_of(await make_account(session, verified=True), verified=True) for _ in range(3)]

    async def claim(actor: Actor) -> bool:
        try:
            async with database.write() as session:
                await service.claim_idea(session, actor, number=number, code=code, now=NOON)
                return True
        except DomainError:
            return False

    assert sorted(await asyncio.gather(*(claim(actor) for actor in others))) == [False, False, False, True]


# ── the web ───────────────────────────────────────────────────────────────────
async def test_desk_enters_prints_and_the_resident_claims(town: Town, run_jobs: Any) -> None:
    officer, resident = await town.officer(Role.DESK), await town.resident(name="Ion Georgescu")
    form_id = re.search(r'name="form" value="([^"]+)"', await officer.see("/desk/ideas"))
    assert form_id
    bad = await officer.send(
        "/desk/ideas", status=422, form=form_id[1], **(FORM | {"email": "ion@", "is_resident": ""})
    )
    assert "Ion Georgescu" in bad.text
    assert "Only residents of the district" in bad.text
    letter = await officer.send("/desk/ideas", status=200, form=form_id[1], **FORM)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", letter.text)
    assert code
    again = await officer.send("/desk/ideas", form=form_id[1], **FORM)
    entered = await officer.see(again.headers["location"].removeprefix("/en"))
    assert "has been entered already" in entered
    assert code[0] not in entered
    async with town.database.read() as session:
        (intake,) = (await session.execute(select(Intake))).scalars()
        number = (await queries.get_idea(session, intake.idea_id)).number or ""
    path = f"/ideas/{intake.idea_id}"
    public = await (await town.visitor()).see(path)
    assert "Ion G." in public
    assert "entered for a resident by" in public
    for private in ("Georgescu", "ion@exemplu.ro", "Strada Lungă"):
        assert private not in public
    reviewer = await town.reviewer()
    assert "ion@exemplu.ro" in await reviewer.see(f"/review{path}")
    wrong = await resident.send("/ideas/claim", status=422, number=number, code="AAAA-AAAA-AAAA")
    assert "No idea that waits" in wrong.text
    done = await resident.send("/ideas/claim", number=number, code=code[0])
    assert done.headers["location"] == f"/en{path}"
    assert "Withdraw my idea" in await resident.see(path)
    await officer.send(f"/desk{path}/letter")
    assert await run_jobs() == 4  # the code, and that it was used: both rendered and sent; neighbours found
    assert "ion@exemplu.ro" not in await reviewer.see(f"/review{path}")
    stranger = await town.resident(name="Dan Ilie")
    await stranger.see("/desk/ideas", status=403)


async def test_who_has_an_account_is_asked_nothing_more(town: Town) -> None:
    """Neither name nor residence nor a letter: the account says it all, and its owner sees who looked."""
    resident, officer = await town.resident(), await town.officer(Role.DESK)
    assert resident.account is not None
    facts = {name: FORM[name] for name in ("channel", "received_on", "shown_as", *WORDS)}
    await officer.see("/desk/ideas")
    for account in ("nimeni@exemplu.ro", "ABCD-EFGH"):
        refused = await officer.send("/desk/ideas", status=422, form=str(new_id()), account=account, **facts)
        assert "No account with a verified residence" in refused.text
        assert f'value="{account}"' in refused.text
    async with town.database.write() as session:
        stranger = await make_account(session)  # nobody has verified where they live
    await officer.send("/desk/ideas", status=422, form=str(new_id()), account=stranger.email, **facts)
    sent = {"form": str(new_id()), "account": resident.account.email.upper(), **facts}
    answer = await officer.send("/desk/ideas", **sent)
    address = answer.headers["location"].partition("?")[0]
    again = await officer.send("/desk/ideas", **sent)  # two clicks
    assert again.headers["location"].startswith(address)
    page = await officer.see(address.removeprefix("/en"))
    assert "Print the letter" not in page
    idea_id = UUID(address.rpartition("/")[2])
    async with town.database.read() as session:
        idea, intake = await queries.get_idea(session, idea_id), await queries.get_intake(session, idea_id)
        seen = await list_accesses(session, resident.account.id)
        assert await letters(session, "submitted") == [resident.account.email]
    assert idea.author_id == intake.claimed_by_id == resident.account.id
    assert idea.author_name == public_name(resident.account.name)
    assert (intake.name, intake.email, intake.code_hash) == ("", "", None)
    assert sum("looked up your account" in one.what for one in seen) == 2


async def test_guessing_is_limited(town: Town) -> None:
    resident = await town.resident()
    for _ in range(10):
        await resident.send("/ideas/claim", status=422, number="ID-1", code="AAAA")
    await resident.send("/ideas/claim", status=429, number="ID-1", code="AAAA")


# ── what comes with it ────────────────────────────────────────────────────────
def chosen() -> list[Any]:
    """A scan, a document and a photo, as a browser sends them."""
    return [
        ("scan", ("hartie.pdf", pdf(), "application/pdf")),
        ("documents", ("Plan de situație.docx", docx(), "application/octet-stream")),
        ("photos", ("poza.jpg", jpeg(), "image/jpeg")),
    ]


def carried(html: str) -> list[str]:
    return re.findall(r'name="kept" value="([^"]+)"', html)


async def test_files_pin_and_co_authors_come_with_it_and_a_refusal_loses_none(
    town: Town, run_jobs: Any
) -> None:
    officer = await town.officer(Role.DESK)
    found = re.search(r'name="form" value="([^"]+)"', await officer.see("/desk/ideas"))
    assert found
    form: dict[str, Any] = FORM | {"form": found[1], "photo_alt": "Strada de azi"}
    typed = form | {"is_resident": "", "co_authors": "ana@exemplu.ro\nnimic"}
    bad = await officer.send("/desk/ideas", status=422, files=chosen(), **typed)
    kept = carried(bad.text)
    assert len(kept) == 3
    assert "This is no e-mail address: nimic" in bad.text
    assert "Only residents of the district" in bad.text
    typed = form | {"kept": kept, "pin-large.x": "300", "pin-large.y": "200"}
    placed = await officer.send("/desk/ideas", status=200, **typed)
    assert carried(placed.text) == kept
    pin = re.findall(r'name="(?:latitude|longitude)"[^>]* value="([\d.]+)"', placed.text)
    assert len(pin) == 2
    forged = [kept[0], kept[1][:-1], "x.y"]
    alike = await officer.send("/desk/ideas", status=200, **(form | {"kept": forged, "do": "alike"}))
    assert carried(alike.text) == kept[:1], "nobody makes one up"
    at = {"latitude": pin[0], "longitude": pin[1], "co_authors": "ana@exemplu.ro\nANA@exemplu.ro"}
    letter = await officer.send("/desk/ideas", status=200, **(form | at | {"kept": kept}))
    assert "Strada Lungă 5" in letter.text
    async with town.database.read() as session:
        (intake,) = (await session.execute(select(Intake))).scalars()
        idea = await queries.get_idea(session, intake.idea_id)
        (paper,) = await queries.list_papers(session, idea.id)
        (photo,) = await queries.list_photos(session, idea.id)
        (document,) = await queries.list_attachments(session, idea.id)
        assert [one.email for one in await queries.list_invitations(session, idea.id)] == ["ana@exemplu.ro"]
    assert (paper.kind, photo.alt, document.title) == ("idea", "Strada de azi", "Plan de situație")
    assert idea.latitude is not None
    public = await (await town.visitor()).see(f"/ideas/{idea.id}")
    assert "Plan de situație" in public
    assert f"/desk/papers/{paper.id}" not in public
    await (await town.resident()).see(f"/desk/papers/{paper.id}", status=403)
    assert f"/desk/papers/{paper.id}" in await officer.see(f"/desk/ideas/{idea.id}")
    assert (await officer.client.get(f"/desk/papers/{paper.id}")).content.startswith(b"%PDF")


async def test_the_desk_sees_ideas_that_are_like_it(town: Town) -> None:
    officer = await town.officer(Role.DESK)
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle)
    await officer.see("/desk/ideas")
    part = await officer.send("/desk/ideas/alike", status=200, htmx=True, **FORM)
    assert f"/ideas/{idea.id}" in part.text
    assert "If it is the same, tell the person." in part.text
    whole = await officer.send("/desk/ideas", status=200, **(FORM | {"do": "alike"}))
    assert f"/ideas/{idea.id}" in whole.text
    assert "Ion Georgescu" in whole.text


async def test_there_is_never_more_than_an_idea_may_have(session: AsyncSession) -> None:
    await make_cycle(session)
    document = service.StoredDocument(title="a", key="a.pdf", media_type="application/pdf", size=1)
    addresses = tuple(f"a{n}@exemplu.ro" for n in range(7))
    for much, field in (
        ({"documents": (document,) * 6}, "documents"),
        ({"co_authors": addresses}, "co_authors"),
    ):
        with pytest.raises(FormErrors) as refused:
            await service.take_in(
                session,
                await desk(session),
                sender(),
                WORDS,
                enclosed=service.Enclosed(**much),  # type: ignore[arg-type]
                form_id=new_id(),
                now=NOON,
            )
        assert list(refused.value.errors) == [field]
