"""The minutes: drafted by two at once, published in time or late, corrected, told once; photographs."""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.states import Role
from app.kit.clock import BUCHAREST
from app.kit.db import Database
from app.kit.errors import Forbidden, FormErrors
from app.kit.images import StoredPhoto
from app.kit.register import RegisterEntry
from consultations import service
from consultations.errors import ChangedMeanwhile, PhotographNotFound, PhotographThere
from consultations.models import Minutes
from consultations.queries import minutes as stored
from consultations.rules.minutes import due, find_lacks, is_address
from consultations.service import Caller, Party
from notices.models import Notice, NoticeEvent
from notices.service import follow
from tests.amendments.test_printing import check_tagged, plain
from tests.conftest import FrozenClock
from tests.consultations.test_programme import mails
from tests.make.consultations import (
    EVENING,
    MORNING,
    make_consultation,
    make_held,
    make_minutes,
    make_organizer,
    make_text,
    make_visitor,
    report_held,
)
from tests.proposals.conftest import Town

AFTER = EVENING + timedelta(hours=16)
WHY = "Numărul de locuri marcate era greșit: sunt 42."
PHOTO = StoredPhoto(large_key="ab12.jpg", small_key="cd34.jpg", width=1200, height=800)
Run = Callable[[], Awaitable[int]]


# ── the rule ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("held_on", "due_on", "skipped"),
    [
        (date(2027, 2, 16), date(2027, 3, 2), 0),
        (date(2027, 4, 23), date(2027, 5, 11), 2),  # Good Friday and Easter Monday
        (date(2027, 11, 26), date(2027, 12, 14), 2),  # 30 November and 1 December
    ],
)
def test_the_term_counts_working_days(held_on: date, due_on: date, skipped: int) -> None:
    term = due(held_on, today=held_on, days_off=frozenset())
    assert (term.due_on, term.holidays_skipped) == (due_on, skipped)


def test_a_declared_day_off_moves_it() -> None:
    held_on = date(2027, 2, 16)
    assert due(held_on, today=held_on, days_off=frozenset()).due_on == date(2027, 3, 2)
    assert due(held_on, today=held_on, days_off=frozenset({date(2027, 2, 26)})).due_on == date(2027, 3, 3)


def test_what_is_missing_is_said_field_by_field() -> None:
    assert find_lacks(make_text()) == {}
    empty = make_text(attendance=None, officials="", topics=())
    assert list(find_lacks(empty)) == ["attendance", "officials", "topic-1-title"]
    mute = make_text(recording="https://video.exemplu.ro/1")
    assert list(find_lacks(mute)) == ["captions"]
    assert find_lacks(msgspec.structs.replace(mute, captions="Butonul CC")) == {}
    assert find_lacks(msgspec.structs.replace(mute, transcript="Primarul: bună seara.")) == {}
    assert list(find_lacks(make_text(recording="http://x.ro/1", captions="CC"))) == ["recording"]
    for address in ("https://", "https://x", "javascript:alert(1)", "https://a b.ro", "https://[x"):
        assert not is_address(address), address


# ── written, published, corrected ─────────────────────────────────────────────
async def test_two_who_write_at_once_lose_nothing(session: AsyncSession) -> None:
    oana, dan = await make_organizer(session), await make_organizer(session, name="Dan")
    row = await make_held(session, oana)
    mine, theirs = make_text(), make_text(attendance=12)
    draft = await service.save_minutes(session, oana, row.id, mine, seen=0, now=AFTER)
    again = await service.save_minutes(session, oana, row.id, mine, seen=0, now=AFTER)  # a second click
    assert again.revision == draft.revision == 1
    with pytest.raises(ChangedMeanwhile):
        await service.save_minutes(session, dan, row.id, theirs, seen=0, now=AFTER)
    assert stored.read_minutes(draft.content) == mine
    await service.save_minutes(session, dan, row.id, theirs, seen=1, now=AFTER)
    with pytest.raises(ChangedMeanwhile):  # what is published is what its publisher has seen
        await service.publish_minutes(session, oana, row.id, seen=1, now=AFTER)
    with pytest.raises(Forbidden):
        await service.save_minutes(session, await make_visitor(session), row.id, mine, seen=2, now=AFTER)


async def test_published_once_corrected_with_a_reason_and_never_replaced(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer)
    with pytest.raises(Forbidden):  # before it begins
        await service.save_minutes(session, organizer, row.id, make_text(), seen=0, now=MORNING)
    draft = await service.save_minutes(session, organizer, row.id, make_text(topics=()), seen=0, now=AFTER)
    with pytest.raises(Forbidden):  # nobody has said that it was held
        await service.publish_minutes(session, organizer, row.id, seen=1, now=AFTER)
    await report_held(session, organizer, row)
    with pytest.raises(FormErrors):  # no topic
        await service.publish_minutes(session, organizer, row.id, seen=draft.revision, now=AFTER)
    first = await make_minutes(session, organizer, row, now=AFTER)
    again = await service.publish_minutes(session, organizer, row.id, seen=0, now=AFTER)  # a second click
    assert (again.id, first.position, first.reason) == (first.id, 1, "")
    assert first.due_on == date(2027, 3, 2)
    better = make_text(next_steps="42 de locuri.")
    draft = await service.save_minutes(session, organizer, row.id, better, seen=2, now=AFTER)
    with pytest.raises(FormErrors):
        await service.publish_minutes(session, organizer, row.id, seen=3, reason="Greșit", now=AFTER)
    await service.publish_minutes(session, organizer, row.id, seen=3, reason=WHY, now=AFTER)
    versions = await stored.list_minutes(session, row.id)
    assert [stored.read_minutes(one.content) for one in versions] == [make_text(), better]
    assert [one.reason for one in versions] == ["", WHY]
    query = select(RegisterEntry.kind).where(RegisterEntry.subject == f"consultation:{row.id}")
    kinds = (await session.execute(query)).scalars().all()
    assert kinds.count("consultation.minutes") == kinds.count("consultation.minutes-corrected") == 1
    with pytest.raises(DBAPIError):
        async with session.begin_nested():
            await session.execute(Minutes.__table__.update().values(content="{}"))


async def test_two_clicks_at_the_same_moment_publish_once(database: Database) -> None:
    async with database.write() as session:
        organizer = await make_organizer(session)
        row = await make_held(session, organizer)
        await service.save_minutes(session, organizer, row.id, make_text(), seen=0, now=AFTER)

    async def click() -> None:
        async with database.write() as session:
            await service.publish_minutes(session, organizer, row.id, seen=1, now=AFTER)

    await asyncio.gather(*(click() for _ in range(4)))
    async with database.read() as session:
        assert len(await stored.list_minutes(session, row.id)) == 1
        count = select(func.count()).select_from(NoticeEvent).where(NoticeEvent.key.like("minutes:%"))
        assert (await session.execute(count)).scalar_one() == 1


async def test_who_came_and_who_follows_is_told_once(town: Town, run_jobs: Run, clock: FrozenClock) -> None:
    clock.at(MORNING)
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer, capacity=2)
        ana, ion, late, fan = [
            await make_visitor(session, name=name) for name in ("Ana", "Ion", "Dan", "Eva")
        ]
        await service.register(session, ana, row.id, Party(), now=MORNING)
        await service.register(session, ion, row.id, Party(), now=MORNING)
        await service.register(session, late, row.id, Party(), now=MORNING)  # waited in vain
        await follow(session, fan, f"consultation:{row.id}", wanted=True, now=MORNING)
        await service.withdraw(session, ion, row.id, now=MORNING)
        await report_held(session, organizer, row)
    clock.at(AFTER)
    async with town.database.write() as session:
        await make_minutes(session, organizer, row, now=AFTER)
    await run_jobs()
    await run_jobs()
    async with town.database.read() as session:
        query = select(Notice.account_id).join(NoticeEvent).where(NoticeEvent.key.like("minutes:%"))
        told = (await session.execute(query)).scalars().all()
    assert sorted(told) == sorted([ana.id, late.id, fan.id])  # Dan moved up when Ion withdrew


async def test_a_caller_with_an_address_is_written_to(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer)
    for name, email in (("Maria Radu", "maria@exemplu.ro"), ("Fără Adresă", "")):
        caller = Caller(name=name, phone="0721 000 000", email=email)
        await service.register_caller(session, organizer, row.id, caller, Party(), now=MORNING)
    await report_held(session, organizer, row)
    await make_minutes(session, organizer, row, now=AFTER)
    assert [one["to"] for one in await mails(session, "minutes")] == ["maria@exemplu.ro"]


async def test_organizers_are_reminded_once_before_and_once_after(session: AsyncSession) -> None:
    organizer, other = await make_organizer(session), await make_organizer(session, name="Dan")
    row = await make_held(session, organizer)

    async def remind(day: int, month: int = 3) -> bool:
        now = datetime(2027, month, day, 9, 0, tzinfo=BUCHAREST)
        return await service.remind_of_minutes(session, row.id, now=now)

    assert not await remind(24, month=2)
    assert [await remind(26, month=2), await remind(1), await remind(2)] == [True, False, False]
    assert [one["to"] for one in await mails(session, "minutes_due")] == [organizer.email]
    assert [await remind(3), await remind(4)] == [True, False]
    told = [(one["to"], one["facts"]["is_late"]) for one in await mails(session, "minutes_due")]
    assert sorted(told[1:]) == sorted([(organizer.email, True), (other.email, True)])
    await make_minutes(session, organizer, row, now=EVENING + timedelta(days=30))
    assert not await remind(20)


# ── the pages ─────────────────────────────────────────────────────────────────
FORM = {
    "attendance": "31",
    "officials": "Cristina Popa, consilier local",
    "topic-2-title": "Parcări de reședință",
    "topic-2-said": "Locatarii cer **marcaje**.",
    "topic-2-answers": "Se marchează 40 de locuri.",
}


async def test_from_the_draft_to_the_public_page_and_its_paper(
    town: Town, clock: FrozenClock, tmp_path: Path
) -> None:
    clock.at(MORNING)
    async with town.database.write() as session:
        row = await make_held(session, await make_organizer(session))
    clock.at(AFTER)
    path, visitor = f"/consultations/{row.id}", await town.visitor()
    assert "10 working days counted from 16 February 2027" in await visitor.see(path)
    await visitor.see(f"{path}/minutes", 404)
    oana, dan = await town.officer(Role.ORGANIZER), await town.officer(Role.ORGANIZER)
    await oana.see(f"{path}/minutes/edit")
    await dan.see(f"{path}/minutes/edit")
    await oana.send(f"{path}/minutes/edit", seen="0", **FORM)
    clash = await dan.send(f"{path}/minutes/edit", 409, seen="0", attendance="12", officials="Dan Ene")
    assert 'value="12"' in clash.text  # what Dan typed
    assert "Locatarii cer <strong>marcaje</strong>." in clash.text  # what Oana saved
    assert re.search(r'name="seen" value="1"', clash.text)
    refused = await oana.send(
        f"{path}/minutes/edit", 422, seen="1", do="publish", **FORM | {"attendance": "mulți"}
    )
    assert 'value="mulți"' in refused.text
    mute = {"recording": "https://video.exemplu.ro/v/7", "do": "publish"}
    refused = await oana.send(f"{path}/minutes/edit", 422, seen="1", **FORM | mute)
    assert "not everybody hears it" in refused.text
    (seen,) = re.findall(r'name="seen" value="(\d+)"', refused.text)  # what was typed is saved, unpublished
    await visitor.see(f"{path}/minutes", 404)
    whole = FORM | mute | {"captions": "Subtitrări în română, butonul CC"}
    for _ in range(2):  # a second click
        await oana.send(f"{path}/minutes/edit", seen=seen, **whole)
    html = await visitor.see(f"{path}/minutes")
    for words in (
        "31 people were in the room",
        "<strong>marcaje</strong>",
        "butonul CC",
        "Published in time",
    ):
        assert words in html, words
    assert "Read the minutes" in await visitor.see(path)
    form = await oana.see(f"{path}/minutes/edit")
    (seen,) = re.findall(r'name="seen" value="(\d+)"', form)
    corrected = whole | {"topic-2-answers": "Se marchează 42 de locuri."}
    refused = await oana.send(f"{path}/minutes/edit", 422, seen=seen, **corrected)
    assert "Say why the minutes are corrected" in refused.text
    (seen,) = re.findall(r'name="seen" value="(\d+)"', refused.text)
    await oana.send(f"{path}/minutes/edit", seen=seen, reason=WHY, **corrected)
    html = await visitor.see(f"{path}/minutes")
    assert "42 de locuri" in html
    assert WHY in html
    earlier = await visitor.see(f"{path}/minutes/versions/1")
    assert "This is an earlier version" in earlier
    assert "40 de locuri" in earlier
    for position in ("0", "3"):
        await visitor.see(f"{path}/minutes/versions/{position}", 404)
    content = (await visitor.client.get(f"/en{path}/minutes.pdf")).content
    check_tagged(content, title=f"Minuta: {row.title}", lang="ro-RO")
    said = " ".join(plain(content, tmp_path).split())
    for words in ("42 de locuri", "Locatarii cer marcaje.", WHY, "Cristina Popa, consilier local"):
        assert words in said, words
    assert "40 de locuri" in plain(
        (await visitor.client.get(f"{path}/minutes.pdf?version=1")).content, tmp_path
    )
    resident = await town.resident()
    await resident.see(f"{path}/minutes/edit", 403)


async def test_late_minutes_are_shown_as_late(town: Town, clock: FrozenClock) -> None:
    clock.at(MORNING)
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        row = await make_held(session, organizer)
    visitor = await town.visitor()
    clock.at(AFTER)
    assert "Being written" in await visitor.see("/consultations/minutes")
    clock.at(EVENING + timedelta(days=17))
    html = await visitor.see(f"/consultations/{row.id}")
    assert "Minutes late" in html
    assert "Overdue by 3 working days." in html
    assert "Minutes late" in await visitor.see("/consultations/minutes")
    async with town.database.write() as session:
        await make_minutes(session, organizer, row, now=EVENING + timedelta(days=17))
    assert "Published late" in await visitor.see(f"/consultations/{row.id}/minutes")
    assert "Published late" in await visitor.see("/consultations/minutes")


# ── photographs ───────────────────────────────────────────────────────────────
async def test_a_photograph_is_shown_once_and_withdrawn_with_a_reason(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_held(session, organizer)
    alt = "Sala plină, primarul la microfon"
    photo = await service.show_photograph(session, organizer, row.id, PHOTO, alt=alt, now=AFTER)
    with pytest.raises(PhotographThere):
        await service.show_photograph(session, organizer, row.id, PHOTO, alt=alt, now=AFTER)
    await service.withdraw_photograph(session, organizer, photo.id, why="Cineva nu dorește.", now=AFTER)
    assert await stored.list_photographs(session, row.id) == []
    with pytest.raises(PhotographNotFound):
        await service.withdraw_photograph(session, organizer, photo.id, why="Cineva nu dorește.", now=AFTER)


async def test_an_uploaded_photograph_is_cleaned_and_described(town: Town, clock: FrozenClock) -> None:
    clock.at(MORNING)
    async with town.database.write() as session:
        row = await make_held(session, await make_organizer(session))
    clock.at(AFTER)
    organizer, path = await town.officer(Role.ORGANIZER), f"/consultations/{row.id}"
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Telefonul Primarului"
    Image.new("RGB", (640, 480), "#336699").save(buffer, "JPEG", exif=exif)
    sent = {"photo": ("sala.jpg", buffer.getvalue(), "image/jpeg")}
    await organizer.see(f"{path}/photos")
    refused = await organizer.send(f"{path}/photos", 422, files=sent, alt="sala")
    assert 'value="sala"' in refused.text
    refused = await organizer.send(
        f"{path}/photos", 422, files={"photo": ("x.jpg", b"GIF89a", "image/jpeg")}, alt="Sala plină de oameni"
    )
    assert "not a photo we can read" in refused.text
    await organizer.send(f"{path}/photos", files=sent, alt="Sala plină de oameni")
    refused = await organizer.send(f"{path}/photos", 409, files=sent, alt="Sala plină de oameni")
    visitor = await town.visitor()
    html = await visitor.see(path)
    (picture,) = re.findall(r'href="(/consultations/photos/[^"]+/large.jpg)"', html)
    assert 'alt="Sala plină de oameni"' in html
    content = (await visitor.client.get(picture)).content
    assert b"Telefonul" not in content
    assert Image.open(io.BytesIO(content)).size == (640, 480)
    assert (await visitor.client.get(picture.replace("large", "huge"))).status_code == 404
    (withdraw,) = re.findall(
        r'href="/en(/consultations/photos/[^"]+/withdraw)"', await organizer.see(f"{path}/photos")
    )
    await organizer.see(withdraw)
    await organizer.send(withdraw, 422, why="nu")
    await organizer.send(withdraw, why="O persoană din imagine nu dorește să apară.")
    assert (await visitor.client.get(picture)).status_code == 404
