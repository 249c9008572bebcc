"""Makes `sealed.bel` and `sealed-contest.json`: a whole sealed election, the same bytes at every run.

Three trustees of whom two open, 12 voters, 20 ballots (some voted more than once, one is blank), two mixings.
All of its randomness comes from a published seed, so that anyone can make it again; its keys and codes are
therefore no secrets. Run it from the checkout: `PYTHONPATH=. .venv/bin/python docs/examples/make_sealed.py`.
"""

import hashlib
import io
import random
from collections.abc import Callable
from pathlib import Path

from gmpy2 import mpz

from voting.rules.papers import Contest, Option, canonical
from voting.sealing.ballot import check_ballot, seal
from voting.sealing.board import Board
from voting.sealing.channel import certificate, keys_of, new_seed
from voting.sealing.credentials import new_code, public_credential, write_credentials
from voting.sealing.decryption import check_decryption, make_decryption, open_ballots
from voting.sealing.election import contest_line, make_election, new_uuid
from voting.sealing.shuffle import make_shuffle
from voting.sealing.shuffle_check import check_shuffle
from voting.sealing.tally import encrypted_tally, read_tally
from voting.sealing.threshold import finish, make_polynomial, make_vinput, make_voutput, open_share
from voting.sealing.trustees import read_trustees, write_trustees
from voting.sealing.wire import ThresholdParameters

HERE = Path(__file__).resolve().parent
SEED = "obste: docs/examples/sealed.bel"
TIMESTAMP = 1_796_083_200  # 1 December 2026, in Unix seconds
TRUSTEES, NEEDED, VOTERS, BALLOTS = 3, 2, 12, 20
PROJECTS = (
    ("Copaci pe strada Teilor", 45_000_000),
    ("Loc de joacă în Parcul Central", 60_000_000),
    ("Rastele de biciclete la școli", 15_000_000),
    ("Trecere de pietoni luminată", 25_000_000),
    ("Bănci și cișmele în piață", 30_000_000),
)
Randomness = Callable[[int], int]


def contest() -> Contest:
    """What is voted on; money in bani."""
    options = tuple(
        Option(id=f"P{number}", title=title, cost=cost)
        for number, (title, cost) in enumerate(PROJECTS, start=1)
    )
    return Contest(options=options, budget=100_000_000, vote_type="ordinal", min_length=0)


def make(contest_json: bytes) -> bytes:
    """The archive of the election on that contest."""
    draw = random.Random(SEED).randrange  # noqa: S311 - the example is public from end to end
    parameters, shares = _ceremony(draw)
    trustees_raw = write_trustees([parameters])
    trustees = read_trustees(trustees_raw)
    uuid = new_uuid(draw)
    codes = [new_code(draw) for _ in range(VOTERS)]
    election = make_election(
        uuid=uuid,
        name="Exemplu: bugetul participativ",
        description=f"Un vot de exemplu. {contest_line(hashlib.sha256(contest_json).hexdigest())}",
        question="Pune proiectele în ordine",
        options=[title for title, _ in PROJECTS],
        key=trustees.election_key,
        administrator="Comisia electorală",
        credential_authority="Secretarul general",
    )
    file = io.BytesIO()
    board = Board(file, timestamp=TIMESTAMP)
    credentials = write_credentials(public_credential(code, uuid) for code in codes)
    board.set_up(election=election.raw, trustees=trustees_raw, credentials=credentials)
    last = {}
    for number in range(BALLOTS):
        ballot = seal(election, codes[draw(VOTERS)], _ranks(number, draw), draw)
        checked = check_ballot(election, ballot, None)
        last[checked.credential] = checked.ciphertext
        board.add_ballot(ballot)
    tally = encrypted_tally(last.values())
    board.end_ballots()
    board.add_tally(tally, ballots=len(last))
    mixed = read_tally(tally)
    for owner in (1, 2):
        made = make_shuffle(election, mixed, draw)
        mixed = check_shuffle(election, mixed, made)
        board.add_shuffle(made, owner=owner)
    board.end_shuffles()
    opened = {}
    for owner in (1, 3):
        made = make_decryption(election, mixed, shares[owner - 1], draw)
        opened[owner] = check_decryption(election, mixed, trustees.keys[owner - 1], made)
        board.add_decryption(made, owner=owner)
    board.add_result(open_ballots(election, trustees, mixed, opened))
    return file.getvalue()


def _ceremony(draw: Randomness) -> tuple[ThresholdParameters, list[mpz]]:
    """The published parameters and every trustee's share."""
    keys = [keys_of(new_seed(draw)) for _ in range(TRUSTEES)]
    certificates = [certificate(one, draw) for one in keys]
    polynomials = [make_polynomial(one, certificates, NEEDED, draw) for one in keys]
    answers = [
        make_voutput(one, certificates, make_vinput(polynomials, number), NEEDED, draw)
        for number, one in enumerate(keys, start=1)
    ]
    shares = [open_share(one, answer.private_key) for one, answer in zip(keys, answers, strict=True)]
    return finish(certificates, polynomials, answers, NEEDED), shares


def _ranks(number: int, draw: Randomness) -> list[int]:
    """A blank ballot, or some projects in some order."""
    ranks = [0] * len(PROJECTS)
    if number != 4:
        order = sorted(range(len(PROJECTS)), key=lambda _: draw(1 << 30))
        for rank, project in enumerate(order[: 1 + draw(len(PROJECTS))], start=1):
            ranks[project] = rank
    return ranks


def main() -> None:
    """Write both files beside this one."""
    contest_json = canonical(contest())
    (HERE / "sealed-contest.json").write_bytes(contest_json + b"\n")
    (HERE / "sealed.bel").write_bytes(make(contest_json))


if __name__ == "__main__":
    main()
