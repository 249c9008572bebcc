"""The steps of a sealed election as they are rehearsed: the server's by its services and jobs, those of
registrar and trustees by their commands. Each can be begun again after a kill, and does only what is missing.
"""

import csv
import io
import json
import secrets
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.cli import migrate
from app.kit import clock
from app.wiring import wire
from bench.casting_work import Cast, cast_many
from bench.district import add_residents, make_officer
from bench.rehearsal_server import Plain, Rehearsal, WentWrong, read_plain
from cycles.states import StageKind
from tests.make.cycles import make_cycle
from voting import jobs, queries, service
from voting.models import Poll
from voting.rules import get_rule
from voting.rules.announced import encode_announced
from voting.rules.papers import Contest, Paper, RankedPaper
from voting.rules.result import Result as CountResult
from voting.rules.ties import TiePolicy
from voting.sealing.ballot import seal
from voting.sealing.crew import Crew
from voting.sealing.election import Election, read_election
from voting.sealing.wire import Result, read
from voting.service import OptionDraft
from voting.states import Act, Delivery, PollState, SealingPhase, Step

TRUSTEES = ("Ioana Marin", "Radu Pop", "Asociația Transparent")
THRESHOLD = 2
CHUNK = 1000  # ballots that are sealed together, and cast together
CHANGES_MIND = 50  # one voter in so many casts another ballot first
CONNECTIONS = 16  # ballots that arrive at once


# ── before the vote ───────────────────────────────────────────────────────────
async def set_up(one: Rehearsal) -> None:
    """Officers, residents, a vote that is announced, three trustees named. Begins anew after a kill."""
    plain = read_plain(one.data, one.ballots)
    one.postgres.make_database()
    migrate(one.postgres.url)
    now = clock.now()
    async with one.services() as services, services.database.write() as session:
        officers = [await make_officer(session, name, now) for name in ("Cristian Barbu", "Simona Matei")]
        await add_residents(session, len(plain.papers), now)
        poll = await _announce(session, officers[0], plain)
        tokens = await service.name_trustees(
            session, officers[0], poll.id, names=TRUSTEES, threshold=THRESHOLD, now=now
        )
        uuid = (await queries.get_election(session, poll.id)).uuid
        one.notes.put(
            poll=str(poll.id),
            uuid=uuid,
            tokens=tokens,
            passphrases=[secrets.token_urlsafe(12) for _ in TRUSTEES],
            officers=msgspec.to_builtins(officers),
        )


async def _announce(session: AsyncSession, officer: Actor, plain: Plain) -> Poll:
    contest, now = plain.contest, clock.now()
    cycle = await make_cycle(
        session,
        slug="rehearsal",
        budget_bani=contest.budget,
        open_stage=StageKind.VOTE,
        max_ranked=contest.max_length or len(contest.options),
        min_ranked=contest.min_length,
        rule=plain.rule,
        rule_params={"sealed": True, "points_by_place": list(contest.points_by_place)},
        now=now,
    )
    return await service.prepare_poll(
        session,
        officer,
        cycle_id=cycle.id,
        title="Repetiție generală",
        title_en="Rehearsal",
        options=[
            OptionDraft(
                number=option.id, title=option.title, cost_bani=option.cost, subject=f"rehearsal:{option.id}"
            )
            for option in contest.options
        ],
        now=now,
    )


async def make_keys(one: Rehearsal) -> None:
    """Each trustee: certificate, polynomial, share, by `obste trustee`; the server checks and hands out."""
    for step, make in (
        (Step.CERTIFICATE, _certificate),
        (Step.POLYNOMIAL, _polynomial),
        (Step.SHARE, _share),
    ):
        for number in range(1, len(TRUSTEES) + 1):
            if await _state_of(one, number, step) is None:
                await _deliver(one, number, step, make(one, number, await _offered(one, number)))


def _certificate(one: Rehearsal, number: int, offered: dict[str, bytes]) -> bytes:
    key = one.home(number) / "my.key"
    for left in one.home(number).glob("my.key*"):  # by a kill: nobody has seen its certificate
        left.unlink()
    one.command("trustee", "certificate", key, passphrase=_passphrase(one, number))
    return key.with_name("my.key.cert").read_bytes()


def _polynomial(one: Rehearsal, number: int, offered: dict[str, bytes]) -> bytes:
    home = _put(one, number, offered)
    return _made(
        one,
        number,
        lambda out: ("trustee", "polynomial", home / "my.key", home / "certs.jsons", out, *_threshold()),
    )


def _share(one: Rehearsal, number: int, offered: dict[str, bytes]) -> bytes:
    home = _put(one, number, offered)
    given = (home / "my.key", home / "certs.jsons", home / "vinput.json")
    return _made(one, number, lambda out: ("trustee", "share", *given, out, *_threshold()))


KEY_STEPS = ((Step.CERTIFICATE, _certificate), (Step.POLYNOMIAL, _polynomial), (Step.SHARE, _share))


def _threshold() -> tuple[str, str]:
    return ("--threshold", str(THRESHOLD))


def _put(one: Rehearsal, number: int, offered: dict[str, bytes]) -> Path:
    home = one.home(number)
    for name, content in offered.items():
        (home / name).write_bytes(content)
    return home


def _made(one: Rehearsal, number: int, command: Callable[[Path], tuple[str | Path, ...]]) -> bytes:
    """What a command writes to its `out`."""
    out = one.home(number) / "out"
    out.unlink(missing_ok=True)
    one.command(*command(out), passphrase=_passphrase(one, number))
    return out.read_bytes()


def _passphrase(one: Rehearsal, number: int) -> str:
    return str(one.notes["passphrases"][number - 1])


async def _state_of(one: Rehearsal, number: int, step: Step) -> Delivery | None:
    async with one.services() as services, services.database.read() as session:
        for row in await queries.list_deliveries(session, one.poll_id):
            if (row[0], row[1]) == (number, step):
                return Delivery(row[2])
    return None


async def _offered(one: Rehearsal, number: int) -> dict[str, bytes]:
    async with one.services() as services, services.database.read() as session:
        trustee = await service.get_trustee(session, one.notes["tokens"][number - 1])
        full = await queries.get_poll(session, one.poll_id)
        return await service.list_offered(session, full, trustee)


async def _deliver(one: Rehearsal, number: int, step: Step, content: bytes) -> None:
    async with one.services() as services, services.database.write() as session:
        token = one.notes["tokens"][number - 1]
        await service.deliver(session, token, step, content, now=clock.now())


async def make_roll(one: Rehearsal) -> None:
    """The roll is frozen and given to the registrar, whose command makes the codes."""
    home, officer = one.home(0), one.officers[0]
    async with one.services() as services:
        async with services.database.write() as session:
            if (await queries.get_election(session, one.poll_id)).roll_size is None:
                await service.freeze_roll(session, officer, one.poll_id, now=clock.now())
        async with services.database.write() as session:
            rows = await service.read_roll(session, officer, one.poll_id, now=clock.now())
    text = io.StringIO()
    csv.writer(text).writerows([("account", "name", "e-mail", "language"), *rows])
    (home / "roll.csv").write_text(text.getvalue(), "utf-8")
    shutil.rmtree(home / "codes", ignore_errors=True)
    one.command("registrar", "codes", home / "roll.csv", home / "codes", "--election", one.uuid)
    one.notes.put(codes_are_made=True)


async def begin_board(one: Rehearsal) -> None:
    """The credentials are delivered, the election is written on the board, two officers open the vote."""
    raw = (one.home(0) / "codes" / f"{one.uuid}.pubcreds").read_bytes()
    async with one.services() as services:
        if await _phase(one) is SealingPhase.ROLL:
            credentials, officer = service.check_credentials(raw), one.officers[0]
            async with services.database.write() as session:
                digest = await service.deliver_credentials(
                    session, officer, one.poll_id, credentials, now=clock.now()
                )
                await service.begin_board(session, officer, one.poll_id, digest=digest, now=clock.now())
        await _confirm(one, Act.OPEN)


async def _confirm(one: Rehearsal, act: Act) -> None:
    """Both officers, each once."""
    for officer in one.officers:
        async with one.services() as services, services.database.write() as session:
            given = await queries.list_confirmations(session, one.poll_id)
            if (act, officer.id) in {(Act(row.act), row.account_id) for row in given}:
                continue
            poll = (await queries.get_poll(session, one.poll_id)).poll
            digest = await service.digest_to_confirm(session, poll, act)
            await service.confirm_act(
                session, officer, one.poll_id, act, digest=digest, now=await _moment(session, one, act)
            )


async def _moment(session: AsyncSession, one: Rehearsal, act: Act) -> datetime:
    """Now, and for closing the day on which the vote ends."""
    full = await queries.get_poll(session, one.poll_id)
    return full.stage.closes_at if act is Act.CLOSE else clock.now()


async def _phase(one: Rehearsal) -> SealingPhase | None:
    async with one.services() as services, services.database.read() as session:
        return (await queries.get_poll(session, one.poll_id)).facts.sealing


# ── the vote ──────────────────────────────────────────────────────────────────
async def seal_ballots(one: Rehearsal) -> None:
    """Every voter's device: the plain ballots sealed with the codes, in files of a thousand."""
    plain = read_plain(one.data, one.ballots)
    contest, election = await _asked(one)
    codes = [row["code"] for row in _voters(one)]
    folder = one.folder / "sealed"
    folder.mkdir(exist_ok=True)
    names = [option.id for option in contest.options]
    wishes = [(voter, ranks_of(paper, names)) for voter, paper in enumerate(plain.papers)]
    changed = [(voter, wishes[voter - 1][1]) for voter in range(0, len(wishes), CHANGES_MIND)]
    with Crew(one.cores) as crew:
        for number, part in enumerate(_parts([*changed], wishes)):
            path = folder / f"{number:04d}"
            if path.exists():
                continue
            pieces = crew.parts(len(part))
            tasks = [(election, [(codes[voter], ranks) for voter, ranks in part[piece]]) for piece in pieces]
            raws = [raw for answer in crew.map(_seal_part, tasks) for raw in answer]
            lines = [b"%d %s\n" % (voter, raw) for (voter, _), raw in zip(part, raws, strict=True)]
            draft = path.with_suffix(".new")
            draft.write_bytes(b"".join(lines))
            draft.replace(path)


def _parts(*groups: list[tuple[int, list[int]]]) -> Iterator[list[tuple[int, list[int]]]]:
    """In portions, no two ballots of one voter in the same."""
    for group in groups:
        for start in range(0, len(group), CHUNK):
            yield group[start : start + CHUNK]


def _seal_part(task: tuple[Election, list[tuple[str, list[int]]]]) -> list[bytes]:
    election, wishes = task
    return [seal(election, code, ranks) for code, ranks in wishes]


def ranks_of(paper: RankedPaper, names: list[str]) -> list[int]:
    """The vector of ranks of a ranking."""
    return [paper.places.index(name) + 1 if name in paper.places else 0 for name in names]


async def _asked(one: Rehearsal) -> tuple[Contest, Election]:
    async with one.services() as services, services.database.read() as session:
        poll = (await queries.get_poll(session, one.poll_id)).poll
        stored = await queries.get_election(session, one.poll_id)
    return service.contest_of(poll), read_election((stored.parameters or "").encode())


def _voters(one: Rehearsal) -> list[dict[str, str]]:
    """The registrar's list: who has which code."""
    with (one.home(0) / "codes" / "codes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def cast_ballots(one: Rehearsal) -> None:
    """Sixteen at once, by the services; a portion that a kill cut is sent again, which changes nothing."""
    voters = [_actor(row) for row in _voters(one)]
    done = one.notes.get("portions_cast") or 0
    total = 0
    async with one.services() as services:
        for number, path in enumerate(sorted((one.folder / "sealed").glob("[0-9]*"))):
            lines = path.read_bytes().splitlines()
            total += len(lines)
            if number < done:
                continue
            casts: list[Cast] = []
            for line in lines:
                voter, _, raw = line.partition(b" ")
                casts.append((voters[int(voter)], raw))
            await cast_many(services.database, one.poll_id, casts, connections=CONNECTIONS)
            one.notes.put(portions_cast=number + 1)
        async with services.database.read() as session:
            stored = await queries.count_ballots(session, one.poll_id)
    if stored != total:
        raise WentWrong(f"{total} ballots were cast, the board has {stored}")
    one.notes.put(ballots=total)


def _actor(row: dict[str, str]) -> Actor:
    return msgspec.convert(
        {"id": row["account"], "name": row["name"], "email": row["e-mail"], "is_verified": True}, Actor
    )


async def close_vote(one: Rehearsal) -> None:
    """The clock ends the vote, two officers confirm the protocol."""
    async with one.services() as services, services.database.write() as session:
        full = await queries.get_poll(session, one.poll_id)
        if full.facts.state is PollState.OPEN:
            await service.close_poll(session, one.poll_id, now=full.stage.closes_at)
    await _confirm(one, Act.CLOSE)


# ── after the vote ────────────────────────────────────────────────────────────
async def advance(one: Rehearsal) -> None:
    """The worker's job: whatever the closed vote waits for. Nothing may have been refused."""
    async with one.services() as services:
        await jobs.advance_sealing(services, poll_id=str(one.poll_id))
        async with services.database.read() as session:
            deliveries = await queries.list_deliveries(session, one.poll_id)
    refused = [row for row in deliveries if row[2] == Delivery.REFUSED]
    if refused:
        raise WentWrong(f"refused: {refused}")


def mix(number: int) -> Callable[[Rehearsal], Awaitable[None]]:
    """A trustee downloads the archive, checks it, mixes, and delivers."""

    async def step(one: Rehearsal) -> None:
        await _contribute(one, number, Step.SHUFFLE)

    return step


def open_by(number: int) -> Callable[[Rehearsal], Awaitable[None]]:
    """A trustee downloads the archive, checks it, opens, and delivers."""

    async def step(one: Rehearsal) -> None:
        await _contribute(one, number, Step.DECRYPTION)

    return step


async def _contribute(one: Rehearsal, number: int, step: Step) -> None:
    if await _state_of(one, number, step) is not None:
        return
    home = one.home(number)
    archive = await download(one, home)
    use = ("--cores", str(one.cores))
    raw = _made(
        one,
        number,
        lambda out: (
            ("trustee", "shuffle", archive, out, *use)
            if step is Step.SHUFFLE
            else ("trustee", "decrypt", archive, home / "my.key", out, *use)
        ),
    )
    await _deliver(one, number, step, raw)
    archive.unlink()


async def download(one: Rehearsal, folder: Path) -> Path:
    """The archive as the board gives it to anybody, piece by piece."""
    path = folder / f"{one.uuid}.bel"
    async with one.services() as services, services.database.read() as session:
        stored = await queries.get_election(session, one.poll_id)
        last = await queries.last_position(session, one.poll_id)
        with path.open("wb") as file:
            async for piece in service.stream_archive(
                session, one.poll_id, timestamp=stored.timestamp or 0, last=last
            ):
                file.write(piece)
    return path


async def end_mixing(one: Rehearsal) -> None:
    """Two of three have mixed, which is enough: an officer goes on to the opening."""
    if await _phase(one) is SealingPhase.MIXING:
        async with one.services() as services, services.database.write() as session:
            await service.end_mixing(session, one.officers[0], one.poll_id, now=clock.now())


async def count(one: Rehearsal) -> None:
    """The worker's job: count, and publish with all files."""
    wire()
    async with one.services() as services:
        await jobs.count_poll(services, poll_id=str(one.poll_id))
        async with services.database.read() as session:
            state = (await queries.get_poll(session, one.poll_id)).facts.state
    if state is not PollState.TALLIED:
        raise WentWrong(f"the vote is {state} after the count")


async def verify(one: Rehearsal) -> None:
    """Anybody: the archive and the contest, by `obste verify`."""
    contest = one.folder / "contest.json"
    async with one.services() as services, services.database.read() as session:
        poll = (await queries.get_poll(session, one.poll_id)).poll
    contest.write_bytes(encode_announced(service.announced_of_poll(poll)))
    archive = await download(one, one.folder)
    said = one.command("verify", archive, "--contest", contest, "--json", "--cores", str(one.cores))
    report = json.loads(said)
    one.notes.put(verified=report, archive_bytes=archive.stat().st_size)
    if (report["ok"], report["stage"], report["ballots"]) != (True, "Result", one.notes["ballots"]):
        raise WentWrong(said)


async def compare(one: Rehearsal) -> None:
    """The rankings that were opened are the plain ballots; so is what is funded."""
    plain = read_plain(one.data, one.ballots)
    async with one.services() as services, services.database.read() as session:
        full = await queries.get_poll(session, one.poll_id)
        tally = await queries.find_tally(session, one.poll_id)
        events = await queries.list_events(session, one.poll_id)
        opened = await queries.get_member(session, one.poll_id, events[-1].payload or "")
    names = [option.id for option in service.contest_of(full.poll).options]
    wanted = Counter(tuple(ranks_of(paper, names)) for paper in plain.papers)
    if Counter(read(Result, opened).result[0]) != wanted:
        raise WentWrong("the rankings that were opened are not those that were sealed")
    if tally is None:
        raise WentWrong("there is no tally")
    ties = msgspec.json.decode(full.poll.ties, type=TiePolicy)
    lot = msgspec.structs.replace(ties.lot, seed=tally.tie_seed) if ties.lot else None
    papers: dict[Paper, int] = dict(Counter(plain.papers))
    expected = get_rule(plain.rule).count(plain.contest, papers, ties=msgspec.structs.replace(ties, lot=lot))
    funded = set(msgspec.json.decode(tally.result, type=CountResult).winners)
    if funded != set(expected.winners) or (plain.stated is not None and funded != set(plain.stated)):
        raise WentWrong(f"funded {sorted(funded)}, by the plain ballots {sorted(expected.winners)}")
    one.notes.put(funded=len(funded), as_stated=plain.stated is not None)
