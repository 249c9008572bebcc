"""What was asked at the consultations of the demonstration, and what was answered."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.db import new_id
from app.kit.images import store_photo
from app.kit.storage import Storage
from app.seed.pictures import draw_street
from consultations import service
from consultations.models import Consultation, Question
from consultations.rules.commitments import EntryKind
from consultations.rules.questions import AnswerKind, How
from consultations.service import Evidence, Promise, Reply, Spoken
from consultations.states import State, Theme
from proposals.models import Department

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# By theme: what is asked beforehand.
ASKED: dict[Theme, tuple[str, ...]] = {
    Theme.GENERAL: (
        "Când se termină lucrările la rețeaua de apă caldă de pe Drumul Sării?",
        "De ce costă avizul pentru închiderea balconului diferit la fiecare ghișeu?",
        "Câți polițiști locali sunt de serviciu noaptea în cartierul nostru?",
    ),
    Theme.SAFETY: (
        "Pe Str. Livezilor nu arde niciun stâlp între numerele 20 și 44. Când se repară?",
        "Când se pun din nou becuri pe Strada Livezilor, lângă școală?",
        "Se pot monta camere la intrarea în Parcul Ferentari?",
    ),
    Theme.BUILDINGS: (
        "Blocul nostru, M14, este pe lista de reabilitare din 2022. În ce an îi vine rândul?",
        "Cine răspunde de infiltrațiile de la acoperiș după ce firma a dat faliment?",
    ),
    Theme.WASTE: (
        "De ce nu se mai ridică deșeurile voluminoase sâmbăta?",
        "Unde ducem cojile de vopsea și bateriile? Punctul de pe Munții Carpați s-a închis.",
    ),
    Theme.STREETS: (
        "Se desființează locurile de parcare de pe Bd. Eroilor când se face pista?",
        "Când se repară trotuarul de pe Strada Zețarilor, lângă grădiniță?",
        "Cine hotărăște unde se pun stâlpișorii? Pe strada noastră ambulanța nu mai intră.",
    ),
    Theme.SOCIAL: ("Cât se așteaptă pentru îngrijire la domiciliu după ce depunem dosarul?",),
    Theme.CULTURE: ("Se poate folosi Sala Ghencea dimineața pentru gimnastica vârstnicilor?",),
}
ON_PAPER = "Autobuzul 117 nu vine duminica înainte de ora 9. Se poate vorbi cu STB?"
SPOKEN = (
    "Da. Am cerut datele și le avem aici: lucrarea este în programul anului acesta, cu contract semnat.",
    "Nu ține de primărie, ci de Primăria Capitalei. Trimitem noi adresa și publicăm răspunsul.",
)
WRITTEN = (
    "Am verificat la direcția de specialitate: **17 stâlpi** nu funcționează, toți ai aceluiași cablu. "
    "Furnizorul a fost somat; termenul din contract este de 10 zile lucrătoare."
)
PROMISED = "Nu avem cifrele aici. Le cerem direcției și răspundem în scris, pe această pagină."
GROUP = "Iluminatul pe Strada Livezilor"


async def seed_asked(
    session: AsyncSession, lot: random.Random, people: Sequence[Actor], row: Consultation, *, at: datetime
) -> None:
    """Questions asked for a consultation some days before it, and who supports them."""
    for turn, text in enumerate(ASKED.get(Theme(row.theme), ())):
        asker, *fans = lot.sample(list(people), 3 + 4 * (turn % 3))
        moment = at + turn * HOUR
        question = await service.ask(session, asker, row.id, text, form_id=new_id(), now=moment)
        for fan in fans:
            await service.support_question(session, fan, question.id, wanted=True, now=moment)


async def seed_answers(session: AsyncSession, organizer: Actor, *, now: datetime) -> None:
    """Of those held: one was asked on paper, some ask the same, most are answered, an answer is owed."""
    query = select(Consultation).where(Consultation.state == State.HELD.value)
    for row in (await session.execute(query.order_by(Consultation.starts_at))).scalars().all():
        spoken = Spoken(text=ON_PAPER, how=How.PAPER, name="Maria Radu")
        at = row.starts_at + HOUR
        await service.take_down(session, organizer, row.id, spoken, form_id=new_id(), now=at)
        asked = select(Question).where(Question.consultation_id == row.id).order_by(Question.asked_at)
        questions = list((await session.execute(asked)).scalars())
        await _answer(session, organizer, row, questions, now=now)


async def _answer(
    session: AsyncSession, organizer: Actor, row: Consultation, questions: list[Question], *, now: datetime
) -> None:
    """The first in the room, the second in writing, the last by a promise of it."""
    after = row.ends_at - HOUR / 2
    whole = row.theme == Theme.SAFETY
    if whole:
        ids = [one.id for one in questions[:2]]
        await service.group_questions(session, organizer, row.id, ids, title=GROUP, now=after)
    text = WRITTEN if whole else SPOKEN[0]
    kinds = (AnswerKind.SPOKEN, text), (AnswerKind.SPOKEN, SPOKEN[1])
    rest = [one for one in questions if not whole or one is not questions[1]]
    for question, (kind, said) in zip(rest, kinds, strict=False):
        reply = Reply(kind=kind, text=said)
        await service.answer(session, organizer, question.id, reply, whole_group=whole, seen=0, now=after)
    if len(rest) > 2:
        due_on = local_date(after) + 30 * DAY
        reply = Reply(kind=AnswerKind.DEFERRED, text=PROMISED, due_on=due_on)
        await service.answer(session, organizer, rest[-1].id, reply, whole_group=False, seen=0, now=after)
        if local_date(now) > due_on + 20 * DAY:  # kept, where there was time for it
            written = Reply(kind=AnswerKind.WRITTEN, text=WRITTEN)
            await service.answer(
                session, organizer, rest[-1].id, written, whole_group=False, seen=1, now=after + 25 * DAY
            )


# ── what was promised ─────────────────────────────────────────────────────────
class Vow(msgspec.Struct, frozen=True):
    """A promise of the demonstration: days from the evening, what, and what became of it."""

    theme: Theme
    days: int
    what: str
    done_after: int = 0
    said: str = ""
    later_by: int = 0


VOWS = (
    Vow(
        Theme.GENERAL,
        30,
        "Tariful unic pentru avizul de închidere a balconului, afișat la toate ghișeele",
        26,
        "Dispoziția primarului este semnată și afișată la cele șase ghișee și pe site.",
    ),
    Vow(
        Theme.SAFETY,
        45,
        "Repararea celor 17 stâlpi de pe Str. Livezilor, între numerele 20 și 44",
        later_by=60,
    ),
    Vow(
        Theme.BUILDINGS,
        20,
        "Lista blocurilor de reabilitat, cu anul fiecăruia, publicată pe site",
        33,
        "Lista are 214 blocuri, cu anul și cu stadiul fiecăruia. M14 este în programul anului viitor.",
    ),
    Vow(Theme.WASTE, 120, "Un punct nou de colectare pentru baterii și vopsele, pe Str. Munții Carpați"),
    Vow(Theme.STREETS, 60, "Refacerea trotuarului de pe Strada Zețarilor, în fața grădiniței"),
)
DELAYED = "Cablul trebuie înlocuit pe toată lungimea; furnizorul livrează abia atunci."
UNDER_WAY = "Terenul este identificat; așteptăm avizul de mediu, cerut săptămâna trecută."


async def seed_commitments(
    session: AsyncSession,
    storage: Storage,
    organizer: Actor,
    departments: Sequence[Department],
    *,
    now: datetime,
) -> None:
    """One done in time, one done late, one late and put off, two under way; each with its department."""
    query = select(Consultation).where(Consultation.state == State.HELD.value)
    rows = {row.theme: row for row in (await session.execute(query)).scalars()}
    for vow in VOWS:
        row = rows.get(vow.theme)
        if row is not None:
            department = departments[-1 if vow.theme is Theme.WASTE else 0]
            await _promise(session, storage, organizer, row, department, vow, now=now)


async def _promise(
    session: AsyncSession,
    storage: Storage,
    organizer: Actor,
    row: Consultation,
    department: Department,
    vow: Vow,
    *,
    now: datetime,
) -> None:
    promise = Promise(
        what=vow.what,
        due_on=local_date(row.ends_at) + vow.days * DAY,
        host_id=row.host_id,
        department_id=department.id,
    )
    made = await service.commit(session, organizer, row.id, promise, form_id=new_id(), now=row.ends_at)
    if vow.done_after:
        evidence = Evidence(text=vow.said, link="https://exemplu.ro/sector5/acte")
        moment = row.ends_at + vow.done_after * DAY
        await service.report_on(session, organizer, made.id, EntryKind.DONE, evidence, seen=1, now=moment)
    elif vow.later_by:
        later = msgspec.structs.replace(promise, due_on=promise.due_on + vow.later_by * DAY)
        moment = row.ends_at + (vow.days - 5) * DAY
        await service.change_commitment(
            session, organizer, made.id, later, reason=DELAYED, seen=1, now=moment
        )
    elif vow.theme is Theme.WASTE:
        photo = await store_photo(storage, draw_street(81))
        evidence = Evidence(
            text=UNDER_WAY, photo=photo, alt="Terenul de pe Strada Munții Carpați, împrejmuit"
        )
        await service.report_on(
            session, organizer, made.id, EntryKind.REPORTED, evidence, seen=1, now=now - 6 * DAY
        )
