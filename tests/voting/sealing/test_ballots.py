"""Ballots: the judge accepts ours, we accept the judge's, and nothing that was changed passes."""

from pathlib import Path

import msgspec
import pytest

from tests.belenios import Judge
from tests.make.sealing import Sealed, make_sealed
from voting.sealing.ballot import check_ballot, seal
from voting.sealing.credentials import new_code, public_credential
from voting.sealing.encoding import MAX_OPTIONS
from voting.sealing.group import P
from voting.sealing.refused import Refused
from voting.sealing.wire import Ballot, Signature, UnsignedBallot, fingerprint, read, write


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """An election that is open, with no ballot yet."""
    return make_sealed(tmp_path_factory.mktemp("sealed"))


@pytest.mark.parametrize("options", [1, 3, MAX_OPTIONS])
def test_the_judge_accepts_our_ballots_and_we_accept_its(judge: Judge, options: int) -> None:
    sealed = make_sealed(judge.folder, options=options, voters=2)
    judge.verify()
    sealed.vote(0, list(range(1, options + 1)))
    sealed.vote(1, [0] * options)  # blank
    sealed.vote(0, [1] + [0] * (options - 1))  # once more
    judge.verify()
    theirs = judge.ballot(sealed.codes[1], [255] + [0] * (options - 1))
    checked = check_ballot(sealed.election, theirs, sealed.roll)
    assert checked.credential == public_credential(sealed.codes[1], sealed.election.uuid)
    sealed.add_ballot(theirs)
    judge.verify()


def test_the_tracker_is_the_judge_s_hash_of_the_ballot(judge: Judge, sealed: Sealed) -> None:
    ballot = seal(sealed.election, sealed.codes[0], [1, 2, 3])
    tracker = check_ballot(sealed.election, ballot, sealed.roll).tracker
    assert judge.run("sha256-b64", given=ballot).decode().strip() == tracker


def test_two_ballots_for_the_same_ranks_have_nothing_in_common(sealed: Sealed) -> None:
    first, second = (read(Ballot, seal(sealed.election, sealed.codes[0], [1, 2, 3])) for _ in range(2))
    assert first.credential == second.credential
    assert first.answers[0].choices.alpha != second.answers[0].choices.alpha
    assert first.answers[0].choices.beta != second.answers[0].choices.beta


def test_a_stranger_s_code_seals_a_ballot_that_is_refused(sealed: Sealed) -> None:
    ballot = seal(sealed.election, new_code(), [1, 2, 3])
    with pytest.raises(Refused, match="ballot_credential"):
        check_ballot(sealed.election, ballot, sealed.roll)


def test_ranks_for_other_options_are_not_sealed(sealed: Sealed) -> None:
    with pytest.raises(Refused, match="ranks_range"):
        seal(sealed.election, sealed.codes[0], [1, 2])


def test_a_ballot_of_another_election_is_refused(sealed: Sealed, tmp_path: Path) -> None:
    other = make_sealed(tmp_path)
    ballot = seal(other.election, other.codes[0], [1, 2, 3])
    with pytest.raises(Refused, match="ballot_election"):
        check_ballot(sealed.election, ballot, sealed.roll | other.roll)


def resigned(sealed: Sealed, ballot: Ballot, **changes: object) -> bytes:
    """The ballot with other fields, its hash made to fit again; the signature cannot be."""
    changed = msgspec.structs.replace(ballot, **changes)
    unsigned = UnsignedBallot(
        changed.election_uuid, changed.election_hash, changed.credential, changed.answers
    )
    seen = fingerprint(write(unsigned))
    return write(msgspec.structs.replace(changed, signature=Signature(seen, ballot.signature.proof)))


def test_every_part_of_a_ballot_is_held_by_a_check(sealed: Sealed) -> None:
    raw = seal(sealed.election, sealed.codes[0], [1, 2, 3])
    ballot = read(Ballot, raw)
    (answer,) = ballot.answers
    replace = msgspec.structs.replace
    other_credential = public_credential(sealed.codes[1], sealed.election.uuid)
    negative = str(P - int(answer.choices.beta))

    def with_answer(**changes: object) -> bytes:
        return resigned(sealed, ballot, answers=(replace(answer, **changes),))

    def with_choices(**changes: str) -> bytes:
        return with_answer(choices=replace(answer.choices, **changes))

    changed_proof = replace(answer.proof, response=str(int(answer.proof.response) - 1))
    unsigned = replace(ballot.signature.proof, response=str(int(ballot.signature.proof.response) - 1))
    cases = {
        "ballot_hash": write(replace(ballot, signature=replace(ballot.signature, hash="A" * 43))),
        "ballot_credential": resigned(sealed, ballot, credential="4"),
        "ballot_proof": with_answer(proof=changed_proof),
        "ballot_signature": write(replace(ballot, signature=replace(ballot.signature, proof=unsigned))),
        "ballot_answers": resigned(sealed, ballot, answers=(answer, answer)),
        "not_in_group": with_choices(beta=negative),
        "identity_element": with_choices(alpha="1"),
        "number_malformed": with_choices(alpha="0" + answer.choices.alpha[1:]),
        "number_too_large": with_choices(alpha=str(P + 4)),
        "json_not_canonical": raw.replace(b",", b", ", 1),
        "json_malformed": raw[:-1],
        "member_too_large": raw + b" " * 8192,
    }
    for reason, changed in cases.items():
        with pytest.raises(Refused) as refused:
            check_ballot(sealed.election, changed, sealed.roll)
        assert refused.value.reason == reason
    # A ballot copied for another voter: the proof names its credential.
    with pytest.raises(Refused, match="ballot_proof"):
        check_ballot(sealed.election, resigned(sealed, ballot, credential=other_credential), sealed.roll)
    # The right values again, so that the cases above fail for their own reason only.
    check_ballot(sealed.election, resigned(sealed, ballot), sealed.roll)
