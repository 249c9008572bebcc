"""Whole elections: the judge accepts ours at every stage, we accept the judge's, and both may take turns."""

import random
from pathlib import Path

import pytest

from tests.belenios import Judge
from tests.make.sealing import Sealed, make_sealed
from voting.sealing.ballot import check_ballot, seal, seal_element
from voting.sealing.channel import certificate, keys_of
from voting.sealing.credentials import public_credential, secret_exponent
from voting.sealing.crew import Crew
from voting.sealing.decryption import check_decryption, make_decryption, open_ballots
from voting.sealing.encoding import MAX_OPTIONS
from voting.sealing.group import G
from voting.sealing.refused import Refused
from voting.sealing.shuffle import make_shuffle
from voting.sealing.shuffle_check import check_shuffle
from voting.sealing.tally import encrypted_tally, read_tally
from voting.sealing.verify import Checked, verify
from voting.sealing.wire import write

TEMPLATE = (
    '{"description":"d","name":"n","questions":[{"type":"NonHomomorphic","value":'
    '{"answers":["a","b","c"],"question":"q"}}],"administrator":"x","credential_authority":"y"}'
)


def votes(options: int) -> list[list[int]]:
    """A full ranking, a blank ballot, one choice."""
    return [list(range(options, 0, -1)), [0] * options, [1] + [0] * (options - 1)]


def data_of(said: bytes) -> bytes:
    """The first line of what the judge prints; the second names the first and says whose it is."""
    return said.splitlines()[0]


@pytest.mark.parametrize(
    ("singles", "circle", "present"),
    [
        pytest.param(1, None, [1], id="one-single"),
        pytest.param(2, None, [1, 2], id="two-singles"),
        pytest.param(0, (3, 2), [1, 3], id="two-of-three"),
        pytest.param(1, (3, 2), [4, 1, 3], id="single-and-two-of-three"),
    ],
)
def test_the_judge_accepts_our_elections_whoever_opens_them(
    judge: Judge, singles: int, circle: tuple[int, int] | None, present: list[int]
) -> None:
    sealed = make_sealed(judge.folder, voters=4, singles=singles, circle=circle)
    sealed.vote(0, [3, 1, 2])  # replaced below
    for voter, ranks in enumerate(votes(3)):
        sealed.vote(voter, ranks)
    sealed.end_ballots()
    sealed.shuffle(1)
    for owner in range(2, min(len(sealed.secrets), 2) + 1):
        sealed.shuffle(owner)
    sealed.end_shuffles()
    for owner in present:
        sealed.decrypt(owner)
    assert sealed.finish() == sorted(tuple(ranks) for ranks in votes(3))
    checked = _accepted(judge, sealed, "Result")
    assert (checked.voters, checked.ballots, checked.counted) == (4, 4, 3)
    assert sorted(checked.result or ()) == sorted(tuple(ranks) for ranks in votes(3))
    assert checked.decryptions == present


def test_the_judge_accepts_our_archive_at_every_stage(judge: Judge) -> None:
    sealed = make_sealed(judge.folder, singles=0, circle=(3, 2))
    _accepted(judge, sealed, "Setup")
    sealed.vote(0, [3, 1, 2])
    _accepted(judge, sealed, "Ballot")
    sealed.board.end_ballots()
    sealed.save()
    _accepted(judge, sealed, "EndBallots")
    tally = encrypted_tally(check_ballot(sealed.election, raw, None).ciphertext for raw in sealed.sealed)
    sealed.board.add_tally(tally, ballots=1)
    sealed.mixed = read_tally(tally)
    sealed.save()
    _accepted(judge, sealed, "EncryptedTally")
    sealed.shuffle(2)
    _accepted(judge, sealed, "Shuffle")
    sealed.end_shuffles()
    _accepted(judge, sealed, "EndShuffles")
    for owner in (3, 1):
        sealed.decrypt(owner)
        _accepted(judge, sealed, "PartialDecryption")
    sealed.finish()
    _accepted(judge, sealed, "Result")


def _accepted(judge: Judge, sealed: Sealed, stage: str) -> Checked:
    judge.verify()
    checked = sealed.verify()
    assert checked.stage == stage
    return checked


@pytest.mark.parametrize("options", [1, MAX_OPTIONS])
def test_the_smallest_and_the_largest_ballot_are_counted(judge: Judge, options: int) -> None:
    sealed = make_sealed(judge.folder, options=options)
    for voter, ranks in enumerate(votes(options)):
        sealed.vote(voter, ranks)
    sealed.end_ballots()
    sealed.shuffle(1)
    sealed.end_shuffles()
    sealed.decrypt(1)
    assert sealed.finish() == sorted(tuple(ranks) for ranks in votes(options))
    _accepted(judge, sealed, "Result")


def test_a_single_ballot_is_mixed_and_opened(judge: Judge) -> None:
    sealed = make_sealed(judge.folder)
    sealed.vote(1, [2, 1, 0])
    sealed.end_ballots()
    sealed.shuffle(1)
    sealed.end_shuffles()
    sealed.decrypt(1)
    assert sealed.finish() == [(2, 1, 0)]
    _accepted(judge, sealed, "Result")


def test_the_judge_computes_the_same_tally_and_result(judge: Judge) -> None:
    """What is computed without randomness is the same to the byte, also from numbers that encode no ranks."""
    sealed = make_sealed(judge.folder, voters=4, singles=0, circle=(3, 2))
    for voter, ranks in enumerate(votes(3)):
        sealed.vote(voter, ranks)
    exponent = secret_exponent(sealed.codes[3], sealed.election.uuid)
    credential = public_credential(sealed.codes[3], sealed.election.uuid)
    sealed.add_ballot(seal_element(sealed.election, exponent, credential, G**2001))
    sealed.board.end_ballots()
    sealed.save()
    theirs = data_of(judge.run("election", "compute-encrypted-tally"))
    assert theirs == encrypted_tally(
        check_ballot(sealed.election, raw, None).ciphertext for raw in sealed.sealed
    )
    sealed.board.add_tally(theirs, ballots=4)
    sealed.mixed = read_tally(theirs)
    sealed.shuffle(1)
    sealed.end_shuffles()
    sealed.decrypt(1)
    sealed.decrypt(3)
    theirs = judge.run("election", "compute-result").strip()
    assert theirs == open_ballots(sealed.election, sealed.trustees, sealed.mixed, sealed.opened)


def test_the_judge_s_shuffles_and_decryptions_take_turns_with_ours(judge: Judge, tmp_path: Path) -> None:
    sealed = make_sealed(judge.folder, singles=2)
    for voter, ranks in enumerate(votes(3)):
        sealed.vote(voter, ranks)
    sealed.end_ballots()
    sealed.shuffle(1)
    sealed.shuffle(2, data_of(judge.run("election", "shuffle", "--trustee-id=2")))
    sealed.end_shuffles()
    (tmp_path / "key").write_bytes(write(str(sealed.secrets[0])))
    theirs = judge.run("election", "decrypt", "--privkey", "key", "--trustee-id", "1")
    sealed.decrypt(1, data_of(theirs))
    sealed.decrypt(2)
    sealed.finish()
    assert _accepted(judge, sealed, "Result").shuffles == [1, 2]


def test_an_election_made_wholly_by_the_judge_is_accepted(judge: Judge) -> None:
    path = make_theirs(judge)
    with path.open("rb") as file, Crew(2) as crew:
        checked = verify(file, crew)
        assert verify(file) == checked
    assert (checked.stage, checked.ballots, checked.counted) == ("Result", 4, 3)
    assert sorted(checked.result or ()) == [(0, 0, 0), (1, 255, 0), (2, 1, 3)]
    assert checked.decryptions == [1, 2]


def make_theirs(judge: Judge) -> Path:
    """Two of three trustees, three voters, one of whom votes twice."""
    folder = judge.folder
    uuid = judge.run("setup", "generate-token").decode().strip()
    judge.setup("generate-credentials", "--uuid", uuid, "--count", "3")
    (private,), (public,) = folder.glob("*.privcreds"), folder.glob("*.pubcreds")
    public.rename(folder / "public_creds.json")
    codes = [line.split()[1] for line in private.read_text().splitlines()]
    names = _threshold_files(judge)
    (folder / "public_keys.jsons").write_text("")
    (folder / "template.json").write_text(TEMPLATE)
    judge.run("setup", "make-trustees")
    judge.setup("make-election", "--uuid", uuid, "--template", "template.json")
    judge.run("archive", "init")
    for code, ranks in [(0, [1, 2, 3]), (1, [0, 0, 0]), (0, [2, 1, 3]), (2, [1, 255, 0])]:
        judge.add_event("Ballot", judge.ballot(codes[code], ranks))
    judge.add_event("EndBallots")
    judge.add_event("EncryptedTally", judge.run("election", "compute-encrypted-tally"))
    judge.add_event("Shuffle", judge.run("election", "shuffle", "--trustee-id=1"))
    judge.add_event("EndShuffles")
    for number, name in enumerate(names[:2], start=1):
        arguments = ("--key", f"{name}.key", "--decryption-key", f"{name}.dkey", "--trustee-id", str(number))
        judge.add_event("PartialDecryption", judge.run("election", "decrypt-threshold", *arguments))
    judge.add_event("Result", judge.run("election", "compute-result"))
    judge.verify()
    return folder / f"{uuid}.bel"


def _threshold_files(judge: Judge) -> list[str]:
    """The ceremony; the members' file names in their order."""
    folder = judge.folder
    for _ in range(3):
        judge.setup("generate-trustee-key-threshold", "--step", "1")
    names = sorted(path.stem for path in folder.glob("*.key"))
    certificates = [(folder / f"{name}.cert").read_bytes() for name in names]
    (folder / "certs").write_bytes(b"".join(certificates))
    step = ("generate-trustee-key-threshold", "--certs", "certs", "--step")
    polynomials = [judge.setup(*step, "3", "--key", f"{name}.key", "--threshold", "2") for name in names]
    (folder / "polynomials").write_bytes(b"".join(polynomials))
    judge.setup(*step, "4", "--polynomials", "polynomials")
    voutputs = [
        judge.setup(*step, "5", "--key", f"{name}.key", given=(folder / f"{name}.vinput").read_bytes())
        for name in names
    ]
    made = judge.setup(*step, "6", "--polynomials", "polynomials", given=b"".join(voutputs))
    (folder / "threshold.json").write_bytes(made)
    keys = keys_of((folder / f"{names[0]}.key").read_text().strip())
    assert str(certificate(keys).message).encode() in certificates[0].replace(b'\\"', b'"')
    return names


def test_our_members_of_a_circle_open_with_the_judge_s_program(judge: Judge) -> None:
    """A share that our ceremony made is a key for the judge's program."""
    sealed = make_sealed(judge.folder, singles=0, circle=(3, 2))
    for voter, ranks in enumerate(votes(3)):
        sealed.vote(voter, ranks)
    sealed.end_ballots()
    sealed.shuffle(3)
    sealed.end_shuffles()
    member = sealed.members[1]
    (judge.folder / "seed").write_text(member.seed + "\n")
    (judge.folder / "share").write_text(member.sealed_share + "\n")
    arguments = ("--key", "seed", "--decryption-key", "share", "--trustee-id", "2")
    sealed.decrypt(2, data_of(judge.run("election", "decrypt-threshold", *arguments)))
    sealed.decrypt(3)
    sealed.finish()
    _accepted(judge, sealed, "Result")


def test_several_processes_make_the_same_bytes(tmp_path: Path) -> None:
    """Randomness is drawn by the caller, in one order, however many work."""
    sealed = make_sealed(tmp_path, voters=70)
    for voter in range(70):
        sealed.sealed.append(seal(sealed.election, sealed.codes[voter], [1, 2, 3]))
    sealed.end_ballots()
    made = []
    for processes in (1, 2):
        draw = random.Random(7).randrange
        with Crew(processes) as crew:
            shuffle = make_shuffle(sealed.election, sealed.mixed, draw, crew)
            mixed = check_shuffle(sealed.election, sealed.mixed, shuffle, crew)
            opened = make_decryption(sealed.election, mixed, sealed.secrets[0], draw, crew)
            check_decryption(sealed.election, mixed, sealed.trustees.keys[0], opened, crew)
        made.append((shuffle, opened))
    assert made[0] == made[1]


def test_opening_waits_for_enough_trustees(tmp_path: Path) -> None:
    sealed = make_sealed(tmp_path, singles=1, circle=(3, 2))
    sealed.vote(0, [1, 2, 3])
    sealed.end_ballots()
    sealed.shuffle(1)
    sealed.end_shuffles()
    sealed.decrypt(3)
    with pytest.raises(Refused, match="decryption_missing: missing 1, first 1, last 1"):
        sealed.finish()
    sealed.decrypt(1)
    with pytest.raises(Refused, match="decryption_missing: missing 1, first 2, last 4"):
        sealed.finish()
    sealed.decrypt(4)
    assert sealed.finish() == [(1, 2, 3)]
