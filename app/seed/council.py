"""The council of the demonstration: who is in it, and three draft decisions before it. One was adopted, one
is being voted today, one waits for its sitting of today. Everybody in it is invented.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.models import Act
from amendments.rules.majority import Choice
from amendments.rules.voting_order import WHOLE_ACT
from amendments.service import AnswerDraft, Ballot, SittingDraft
from amendments.states import Outcome
from app.kit.clock import local_date
from app.kit.context import Services
from app.seed.acts import seed_debate
from app.seed.parking import Proposal

SINCE = date(2024, 10, 28)
PLACE = "Sala de consiliu, str. Fabrica de Chibrituri nr. 9-11"
COUNCILLORS = (
    "Adina Stoica", "Bogdan Marin", "Camelia Ene", "Cezar Pavel", "Corina Tudose", "Cristian Lupu",
    "Daniela Voicu", "Doru Neagu", "Elvira Sandu", "Florin Grosu", "Gelu Preda", "Georgeta Manea",
    "Horia Constantin", "Iulia Barbu", "Ionuț Ciobanu", "Laurențiu Dima", "Letiția Roman", "Marian Tănase",
    "Mihaela Oprea", "Narcis Vlad", "Ofelia Dragomir", "Petre Anghel", "Roxana Iordache", "Sergiu Mocanu",
    "Tiberiu Bucur", "Violeta Nechita",
)  # fmt: skip

MARKET = (
    "Hotărâre privind piața volantă de sâmbătă din strada Progresului",
    "În fiecare sâmbătă producătorii vând legume și fructe în strada Progresului. Hotărârea spune între ce "
    "ore, cât costă o tarabă și cine face curat.",
    """# Hotărâre privind piața volantă de sâmbătă din strada Progresului

În temeiul prevederilor art. 166 alin. (2) din Ordonanța de urgență a Guvernului nr. 57/2019 privind Codul
administrativ,

HOTĂRĂȘTE:

Art. 1 Piața volantă se ține în fiecare sâmbătă, între orele 7,00 și 14,00.

Art. 2 (1) Tariful pentru o tarabă este de 40 lei pe zi.

(2) Jumătate din tarabe se dau producătorilor din județele vecine.

Art. 3 Curățenia se face de către administratorul pieței, până la ora 18,00.

Art. 4 În ziua pieței strada este închisă circulației autovehiculelor.
""",
)
MARKET_PROPOSALS = (
    Proposal(
        "resident",
        "",
        "art. 2 alin. (1)",
        "edit",
        "Tariful pentru o tarabă este de 30 lei pe zi.",
        "La 40 de lei producătorii mici nu mai vin, iar prețurile cresc pentru toți.",
    ),
    Proposal(
        "association",
        "Asociația Producătorilor din Ilfov",
        "art. 2 alin. (1)",
        "edit",
        "Tariful pentru o tarabă este de 15 lei pe zi.",
        "În piețele din jur o tarabă costă între 10 și 20 de lei.",
    ),
    Proposal(
        "resident",
        "",
        "art. 3",
        "edit",
        "Curățenia se face de către administratorul pieței, până la ora 16,00.",
        "După ora patru copiii se joacă pe stradă, printre resturi.",
    ),
    Proposal(
        "business",
        "Brutăria din Progresului",
        "art. 4",
        "delete",
        "",
        "Sâmbăta este ziua în care primim făina; fără stradă nu putem descărca.",
    ),
    Proposal(
        "resident",
        "",
        "art. 2 alin. (2)",
        "edit",
        "Două treimi din tarabe se dau producătorilor din județele vecine.",
        "Vrem să cumpărăm de la cei care cultivă, nu de la cei care revând.",
    ),
)
MARKET_ANSWERS = (
    (Outcome.REJECTED, "Tariful acoperă curățenia și paza; la 30 de lei diferența ar plăti-o bugetul."),
    (Outcome.REJECTED, "Tariful ar fi sub costul curățeniei, care este de 22 de lei pentru o tarabă."),
    (Outcome.ACCEPTED, ""),
    (Outcome.REJECTED, "Aprovizionarea se poate face până la ora 6,30, înainte de închiderea străzii."),
    (Outcome.REJECTED, "Nu sunt destui producători înscriși pentru două treimi din tarabe."),
)

TERRACES = (
    "Hotărâre privind terasele de pe trotuarele Sectorului 5",
    "Câtă lățime de trotuar rămâne liberă lângă o terasă și până la ce oră se poate sta.",
    """# Hotărâre privind terasele de pe trotuarele Sectorului 5

HOTĂRĂȘTE:

Art. 1 Lângă fiecare terasă rămân liberi cel puțin 2 metri din lățimea trotuarului.

Art. 2 Terasele se închid cel târziu la ora 23,00.

Art. 3 Taxa este de 60 lei pe metru pătrat și lună.
""",
)
TERRACES_PROPOSALS = (
    Proposal(
        "resident",
        "",
        "art. 2",
        "edit",
        "Terasele se închid cel târziu la ora 22,00.",
        "Locuim deasupra și dormim cu geamul închis toată vara.",
    ),
    Proposal(
        "business",
        "Cafeneaua de la colț",
        "art. 2",
        "edit",
        "Terasele se închid cel târziu la ora 24,00.",
        "Vara clienții vin după ora zece, când se răcorește.",
    ),
    Proposal(
        "association",
        "Asociația pentru Mers pe Jos",
        "art. 1",
        "edit",
        "Lângă fiecare terasă rămân liberi cel puțin 3 metri din lățimea trotuarului.",
        "Două cărucioare nu trec unul pe lângă altul pe doi metri.",
    ),
)
TERRACES_ANSWERS = (
    (
        Outcome.REJECTED,
        "Ora 23,00 este cea din regulamentul de liniște publică, pe care nu îl schimbăm aici.",
    ),
    (Outcome.REJECTED, "După ora 23,00 se aplică regulamentul de liniște publică."),
    (Outcome.REJECTED, "Pe cele mai multe străzi trotuarul întreg are sub trei metri."),
)

DOGS = (
    "Hotărâre privind locurile pentru plimbat câinii",
    "Unde pot alerga câinii liberi și cine întreține locurile.",
    """# Hotărâre privind locurile pentru plimbat câinii

HOTĂRĂȘTE:

Art. 1 În fiecare parc mai mare de 2 hectare se amenajează un loc împrejmuit pentru câini.

Art. 2 Locurile se curăță o dată pe zi.

Art. 3 Câinii liberi în afara acestor locuri se sancționează cu amendă de la 200 la 500 lei.
""",
)
DOGS_PROPOSALS = (
    Proposal(
        "resident",
        "",
        "art. 2",
        "edit",
        "Locurile se curăță de două ori pe zi.",
        "O dată pe zi nu ajunge, mai ales vara.",
    ),
    Proposal("resident", "", "art. 3", "delete", "", "Amenda există deja în legea poliției locale."),
)
DOGS_ANSWERS = (
    (
        Outcome.REJECTED,
        "Costul s-ar dubla, iar contractul de curățenie este semnat până la sfârșitul anului.",
    ),
    (Outcome.REJECTED, "Legea lasă consiliului local să stabilească amenda."),
)
REASON = "L-au cerut mulți dintre cei care au venit în audiență; consiliul trebuie să se pronunțe."


async def seed_council(
    session: AsyncSession,
    services: Services,
    clerk: Actor,
    councillor: Actor,
    authors: list[Actor],
    *,
    today: datetime,
) -> None:
    """The roll, and the three draft decisions."""
    began = today - timedelta(days=100)
    await service.add_councillor(
        session, clerk, name=councillor.name, since_on=SINCE, account_id=councillor.id, now=began
    )
    for name in COUNCILLORS:
        await service.add_councillor(session, clerk, name=name, since_on=SINCE, now=began)
    cast = (session, services, clerk, councillor, authors)
    market = await _to_council(*cast, MARKET, MARKET_PROPOSALS, MARKET_ANSWERS, announced=began)
    await _adopt(session, clerk, councillor, market, held=today - timedelta(days=21))
    announced = today - timedelta(days=75)
    for texts, proposals, answers, taken in (
        (TERRACES, TERRACES_PROPOSALS, TERRACES_ANSWERS, (1, 2, 3)),
        (DOGS, DOGS_PROPOSALS, DOGS_ANSWERS, (2,)),
    ):
        act = await _to_council(*cast, texts, proposals, answers, announced=announced)
        await _take_over(session, councillor, act, taken, now=today - timedelta(days=14))
        await _call(session, clerk, act, held=today)
        if texts is TERRACES:
            await _begin(session, clerk, act, absent=2, now=today)
            await _vote(session, clerk, act, against=14, abstained=2, absent=2, now=today)


async def _to_council(
    session: AsyncSession,
    services: Services,
    clerk: Actor,
    councillor: Actor,
    authors: list[Actor],
    texts: tuple[str, str, str],
    proposals: Sequence[Proposal],
    answers: Sequence[tuple[Outcome, str]],
    *,
    announced: datetime,
) -> Act:
    """Debated, answered, and sent to the council when thirty working days have passed, holidays or not."""
    act = await seed_debate(session, services, clerk, authors, texts, proposals, announced=announced, days=15)
    closed = announced + timedelta(days=17)
    await service.close_debate(session, clerk, act.id, now=closed)
    for row, (outcome, reason) in zip(await queries.list_amendments(session, act.id), answers, strict=True):
        draft = AnswerDraft(outcome=outcome, reason=reason, function="consilier local")
        await service.answer_amendment(session, councillor, row.id, draft, now=closed + timedelta(days=2))
    await service.consolidate_act(session, clerk, act.id, now=announced + timedelta(days=60))
    return act


async def _take_over(
    session: AsyncSession, councillor: Actor, act: Act, ranks: Sequence[int], *, now: datetime
) -> None:
    for row in await queries.list_amendments(session, act.id):
        if row.rank in ranks:
            await service.take_over(session, councillor, row.id, reason=REASON, now=now)


async def _call(session: AsyncSession, clerk: Actor, act: Act, *, held: datetime) -> None:
    draft = SittingDraft(
        held_on=local_date(held), begins_at="10:00", place=PLACE, link="https://exemplu.ro/sedinte"
    )
    called = held - timedelta(days=13)  # far enough before whatever holidays there are
    await service.call_sitting(session, clerk, act.id, draft, now=called)


async def _begin(session: AsyncSession, clerk: Actor, act: Act, *, absent: int, now: datetime) -> None:
    members = await queries.list_councillors(session, on=local_date(now))
    present = [str(one.id) for one in members[absent:]]
    await service.begin_vote(session, clerk, act.id, present, now=now)


async def _vote(
    session: AsyncSession,
    clerk: Actor,
    act: Act,
    *,
    against: int,
    abstained: int,
    absent: int,
    now: datetime,
) -> None:
    """What is voted now: the first on the roll are absent, the next ones against, the next abstain."""
    sitting = await queries.get_sitting(session, act.id)
    order = queries.read_order(sitting)
    fates = await queries.list_fates(session, sitting)
    waiting = next(one.id for one in order.votes if fates[one.id] == "waiting") if order else WHOLE_ACT
    did = [Choice.ABSENT] * absent + [Choice.AGAINST] * against + [Choice.ABSTAINED] * abstained
    roll = [one.id for one in queries.read_roll(sitting)]
    did += [Choice.FOR] * (len(roll) - len(did))
    ballot = Ballot(motion=waiting, choices=dict(zip(roll, did, strict=True)))
    await service.record_vote(session, clerk, act.id, ballot, now=now)


async def _adopt(session: AsyncSession, clerk: Actor, councillor: Actor, act: Act, *, held: datetime) -> None:
    """Two that contradict each other, of which the lesser one is adopted; and one that is rejected."""
    await _take_over(session, councillor, act, (1, 2, 4), now=held - timedelta(days=4))
    await _call(session, clerk, act, held=held)
    await _begin(session, clerk, act, absent=3, now=held)
    for number, (against, abstained) in enumerate(((15, 3), (4, 2), (17, 1), (3, 1))):
        at = held + timedelta(minutes=10 * number)
        await _vote(session, clerk, act, against=against, abstained=abstained, absent=3, now=at)
    await service.end_vote(session, clerk, act.id, number=87, now=held + timedelta(hours=1))
