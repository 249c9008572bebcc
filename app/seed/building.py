"""What became of the projects of the demonstration's decided cycle: one received, one late, one under
contract, one in works, the others not begun; entered through the services of the site.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.storage import Storage
from app.seed.ideas import draw_photo
from cycles.models import Cycle
from proposals import queries, service
from proposals.models import Project
from proposals.service import MilestoneEntry, Payment, Saying
from proposals.states import Built, MilestoneKind, Outcome

DAY = timedelta(days=1)
SAID = (
    (Built.YES, "Exact ca în proiect, iar copiii sunt acolo în fiecare după-amiază."),
    (Built.PARTLY, "Lucrarea e bună, dar cele două bănci din proiect lipsesc."),
    (Built.YES, ""),
    (Built.YES, "Mulțumesc celor care au votat!"),
    (Built.NO, "Lângă intrare a rămas moloz de la constructor, de trei săptămâni."),
)
ANSWERS = {
    1: "Aveți dreptate: băncile au întârziat la furnizor. Se montează până la sfârșitul lunii viitoare.",
    4: "Molozul a fost ridicat astăzi pe cheltuiala constructorului. Mulțumim că ne-ați scris.",
}


class Site:
    """The department's hand on one project, day by day."""

    def __init__(self, session: AsyncSession, official: Actor, project: Project, today: datetime) -> None:
        self.session, self.official, self.project, self.today = session, official, project, today
        self.milestones = self.payments = 0

    def day(self, days: int) -> date:
        """So many days from today."""
        return local_date(self.today) + days * DAY

    async def enter(
        self,
        kind: MilestoneKind,
        *,
        on: int,
        planned: int | None,
        actual: int | None = None,
        note: str = "",
        title: str = "",
    ) -> None:
        """Enter a milestone `on` a day, all of them in days from today."""
        entry = MilestoneEntry(
            kind=kind,
            title=title,
            planned_on=None if planned is None else self.day(planned),
            actual_on=None if actual is None else self.day(actual),
            note=note,
        )
        now = self.today + on * DAY
        await service.enter_milestone(
            self.session, self.official, self.project.id, entry, seen=self.milestones, now=now
        )
        self.milestones += 1

    async def pay(self, percent: int, purpose: str, document: str, *, on: int) -> None:
        """Enter a payment of a part of the cost."""
        payment = Payment(
            amount_bani=self.project.cost_bani * percent // 100,
            purpose=purpose,
            document=document,
            paid_on=self.day(on),
        )
        now = self.today + on * DAY
        await service.enter_payment(
            self.session, self.official, self.project.id, payment, seen=self.payments, now=now
        )
        self.payments += 1

    async def plan(self, *days: int, on: int) -> None:
        """Enter the planned days of contract, beginning, end and reception."""
        kinds = (kind for kind in MilestoneKind if kind is not MilestoneKind.OTHER)
        for kind, day in zip(kinds, days, strict=True):
            await self.enter(kind, on=on, planned=day)


async def seed_building(
    session: AsyncSession,
    storage: Storage,
    cycle: Cycle,
    official: Actor,
    residents: Sequence[Actor],
    *,
    today: datetime,
) -> None:
    """Tell how far each funded project is; nothing was entered in the last 95 days."""
    projects = await queries.list_valid_projects(session, cycle.id)
    funded = [project for project in projects if project.outcome == Outcome.FUNDED]
    stories = (_received, _late, _under_contract, _in_works)
    for project, story in zip(funded, stories, strict=False):
        await story(Site(session, official, project, today), storage)
    for number, (choice, text) in enumerate(SAID):
        now = today + (number - 112) * DAY
        photo = await draw_photo(storage, 42) if choice is Built.PARTLY else None
        saying = Saying(choice=choice, text=text, photo=photo, alt="Locul gol al băncilor" if photo else "")
        said = await service.say_built(session, residents[number], funded[0].id, saying, now=now)
        if number in ANSWERS:
            answer = ANSWERS[number]
            await service.reply_built(session, official, said.id, text=answer, now=now + 3 * DAY)


async def _received(site: Site, storage: Storage) -> None:
    await site.plan(-300, -270, -190, -175, on=-345)
    await site.enter(MilestoneKind.CONTRACT, on=-298, planned=-300, actual=-298)
    await site.enter(MilestoneKind.WORKS_BEGIN, on=-269, planned=-270, actual=-270)
    await site.pay(30, "Avans conform contractului", "OP 1182", on=-265)
    await site.enter(
        MilestoneKind.WORKS_END,
        on=-195,
        planned=-150,
        note="Ploile din ultimele trei săptămâni au oprit turnarea betonului.",
    )
    await site.enter(MilestoneKind.RECEPTION, on=-195, planned=-130, note="Urmează terminarea lucrărilor.")
    await _photo(site, storage, 40, "Săpătura și cofrajul, cu gardul de protecție al șantierului", on=-210)
    await site.enter(MilestoneKind.WORKS_END, on=-148, planned=-150, actual=-149)
    await _photo(site, storage, 41, "Lucrarea terminată, văzută dinspre stradă", on=-147)
    await site.pay(66, "Situația de lucrări nr. 2, finală", "F 20417", on=-140)
    await site.enter(MilestoneKind.RECEPTION, on=-125, planned=-130, actual=-126)


async def _late(site: Site, storage: Storage) -> None:
    await site.plan(-250, -200, -110, -60, on=-340)
    await site.enter(MilestoneKind.CONTRACT, on=-221, planned=-250, actual=-222)
    await site.enter(
        MilestoneKind.WORKS_BEGIN,
        on=-190,
        planned=-50,
        note="Avizul rețelei de gaz lipsește; compania cere refacerea planului.",
    )
    await site.pay(8, "Proiectul tehnic", "F 771", on=-180)


async def _under_contract(site: Site, storage: Storage) -> None:
    await site.plan(-180, 20, 110, 130, on=-330)
    await site.enter(MilestoneKind.CONTRACT, on=-171, planned=-180, actual=-172)
    title = "Materialele sunt livrate"
    await site.enter(MilestoneKind.OTHER, on=-170, planned=15, title=title)


async def _in_works(site: Site, storage: Storage) -> None:
    await site.plan(-260, -130, 45, 60, on=-335)
    await site.enter(MilestoneKind.CONTRACT, on=-258, planned=-260, actual=-259)
    await site.enter(MilestoneKind.WORKS_BEGIN, on=-128, planned=-130, actual=-129)
    await _photo(site, storage, 43, "Utilajele la începutul lucrărilor", on=-127)
    await site.pay(45, "Situația de lucrări nr. 1", "F 3320", on=-100)


async def _photo(site: Site, storage: Storage, number: int, alt: str, *, on: int) -> None:
    stored = await draw_photo(storage, number)
    now = site.today + on * DAY
    await service.add_works_photo(
        site.session, site.official, site.project.id, stored, alt=alt, taken_on=site.day(on), now=now
    )
