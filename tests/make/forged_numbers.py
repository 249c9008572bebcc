"""One number changed, or written otherwise, of every kind that an archive holds."""

from tests.make.forging import (
    CASES,
    Forge,
    case,
    numbers,
    on,
)
from tests.make.tampering import (
    dump,
    load,
    negative,
    plus_one,
    times_g,
)
from voting.sealing.group import P, Q

CHOICES = ("answers", 0, "choices")
for field_, path_, reason_ in [
    ("alpha", (*CHOICES, "alpha"), "ballot_hash"),
    ("beta", (*CHOICES, "beta"), "ballot_hash"),
    ("proof's challenge", ("answers", 0, "proof", "challenge"), "ballot_hash"),
    ("proof's response", ("answers", 0, "proof", "response"), "ballot_hash"),
    ("signature's challenge", ("signature", "proof", "challenge"), "ballot_signature"),
    ("signature's response", ("signature", "proof", "response"), "ballot_signature"),
]:
    case(f"ballot: another {field_}", reason_)(on("Ballot", 0, path_, plus_one, at=1))

PROOF = ("proofs", 0)
numbers(
    "Shuffle",
    0,
    "shuffle",
    "shuffle_proof",
    {
        "alpha": ("ciphertexts", 0, 0, "alpha"),
        "beta": ("ciphertexts", 0, 1, "beta"),
        "t1": (*PROOF, 0, 0),
        "t2": (*PROOF, 0, 1),
        "t3": (*PROOF, 0, 2),
        "t4,1": (*PROOF, 0, 3, 0),
        "t4,2": (*PROOF, 0, 3, 1),
        "link's commitment": (*PROOF, 0, 4, 0),
        "last link's commitment": (*PROOF, 0, 4, 1),
        "scalar s1": (*PROOF, 1, 0),
        "scalar s2": (*PROOF, 1, 1),
        "scalar s3": (*PROOF, 1, 2),
        "scalar s4": (*PROOF, 1, 3),
        "scalar link's response": (*PROOF, 1, 4, 0),
        "scalar place's response": (*PROOF, 1, 5, 1),
        "permutation commitment": (*PROOF, 2, 0),
        "link": (*PROOF, 3, 0),
    },
)
numbers(
    "PartialDecryption",
    0,
    "decryption",
    "decryption_proof",
    {
        "factor": ("decryption_factors", 0, 1),
        "scalar challenge": ("decryption_proofs", 0, 1, "challenge"),
        "scalar response": ("decryption_proofs", 0, 1, "response"),
    },
)
numbers("EncryptedTally", 0, "tally", "tally_ciphertexts", {"alpha": (0, 0, "alpha")})
del CASES["tally: alpha outside the group"]  # the tally is compared with the ballots, whole
case("tally: alpha outside the group", "tally_ciphertexts")(
    lambda forge: forge.number("EncryptedTally", 0, (0, 0, "alpha"), negative)
)
numbers(
    "Setup",
    1,
    "trustee",
    "trustee_proof",
    {
        "key": (0, 1, "public_key"),
        "scalar challenge": (0, 1, "pok", "challenge"),
        "scalar response": (0, 1, "pok", "response"),
    },
)
case("election: another key", "election_key")(lambda f: f.number("Setup", 0, ("public_key",), times_g))
case("election: key outside the group", "not_in_group")(
    lambda f: f.number("Setup", 0, ("public_key",), negative)
)
case("result: another rank", "result_differs")(
    lambda f: f.data("Result", 0, f.original.find("Result")[0].replace(b"[[[", b"[[[1", 1))
)


@case("decryption: a challenge with a zero before it", "number_malformed")
def _(forge: Forge) -> bytes:
    path = ("decryption_proofs", 0, 0, "challenge")
    return forge.number("PartialDecryption", 0, path, lambda text: "0" + text)


@case("shuffle: a response beyond q", "number_too_large")
def _(forge: Forge) -> bytes:
    return forge.number("Shuffle", 0, (*PROOF, 1, 0), lambda text: str(int(text) + int(Q)))


@case("shuffle: a commitment beyond p", "number_too_large")
def _(forge: Forge) -> bytes:
    return forge.number("Shuffle", 0, (*PROOF, 0, 0), lambda text: str(int(text) + int(P)))


@case("decryption: a negative response", "number_malformed")
def _(forge: Forge) -> bytes:
    return forge.number(
        "PartialDecryption", 0, ("decryption_proofs", 0, 0, "response"), lambda text: "-" + text[2:]
    )


@case("decryption: a response beyond q", "number_too_large")
def _(forge: Forge) -> bytes:
    return forge.number(
        "PartialDecryption", 0, ("decryption_proofs", 0, 0, "response"), lambda text: str(int(text) + int(Q))
    )


@case("decryption: a factor of 5,000 digits", "number_too_large")
def _(forge: Forge) -> bytes:
    return forge.number("PartialDecryption", 0, ("decryption_factors", 0, 0), lambda text: text * 9)


@case("roll: the identity as a credential", "credential_malformed")
def _(forge: Forge) -> bytes:
    return forge.data("Setup", 2, dump([*load(forge.original.find("Setup")[2]), "1"]))


@case("roll: a credential outside the group", "credential_malformed")
def _(forge: Forge) -> bytes:
    return forge.number("Setup", 2, (0,), negative)


@case("roll: a credential twice", "credential_repeated")
def _(forge: Forge) -> bytes:
    roll = load(forge.original.find("Setup")[2])
    return forge.data("Setup", 2, dump([*roll, roll[0]]))


@case("roll: a credential that counts twice", "credential_weight")
def _(forge: Forge) -> bytes:
    return forge.number("Setup", 2, (0,), lambda text: text + ",2")


@case("roll: empty", "credentials_empty")
def _(forge: Forge) -> bytes:
    return forge.data("Setup", 2, b"[]")
