"""Keys of trustees, alone and by threshold: the ceremony works with any mixture of programs."""

from pathlib import Path

import msgspec
import pytest

from tests.belenios import Judge
from tests.make.sealing import make_threshold
from voting.sealing.channel import certificate, keys_of, new_seed, receive, send
from voting.sealing.group import Q
from voting.sealing.powers import product
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR
from voting.sealing.threshold import (
    check_certificates,
    finish,
    make_polynomial,
    make_vinput,
    make_voutput,
    open_share,
    our_number,
)
from voting.sealing.trustees import (
    lagrange,
    new_private_key,
    public_key,
    read_private_key,
    read_public_key,
    read_trustees,
    write_trustees,
)
from voting.sealing.wire import (
    Polynomial,
    PublicKey,
    SignedMessage,
    ThresholdParameters,
    Vinput,
    Voutput,
    read,
    write,
)

THREE = 3
NEEDED = 2


def test_the_judge_s_single_key_is_ours_to_use(judge: Judge) -> None:
    judge.setup("generate-trustee-key")
    (private,), (public,) = judge.folder.glob("*.privkey"), judge.folder.glob("*.pubkey")
    key = read_public_key(read(PublicKey, public.read_bytes().strip()))
    assert GENERATOR.power(read_private_key(private.read_bytes())) == key


def test_the_judge_puts_our_keys_together_as_we_do(judge: Judge) -> None:
    keys = [public_key(new_private_key()) for _ in range(2)]
    parameters, _ = make_threshold([new_seed() for _ in range(THREE)], NEEDED)
    folder = judge.folder
    (folder / "public_keys.jsons").write_bytes(b"".join(write(key) + b"\n" for key in keys))
    (folder / "threshold.json").write_bytes(write(parameters))
    judge.setup("make-trustees")
    theirs = (folder / "trustees.json").read_bytes().strip()
    ours = read_trustees(write_trustees([*keys, parameters]))
    assert read_trustees(theirs).election_key == ours.election_key
    assert {circle.needed for circle in ours.circles} == {1, NEEDED}


@pytest.mark.parametrize("theirs", [frozenset(), {1}, {1, 2, 3}], ids=["ours", "mixed", "the-judge-s"])
def test_a_ceremony_of_any_mixture_gives_one_key(judge: Judge, theirs: frozenset[int]) -> None:
    """Members in `theirs` use the judge's program, the others ours; the officer uses both."""
    folder = judge.folder
    seeds = [_theirs(judge) if number in theirs else new_seed() for number in range(1, THREE + 1)]
    keys = [keys_of(seed) for seed in seeds]
    certificates = [certificate(one) for one in keys]
    (folder / "certs.jsons").write_bytes(b"".join(write(one) + b"\n" for one in certificates))
    steps = ("generate-trustee-key-threshold", "--certs", "certs.jsons")
    judge.setup(*steps, "--step", "2")
    polynomials = [
        read(
            Polynomial,
            judge.setup(*steps, "--key", _key(folder, seed), "--step", "3", "--threshold", "2").strip(),
        )
        if number in theirs
        else make_polynomial(one, certificates, NEEDED)
        for number, (seed, one) in enumerate(zip(seeds, keys, strict=True), start=1)
    ]
    voutputs = []
    for number, (seed, one) in enumerate(zip(seeds, keys, strict=True), start=1):
        vinput = make_vinput(polynomials, number)
        if number in theirs:
            said = judge.setup(*steps, "--key", _key(folder, seed), "--step", "5", given=write(vinput))
            voutputs.append(read(Voutput, said.strip()))
        else:
            voutputs.append(make_voutput(one, certificates, vinput, NEEDED))
    ours = finish(certificates, polynomials, voutputs, NEEDED)
    if theirs:
        (folder / "polynomials").write_bytes(b"".join(write(one) + b"\n" for one in polynomials))
        given = b"".join(write(one) + b"\n" for one in voutputs)
        said = judge.setup(*steps, "--step", "6", "--polynomials", "polynomials", given=given)
        assert read(ThresholdParameters, said.strip()) == ours
    shares = [open_share(one, answer.private_key) for one, answer in zip(keys, voutputs, strict=True)]
    _assert_any_two_open(ours, shares)


def _theirs(judge: Judge) -> str:
    before = set(judge.folder.glob("*.key"))
    judge.setup("generate-trustee-key-threshold", "--step", "1")
    (made,) = set(judge.folder.glob("*.key")) - before
    return made.read_text().strip()


def _key(folder: Path, seed: str) -> str:
    (folder / "this.key").write_text(seed + "\n")
    return "this.key"


def _assert_any_two_open(parameters: ThresholdParameters, shares: list[int]) -> None:
    trustees = read_trustees(write_trustees([parameters]))
    for present in ((1, 2), (1, 3), (2, 3), (3, 1)):
        whole = sum(lagrange(present, number) * shares[number - 1] for number in present)
        assert GENERATOR.power(whole % Q) == trustees.election_key
    for number, share in enumerate(shares, start=1):
        assert GENERATOR.power(share) == trustees.keys[number - 1].value


def test_a_lie_in_the_ceremony_is_found_and_named() -> None:
    keys = [keys_of(new_seed()) for _ in range(THREE)]
    certificates = [certificate(one) for one in keys]
    polynomials = [make_polynomial(one, certificates, NEEDED) for one in keys]
    replace = msgspec.structs.replace
    # Member 2 sends member 1 a point of another polynomial.
    lie = make_polynomial(keys[1], certificates, NEEDED).secrets[0]
    vinput = make_vinput(polynomials, 1)
    lied = replace(vinput, secrets=(vinput.secrets[0], lie, vinput.secrets[2]))
    with pytest.raises(Refused, match="secret_wrong: sender 2"):
        make_voutput(keys[0], certificates, lied, NEEDED)
    # A message for member 2 handed to member 1; one that member 3 did not write.
    swapped = (vinput.secrets[0], polynomials[1].secrets[1], vinput.secrets[2])
    with pytest.raises(Refused, match="message_malformed"):
        make_voutput(keys[0], certificates, replace(vinput, secrets=swapped), NEEDED)
    swapped = (vinput.secrets[0], vinput.secrets[2], vinput.secrets[1])
    with pytest.raises(Refused, match="message_signature"):
        make_voutput(keys[0], certificates, replace(vinput, secrets=swapped), NEEDED)
    # A threshold that was not agreed on; a stranger; certificates twice or with another signature.
    with pytest.raises(Refused, match="coefficients_count"):
        make_voutput(keys[0], certificates, vinput, THREE)
    with pytest.raises(Refused, match="key_foreign"):
        our_number(keys_of(new_seed()), certificates)
    with pytest.raises(Refused, match="certificate_repeated"):
        check_certificates([*certificates, certificates[0]])
    with pytest.raises(Refused, match="certificate_signature"):
        check_certificates([replace(certificates[0], signature=certificates[1].signature), *certificates[1:]])
    # A share that is not the one everybody can compute the key of.
    voutputs = [
        make_voutput(one, certificates, make_vinput(polynomials, number), NEEDED)
        for number, one in enumerate(keys, start=1)
    ]
    wrong = [voutputs[0], replace(voutputs[1], public_key=public_key(new_private_key())), voutputs[2]]
    with pytest.raises(Refused, match="verification_key: member 2"):
        finish(certificates, polynomials, wrong, NEEDED)


def test_a_message_names_its_recipient() -> None:
    ours, theirs, stranger = (keys_of(new_seed()) for _ in range(3))
    sent = send(ours, theirs.encryption, "mesaj")
    assert receive(theirs, ours.verification, sent) == "mesaj"
    with pytest.raises(Refused, match="message_signature"):
        receive(theirs, stranger.verification, sent)
    with pytest.raises(Refused, match="message_malformed"):
        receive(stranger, ours.verification, sent)


def test_a_key_without_its_proof_or_twice_is_refused() -> None:
    first, second = (public_key(new_private_key()) for _ in range(2))
    forged = msgspec.structs.replace(first, pok=second.pok)
    for items, reason in [
        ([forged], "trustee_proof"),
        ([first, first], "trustee_key_repeated"),
        ([], "trustees_empty"),
    ]:
        with pytest.raises(Refused) as refused:
            read_trustees(write_trustees(items))
        assert refused.value.reason == reason


def test_the_key_of_several_is_the_product_of_theirs() -> None:
    keys = [public_key(new_private_key()) for _ in range(2)]
    trustees = read_trustees(write_trustees(keys))
    assert trustees.election_key == product([read_public_key(key) for key in keys])
    assert trustees.key(0) is None
    assert trustees.key(3) is None


def test_a_seed_has_its_form() -> None:
    for wrong in ("", "0" * 22, "1" * 21):
        with pytest.raises(Refused, match="key_malformed"):
            keys_of(wrong)


def test_what_the_judge_hands_out_is_what_we_hand_out(judge: Judge) -> None:
    """Step 4 of the officer: the same vinputs."""
    keys = [keys_of(new_seed()) for _ in range(THREE)]
    certificates = [certificate(one) for one in keys]
    polynomials = [make_polynomial(one, certificates, NEEDED) for one in keys]
    for name, rows in (("certs", certificates), ("polynomials", polynomials)):
        (judge.folder / name).write_bytes(b"".join(write(one) + b"\n" for one in rows))
    judge.setup(
        "generate-trustee-key-threshold", "--certs", "certs", "--step", "4", "--polynomials", "polynomials"
    )
    theirs = {read(Vinput, path.read_bytes().strip()) for path in judge.folder.glob("*.vinput")}
    assert theirs == {make_vinput(polynomials, number) for number in range(1, THREE + 1)}


def test_certificates_are_signed_messages_of_the_specification() -> None:
    made = certificate(keys_of(new_seed()))
    assert read(SignedMessage, write(made)) == made
