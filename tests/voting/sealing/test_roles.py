"""The registrar's and the trustees' commands, from an empty folder to a result, and what they decline."""

import csv
import io
import json
import stat
from pathlib import Path

import pytest

from app.cli import main
from tests.belenios import Judge
from tests.make.sealing import TIMESTAMP, make_sealed
from voting.sealing import keyfile
from voting.sealing.ballot import check_ballot, seal
from voting.sealing.board import Board
from voting.sealing.decryption import check_decryption, open_ballots
from voting.sealing.election import Election, make_election, new_uuid
from voting.sealing.keyfile import TrusteeSecret, lock, unlock
from voting.sealing.refused import Refused
from voting.sealing.shuffle_check import check_shuffle
from voting.sealing.tally import encrypted_tally, read_tally
from voting.sealing.trustees import TrusteeSet, read_trustees, write_trustees
from voting.sealing.wire import PublicKey, Result, ThresholdParameters, read, write

PASSPHRASE = "o parolă lungă"


class Desk:
    """A folder in which commands are run, with the passphrase on standard input."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch

    def run(self, *words: str, passphrase: str = PASSPHRASE) -> int:
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(passphrase + "\n"))
        return main(words)

    def done(self, *words: str) -> None:
        assert self.run(*words) == 0, words

    def join(self, pattern: str, out: str) -> None:
        """Several files as the lines of one, in the order of their names."""
        rows = [path.read_bytes() for path in sorted(self.folder.glob(pattern))]
        (self.folder / out).write_bytes(b"".join(rows))

    def data(self, name: str) -> bytes:
        return (self.folder / name).read_bytes().strip()


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of guessing stands in each file; what is tested does not depend on it."""
    monkeypatch.setattr(keyfile, "COST", 2**10)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def make_trustees(desk: Desk) -> bytes:
    """One trustee alone and two of three, by their commands."""
    desk.done("trustee", "key", "alone.key")
    for number in "123":
        desk.done("trustee", "certificate", f"m{number}.key")
    desk.join("m*.cert", "certs")
    for number in "123":
        desk.done("trustee", "polynomial", f"m{number}.key", "certs", f"m{number}.poly", "--threshold", "2")
    desk.join("m*.poly", "polys")
    desk.done("trustee", "hand-out", "certs", "polys", ".")
    for number in "123":
        arguments = (f"m{number}.key", "certs", f"{number}.vinput", f"m{number}.vout")
        desk.done("trustee", "share", *arguments, "--threshold", "2")
    desk.join("m*.vout", "vouts")
    desk.done("trustee", "finish", "certs", "polys", "vouts", "threshold.json", "--threshold", "2")
    alone = read(PublicKey, desk.data("alone.key.pubkey"))
    return write_trustees([alone, read(ThresholdParameters, desk.data("threshold.json"))])


def test_a_whole_election_by_the_roles_commands(desk: Desk, judge: Judge) -> None:
    raw = make_trustees(desk)
    trustees = read_trustees(raw)
    uuid = new_uuid()
    desk.folder.joinpath("roll.csv").write_text("id,nume\n1,Ana\n2,Ion\n3,Ștefan\n", "utf-8")
    desk.done("registrar", "codes", "roll.csv", "reg", "--election", uuid)
    election = make_election(
        uuid=uuid, name="n", description="d", question="q", options=["a", "b"], key=trustees.election_key
    )
    rows = list(csv.DictReader(io.StringIO((desk.folder / "reg" / "codes.csv").read_text("utf-8"))))
    assert [row["nume"] for row in rows] == ["Ana", "Ion", "Ștefan"]
    _vote_and_open(desk, judge, election, trustees, raw, [row["code"] for row in rows])


def _vote_and_open(
    desk: Desk, judge: Judge, election: Election, trustees: TrusteeSet, raw: bytes, codes: list[str]
) -> None:
    path = desk.folder / f"{election.uuid}.bel"
    board = Board(io.BytesIO(), timestamp=TIMESTAMP)

    def publish() -> str:
        path.write_bytes(board.file.getvalue())
        return path.name

    board.set_up(election=election.raw, trustees=raw, credentials=desk.data(f"reg/{election.uuid}.pubcreds"))
    desk.done("registrar", "check", publish(), f"reg/{election.uuid}.pubcreds")
    for key in ("alone", "m1", "m2", "m3"):
        desk.done("trustee", "try", f"{key}.key", path.name)
    ballots = [seal(election, codes[0], [1, 2]), seal(election, codes[2], [0, 1])]
    for ballot in ballots:
        board.add_ballot(ballot)
    assert desk.run("trustee", "shuffle", publish(), "early") == 2
    tally = encrypted_tally(check_ballot(election, ballot, None).ciphertext for ballot in ballots)
    board.end_ballots()
    board.add_tally(tally, ballots=2)
    desk.done("trustee", "shuffle", publish(), "shuffle", "--cores", "2")
    assert desk.run("trustee", "decrypt", path.name, "m3.key", "early") == 2
    mixed = check_shuffle(election, read_tally(tally), desk.data("shuffle"))
    board.add_shuffle(desk.data("shuffle"), owner=1)
    board.end_shuffles()
    opened = {}
    for owner, key in ((1, "alone"), (4, "m3"), (2, "m1")):
        desk.done("trustee", "decrypt", publish(), f"{key}.key", f"{key}.opened")
        made = desk.data(f"{key}.opened")
        opened[owner] = check_decryption(election, mixed, trustees.keys[owner - 1], made)
        board.add_decryption(made, owner=owner)
    assert desk.run("trustee", "decrypt", publish(), "m1.key", "twice") == 2
    result = open_ballots(election, trustees, mixed, opened)
    board.add_result(result)
    desk.done("verify", publish())
    judge.verify()
    assert sorted(read(Result, result).result[0]) == [(0, 1), (1, 2)]


def test_secrets_are_for_their_owner_alone_and_never_overwritten(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.done("trustee", "key", "k")
    assert stat.S_IMODE((desk.folder / "k").stat().st_mode) == 0o600
    before = desk.data("k")
    assert desk.run("trustee", "key", "k") == 2
    assert desk.data("k") == before
    private = unlock(before, PASSPHRASE).private
    assert private
    assert private not in before.decode() + capsys.readouterr().out
    assert set(json.loads(before)) == {"form", "version", "cost", "salt", "nonce", "sealed"}


def test_a_short_passphrase_is_declined(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.run("trustee", "key", "k", passphrase="scurtă") == 2
    assert "12 characters" in capsys.readouterr().err
    assert list(desk.folder.iterdir()) == []


def test_another_passphrase_and_a_changed_file_do_not_open() -> None:
    locked = lock(TrusteeSecret(private="5"), PASSPHRASE)
    assert unlock(locked, PASSPHRASE) == TrusteeSecret(private="5")
    with pytest.raises(Refused, match="key_locked"):
        unlock(locked, PASSPHRASE + "x")
    changed = json.loads(locked)
    changed["sealed"] = changed["sealed"][:-2] + ("00" if changed["sealed"][-2:] != "00" else "01")
    with pytest.raises(Refused, match="key_locked"):
        unlock(json.dumps(changed).encode(), PASSPHRASE)
    for wrong in (
        b"",
        b"{}",
        locked.replace(b'"version":1', b'"version":2'),
        locked.replace(b"1024", b"1023"),
    ):
        with pytest.raises(Refused, match="key_malformed"):
            unlock(wrong, PASSPHRASE)


def test_a_stranger_s_key_and_a_lost_passphrase_are_said_before_the_vote(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = make_sealed(desk.folder)
    desk.done("trustee", "key", "stranger")
    assert desk.run("trustee", "try", "stranger", sealed.path.name) == 1
    said = capsys.readouterr()
    assert "the passphrase opens the key" in said.out
    assert "a key is not of this ceremony" in said.err
    assert desk.run("trustee", "try", "stranger", sealed.path.name, passphrase="altceva") == 1
    said = capsys.readouterr()
    assert "the passphrase does not open the key" in said.err
    assert "opens" not in said.out
    assert desk.run("trustee", "try", "lost.key", sealed.path.name) == 2
    desk.done("trustee", "certificate", "half.key")
    assert desk.run("trustee", "try", "half.key", sealed.path.name) == 2
    assert "no share yet" in capsys.readouterr().err


def test_the_key_of_one_election_is_not_taken_for_another_s(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed, other = make_sealed(desk.folder), make_sealed(desk.folder)
    (desk.folder / "mine").write_bytes(lock(TrusteeSecret(private=str(sealed.secrets[0])), PASSPHRASE))
    desk.done("trustee", "try", "mine", sealed.path.name)
    assert "it is the key of trustee 1 of this election" in capsys.readouterr().out
    assert desk.run("trustee", "try", "mine", other.path.name) == 1
    (desk.folder / "cut.bel").write_bytes(sealed.path.read_bytes()[:-700])
    assert desk.run("trustee", "try", "mine", "cut.bel") == 1
    assert "the file is cut" in capsys.readouterr().err


def test_a_share_that_a_kill_left_half_written_is_made_again(desk: Desk) -> None:
    for number in "12":
        desk.done("trustee", "certificate", f"m{number}.key")
    desk.join("m*.cert", "certs")
    for number in "12":
        desk.done("trustee", "polynomial", f"m{number}.key", "certs", f"m{number}.poly", "--threshold", "2")
    desk.join("m*.poly", "polys")
    desk.done("trustee", "hand-out", "certs", "polys", ".")
    (desk.folder / "m1.key.new").write_bytes(b"half")
    desk.done("trustee", "share", "m1.key", "certs", "1.vinput", "m1.vout", "--threshold", "2")
    assert not (desk.folder / "m1.key.new").exists()
    assert unlock(desk.data("m1.key"), PASSPHRASE).share


def test_a_key_of_the_judge_s_needs_no_passphrase(desk: Desk, judge: Judge) -> None:
    judge.setup("generate-trustee-key")
    (private,) = desk.folder.glob("*.privkey")
    sealed = make_sealed(desk.folder)
    assert (
        desk.run("trustee", "try", private.name, sealed.path.name, passphrase="") == 1
    )  # not of this election
    (desk.folder / "plain").write_bytes(write(str(sealed.secrets[0])))
    desk.done("trustee", "try", "plain", sealed.path.name)


@pytest.mark.parametrize(
    ("roll", "why"),
    [
        ("", "no people"),
        ("id,nume\n", "no people"),
        ("id,nume\n1,Ana\n1,Ana\n", "the same"),
        ("id,nume\n1\n", "line 2"),
        ("id,code\n1,x\n", "codes already"),
    ],
    ids=["empty", "heading", "twice", "short", "codes"],
)
def test_a_roll_that_is_not_one_person_a_line_is_declined(
    desk: Desk, capsys: pytest.CaptureFixture[str], roll: str, why: str
) -> None:
    (desk.folder / "roll.csv").write_text(roll)
    assert desk.run("registrar", "codes", "roll.csv", "reg", "--election", new_uuid()) == 2
    assert why in capsys.readouterr().err
    assert not (desk.folder / "reg").exists()


def test_credentials_that_were_changed_are_found(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    sealed = make_sealed(desk.folder)
    (desk.folder / "roll.csv").write_text("id\n1\n2\n")
    desk.done("registrar", "codes", "roll.csv", "reg", "--election", sealed.election.uuid)
    ours = f"reg/{sealed.election.uuid}.pubcreds"
    assert desk.run("registrar", "check", sealed.path.name, ours) == 2
    assert "3 credentials were added, 2 left out" in capsys.readouterr().err
