"""Sealed votes of the demonstration: one certified, one open, one in the middle of its ceremony.

Everything goes through the services of the site, but the roles of registrar, trustees and voters are all
played here, so each vote says on its pages that it is on one machine (`polls.one_machine`). What they would
keep to themselves is in a file of the demonstration, as its mail is, for whoever wants to go on from there.
"""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from gmpy2 import mpz
from sqlalchemy.ext.asyncio import AsyncSession

import voting.service
from accounts.policy import Actor
from app.kit.context import Services
from app.seed.content import Ballot
from app.seed.elections import ranked
from app.seed.votes import seed_count
from voting import queries
from voting.models import Poll
from voting.rules.papers import RankedPaper
from voting.sealing.ballot import seal
from voting.sealing.channel import Keys, certificate, keys_of, new_seed
from voting.sealing.credentials import new_code, public_credential, write_credentials
from voting.sealing.decryption import make_decryption
from voting.sealing.election import Election, read_election
from voting.sealing.shuffle import make_shuffle
from voting.sealing.tally import read_tally
from voting.sealing.threshold import make_polynomial, make_voutput, open_share
from voting.sealing.wire import Shuffle, SignedMessage, Vinput, read, write
from voting.service import Candidate, Settings
from voting.states import Act, Step

FILE = Path("demo") / "sealed.json"  # in the folder of what varies
TRUSTEES = ("Ioana Marin (majoritate)", "Radu Pop (opoziție)", "Asociația Vot Transparent")
THRESHOLD = 2
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CINEMA = Ballot(
    title="Ce facem din fostul cinematograf?",
    title_en="What shall become of the former cinema?",
    summary="Clădirea este a primăriei și stă goală. Votul este sigilat.",
    rule="schulze",
    vote_type="ordinal",
    seats=1,
    candidates=(
        ("Cinematograf de cartier", "Cu două săli și bilete ieftine."),
        ("Bibliotecă și sală de lectură", "Deschisă până la ora 22."),
        ("Centru pentru tineri", "Ateliere, repetiții, teme."),
        ("Creșă", "Cu 60 de locuri."),
        ("Piață acoperită", "De miercuri până duminică."),
    ),
)
DELEGATE = Ballot(
    title="Delegatul cartierelor în comisia de mobilitate",
    title_en="The neighbourhoods' delegate on the mobility committee",
    summary="Un locuitor care participă la ședințele comisiei și votează acolo. Votul este sigilat.",
    rule="irv",
    vote_type="ordinal",
    seats=1,
    candidates=(
        ("Anca Diaconu", "Merge cu bicicleta la serviciu."),
        ("Bogdan Sandu", "Șofer de autobuz."),
        ("Corina Tudose", "Umblă cu căruciorul pe trotuarele noastre."),
        ("Dan Olaru", "Inginer de drumuri."),
        ("Elvira Mocanu", "Pensionară, merge pe jos."),
    ),
)
ELDERS = Ballot(
    title="Reprezentantul persoanelor vârstnice",
    title_en="The representative of older people",
    summary="Ține legătura dintre primărie și cluburile de seniori. Votul este sigilat.",
    rule="ranked-pairs",
    vote_type="ordinal",
    seats=1,
    candidates=(
        ("Maria Nistor", "Fostă asistentă medicală."),
        ("Gheorghe Barbu", "Conduce clubul de șah."),
        ("Viorica Oprea", "Fostă învățătoare."),
    ),
)


class Kept(msgspec.Struct):
    """What registrar and trustees of the demonstration keep: private codes by e-mail address; by poll, the
    secret addresses of the trustees' pages and, once they are made, the keys they open with.
    """

    codes: dict[str, str] = {}
    tokens: dict[str, list[tuple[str, str]]] = {}
    keys: dict[str, list[str]] = {}


class Play(msgspec.Struct):
    """A sealed poll with the secrets of its roles, while they are played."""

    poll: Poll
    uuid: str
    tokens: list[str]
    seeds: list[Keys]
    secrets: list[mpz] = []


def read_kept(var_dir: Path) -> Kept:
    """What the demonstration keeps of its sealed votes; nothing where it has none."""
    try:
        return msgspec.json.decode((var_dir / FILE).read_bytes(), type=Kept)
    except FileNotFoundError:
        return Kept()


async def seed_sealed(
    session: AsyncSession,
    services: Services,
    lot: random.Random,
    officers: Sequence[Actor],
    voters: Sequence[Actor],
    named: Sequence[str],
    *,
    past: tuple[datetime, datetime],
    running: tuple[datetime, datetime],
    coming: tuple[datetime, datetime],
) -> None:
    """The three of them, with their dates; private codes are kept for the people in `named` only."""
    codes: dict[uuid.UUID, str] = {}  # one a person serves every sealed vote
    kept = Kept()
    counted = await _seed_open(session, lot, officers, CINEMA, codes, voters[:28], dates=past, last=past[1])
    await _seed_end(session, services, officers, counted, closed=past[1])
    now = running[0] + 2 * DAY
    play = await _seed_open(session, lot, officers, DELEGATE, codes, voters[28:40], dates=running, last=now)
    kept.keys[str(play.poll.id)] = [str(secret) for secret in play.secrets]
    begun = await _seed_begun(session, officers, ELDERS, dates=coming)
    for one in (play, begun):
        kept.tokens[str(one.poll.id)] = list(zip(TRUSTEES, one.tokens, strict=True))
    people = {row.id: row.email for row in await queries.list_roll(session, play.poll.id)}
    kept.codes = {people[one]: code for one, code in codes.items() if people[one] in named}
    path = services.settings.var_dir / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(kept)))


async def _seed_announced(
    session: AsyncSession, officers: Sequence[Actor], ballot: Ballot, *, dates: tuple[datetime, datetime]
) -> Play:
    """An announced election whose trustees are named."""
    prepared = dates[0] - 15 * DAY
    election = voting.service.Election(
        title=ballot.title,
        title_en=ballot.title_en,
        summary=ballot.summary,
        candidates=tuple(Candidate(name, text) for name, text in ballot.candidates),
        settings=Settings(rule=ballot.rule, seats=ballot.seats, sealed=True, server_sealing=True),
    )
    poll = await voting.service.create_election(
        session, officers[0], election, opens_at=dates[0], closes_at=dates[1], now=prepared
    )
    poll.one_machine = True
    await voting.service.announce_poll(session, officers[0], poll.id, now=prepared + HOUR)
    tokens = await voting.service.name_trustees(
        session, officers[0], poll.id, names=TRUSTEES, threshold=THRESHOLD, now=prepared + 2 * HOUR
    )
    made = await queries.get_election(session, poll.id)
    return Play(poll, made.uuid, tokens, [keys_of(new_seed()) for _ in tokens])


async def _seed_begun(
    session: AsyncSession, officers: Sequence[Actor], ballot: Ballot, *, dates: tuple[datetime, datetime]
) -> Play:
    """One in the middle of its ceremony: the last trustee has not sent a certificate yet."""
    play = await _seed_announced(session, officers, ballot, dates=dates)
    for place in range(len(TRUSTEES) - 1):
        await _deliver(
            session,
            play,
            place,
            Step.CERTIFICATE,
            write(certificate(play.seeds[place])),
            play.poll.prepared_at,
        )
    return play


async def _seed_open(
    session: AsyncSession,
    lot: random.Random,
    officers: Sequence[Actor],
    ballot: Ballot,
    codes: dict[uuid.UUID, str],
    voters: Sequence[Actor],
    *,
    dates: tuple[datetime, datetime],
    last: datetime,
) -> Play:
    """One that is open, with the ballots of `voters`, cast until `last`."""
    play = await _seed_announced(session, officers, ballot, dates=dates)
    ready = dates[0] - 5 * DAY
    await _make_keys(session, play, now=ready)
    await _make_board(session, officers[0], play, codes, now=ready + HOUR)
    digest = await voting.service.digest_to_confirm(session, play.poll, Act.OPEN)
    for hours, officer in enumerate(officers, start=2):
        await voting.service.confirm_act(
            session, officer, play.poll.id, Act.OPEN, digest=digest, now=ready + hours * HOUR
        )
    election = await _election(session, play)
    numbers = [option.id for option in voting.service.contest_of(play.poll).options]
    first = dates[0]
    moments = sorted(first + (last - first) * lot.random() for _ in voters)
    for actor, moment in zip(voters, moments, strict=True):
        raw = seal(election, codes[actor.id], _ranks(ranked(lot, numbers), numbers))
        checked = await voting.service.check_sealed(election, raw, voter=actor.id)
        await voting.service.cast_sealed(session, actor, play.poll.id, raw, checked, now=moment)
    return play


def _ranks(paper: object, numbers: Sequence[str]) -> list[int]:
    places = paper.places if isinstance(paper, RankedPaper) else ()
    return [places.index(number) + 1 if number in places else 0 for number in numbers]


async def _election(session: AsyncSession, play: Play) -> Election:
    stored = await queries.get_election(session, play.poll.id)
    return read_election((stored.parameters or "").encode())


# ── the roles ─────────────────────────────────────────────────────────────────
async def _deliver(
    session: AsyncSession, play: Play, place: int, step: Step, made: bytes, now: datetime
) -> None:
    await voting.service.deliver(session, play.tokens[place], step, made, now=now)


async def _make_keys(session: AsyncSession, play: Play, *, now: datetime) -> None:
    """The trustees make their key together: certificates, polynomials, shares."""
    certificates: list[SignedMessage] = [certificate(keys) for keys in play.seeds]
    for place, made in enumerate(certificates):
        await _deliver(session, play, place, Step.CERTIFICATE, write(made), now)
    for place, keys in enumerate(play.seeds):
        polynomial = make_polynomial(keys, certificates, THRESHOLD)
        await _deliver(session, play, place, Step.POLYNOMIAL, write(polynomial), now)
    full = await queries.get_poll(session, play.poll.id)
    for place, keys in enumerate(play.seeds):
        trustee = await voting.service.get_trustee(session, play.tokens[place])
        offered = await voting.service.list_offered(session, full, trustee)
        vinput = read(Vinput, offered["vinput.json"].strip())
        share = make_voutput(keys, certificates, vinput, THRESHOLD)
        await _deliver(session, play, place, Step.SHARE, write(share), now)
        play.secrets.append(open_share(keys, share.private_key))


async def _make_board(
    session: AsyncSession, officer: Actor, play: Play, codes: dict[uuid.UUID, str], *, now: datetime
) -> None:
    """The officer freezes the roll, the registrar makes a code for everybody, the board begins."""
    poll_id = play.poll.id
    await voting.service.freeze_roll(session, officer, poll_id, now=now)
    people = [row.id for row in await queries.list_roll(session, poll_id)]
    roll = write_credentials(
        public_credential(codes.setdefault(one, new_code()), play.uuid) for one in people
    )
    credentials = voting.service.check_credentials(roll)
    digest = await voting.service.deliver_credentials(session, officer, poll_id, credentials, now=now)
    await voting.service.begin_board(session, officer, poll_id, digest=digest, now=now)


async def _seed_end(
    session: AsyncSession, services: Services, officers: Sequence[Actor], play: Play, *, closed: datetime
) -> None:
    """Closed, confirmed, mixed by two, opened by two, counted, certified."""
    poll_id = play.poll.id
    await voting.service.close_poll(session, poll_id, now=closed)
    digest = voting.service.protocol_digest(play.poll)
    for hours, officer in enumerate(officers, start=1):
        await voting.service.confirm_act(
            session, officer, poll_id, Act.CLOSE, digest=digest, now=closed + hours * HOUR
        )
    later = closed + DAY
    mixed = read_tally(await _advance(session, play, now=later))
    election = await _election(session, play)
    for place in range(2):
        made = make_shuffle(election, mixed)
        await _deliver(session, play, place, Step.SHUFFLE, made, later + place * HOUR)
        mixed = read(Shuffle, await _advance(session, play, now=later + place * HOUR)).ciphertexts[0]
    later += 3 * HOUR
    await voting.service.end_mixing(session, officers[0], poll_id, now=later)
    for place in (0, 2):
        made = make_decryption(election, mixed, play.secrets[place])
        await _deliver(session, play, place, Step.DECRYPTION, made, later)
        await _advance(session, play, now=later + HOUR)
    await _advance(session, play, now=later + HOUR)
    await seed_count(session, services, play.poll, published=later + 2 * HOUR)
    digest = await voting.service.digest_to_confirm(session, play.poll, Act.CERTIFY)
    for hours, officer in enumerate(officers, start=3):
        await voting.service.confirm_act(
            session, officer, poll_id, Act.CERTIFY, digest=digest, now=later + hours * HOUR
        )


async def _advance(session: AsyncSession, play: Play, *, now: datetime) -> bytes:
    """Do what a worker would do next; what it published."""
    task = await voting.service.load_task(session, play.poll.id)
    if task is None:
        raise RuntimeError("the demonstration's sealed vote has nothing to go on with")
    done = voting.service.work(task)
    if done.refused or not await voting.service.publish_done(session, done, now=now):
        raise RuntimeError(f"the demonstration's sealed vote was refused: {done.refused}")
    return done.content
