"""An archive in which one thing was changed is refused, and the right thing is named.

Every change leaves all else as it should be: names, hashes and chain are made to fit again.
`LET_THROUGH` lists those that the judge (belenios-tool 2.0) accepts; that it does is tested as well, so that
the list stays true.
"""

import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.belenios import Judge, Refusal
from tests.make import forged_ballots, forged_files, forged_numbers, forged_tallies
from tests.make.forging import CASES, Forge
from tests.make.sealing import make_sealed
from tests.make.tampering import (
    Parts,
    dump,
    load,
    make_finished,
    plus_one,
    take_apart,
    times_g,
)
from voting.sealing.refused import Refused
from voting.sealing.verify import Checked, verify

REGISTERED = (
    forged_numbers,
    forged_ballots,
    forged_tallies,
    forged_files,
)  # importing them is what fills CASES

# What `belenios-tool election verify` says nothing of. Those of the tally do not mislead it: it computes its
# own from the ballots. Those of openings it looks at only when there is a result.
LET_THROUGH = (
    "tally: another alpha",
    "tally: alpha outside the group",
    "tally: one ballot fewer",
    "tally: in another order",
    "tally: the replaced ballot instead of the last",
    "tally: another number of ballots",
    "tally: another weight",
    "roll: the identity as a credential",
    "ballots: one repeated",
    "ballots: a ciphertext sealed twice with the same secret",
    "ballots: one sealed with the secret 0",
    "shuffle: nothing mixed, nothing re-encrypted",
    "shuffle: of a trustee that is none",
    "shuffle: of trustee 0",
    "shuffle: a second one of the same trustee",
    "shuffle: none",
    "decryption: a challenge with a zero before it",
    "decryption: with another key",
    "decryption: of the tally instead of what was mixed",
    "decryption: two factors exchanged",
    "decryption: one factor fewer",
    "decryption: of a trustee that is none",
    "decryption: twice by the same trustee",
    "decryption: before the mixing has ended",
)


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    """A finished election in which nothing was changed."""
    return Forge(*make_finished(tmp_path_factory.mktemp("forge")))


def test_there_are_many_cases() -> None:
    assert len(REGISTERED) == 4
    assert len(CASES) >= 120


def test_the_election_is_right_before_anything_is_changed(forge: Forge) -> None:
    assert checked(forge.original.bytes()).stage == "Result"
    assert forge.original.bytes() == forge.sealed.path.read_bytes()


def checked(raw: bytes) -> Checked:
    return verify(io.BytesIO(raw))


@pytest.mark.parametrize("name", CASES)
def test_what_was_changed_is_refused_and_named(forge: Forge, name: str) -> None:
    reason, tamper = CASES[name]
    changed = tamper(forge.fresh())
    assert changed != forge.original.bytes()
    with pytest.raises(Refused) as refused:
        checked(changed)
    assert refused.value.reason == reason, refused.value


@pytest.mark.parametrize("name", LET_THROUGH)
def test_the_judge_says_nothing_of(forge: Forge, judge: Judge, name: str) -> None:
    """Should this fail with a newer judge, the list has become shorter, which is good."""
    (judge.folder / forge.sealed.path.name).write_bytes(CASES[name][1](forge.fresh()))
    judge.verify()


def test_the_judge_refuses_some_with_us(forge: Forge, judge: Judge) -> None:
    for name in ("shuffle: another t1", "ballots: a stranger's", "events: another parent"):
        (judge.folder / forge.sealed.path.name).write_bytes(CASES[name][1](forge.fresh()))
        with pytest.raises(Refusal):
            judge.verify()


# ── a circle of trustees ─────────────────────────────────────────────────────────────────────────────

CIRCLE = (0, 1)
MESSAGE = "message"


def inside(change: Callable[[Any], None]) -> Callable[[str], str]:
    """Change the JSON inside a signed message."""

    def apply(text: str) -> str:
        value = load(text.encode())
        change(value)
        return dump(value).decode()

    return apply


def double(key: str | int) -> Callable[[Any], None]:
    """Another element in that place."""

    def apply(value: Any) -> None:
        value[key] = times_g(value[key])

    return apply


CIRCLE_CASES: dict[str, tuple[str, tuple[str | int, ...], Callable[[Any], Any]]] = {
    "another threshold": ("coefficients_count", ("threshold",), lambda _: 3),
    "a threshold of 0": ("threshold_range", ("threshold",), lambda _: 0),
    "a threshold beyond the members": ("threshold_range", ("threshold",), lambda _: 4),
    "a certificate's key": ("certificate_signature", ("certs", 1, MESSAGE), inside(double("verification"))),
    "a certificate's other key": (
        "certificate_signature",
        ("certs", 1, MESSAGE),
        inside(double("encryption")),
    ),
    "a certificate's signature": ("certificate_signature", ("certs", 0, "signature", "response"), plus_one),
    "a certificate twice": ("certificate_repeated", ("certs",), lambda certs: [certs[0], *certs[:2]]),
    "one certificate fewer": ("threshold_range", ("certs",), lambda certs: certs[:2]),
    "a coefficient": (
        "coefficients_signature",
        ("coefexps", 2, MESSAGE),
        inside(lambda value: double(1)(value["coefexps"])),
    ),
    "a coefficient's signature": (
        "coefficients_signature",
        ("coefexps", 2, "signature", "challenge"),
        plus_one,
    ),
    "coefficients in another order": ("coefficients_signature", ("coefexps",), lambda rows: rows[::-1]),
    "a verification key": ("trustee_proof", ("verification_keys", 0, "public_key"), times_g),
    "verification keys in another order": (
        "verification_key",
        ("verification_keys",),
        lambda keys: keys[::-1],
    ),
    "a spaced certificate": (
        "json_not_canonical",
        ("certs", 0, MESSAGE),
        lambda text: text.replace(",", ", ", 1),
    ),
}


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """An election that is open, with two of three trustees."""
    return take_apart(make_sealed(tmp_path_factory.mktemp("circle"), singles=0, circle=(3, 2)))


@pytest.mark.parametrize("name", CIRCLE_CASES)
def test_a_circle_that_was_changed_is_refused_and_named(circle: Parts, name: str) -> None:
    reason, path, change = CIRCLE_CASES[name]
    parts = circle.copy()
    assert checked(parts.bytes()).stage == "Setup"

    def apply(value: Any) -> None:
        value = value[0][1]
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = change(value[path[-1]])

    parts.edit("Setup", 1, apply)
    with pytest.raises(Refused) as refused:
        checked(parts.bytes())
    assert refused.value.reason == reason, refused.value
