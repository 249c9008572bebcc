"""The ballot box's chain, and codes as people type them."""

import hashlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.sealing.box import (
    ALPHABET,
    BoxEntry,
    BoxHead,
    BrokenChain,
    InvalidCode,
    append,
    check_chain,
    code_of,
    code_statuses,
    commit,
    genesis,
    new_receipt,
    new_salt,
    normalise_code,
    normalise_secret,
)

CONTEST = "ab" * 32
POLL = "7b0c8f1e-0000-4000-8000-000000000001"


def make_box(number: int = 4, *, replacing: bool = True) -> list[BoxEntry]:
    """A box whose last ballot replaces its first."""
    entries: list[BoxEntry] = []
    head = genesis(CONTEST)
    for index in range(number):
        replaces = entries[0].code if replacing and index == number - 1 else None
        entry = append(
            head, code=new_receipt(POLL)[1], commitment=commit(new_salt(), b"paper"), replaces=replaces
        )
        entries.append(entry)
        head = entry.head
    return entries


def test_an_honest_box_checks() -> None:
    box = make_box()
    assert check_chain(CONTEST, box, box[-1].hash) == BoxHead(4, box[-1].hash)
    assert check_chain(CONTEST, []) == genesis(CONTEST)
    statuses = code_statuses(box)
    assert list(statuses) == sorted(statuses)
    assert statuses[box[0].code] == "replaced"
    assert list(statuses.values()).count("counted") == 3


def test_the_chain_is_what_its_definition_says() -> None:
    """Repeated with the standard library only, as an outsider would."""
    previous = hashlib.sha256(b"obste-box" + CONTEST.encode()).hexdigest()
    for entry in make_box():
        body = json.dumps(
            [entry.position, entry.code, entry.commitment, entry.replaces], separators=(",", ":")
        )
        previous = hashlib.sha256((previous + body).encode()).hexdigest()
        assert entry.hash == previous


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("code", "0000-0000-0000", "hash"),
        ("commitment", "0" * 64, "hash"),
        ("position", 9, "position"),
        ("hash", "0" * 64, "hash"),
    ],
)
def test_every_changed_field_is_found_where_it_is(field: str, value: object, reason: str) -> None:
    box = make_box()
    box[1] = msgspec.structs.replace(box[1], **{field: value})
    with pytest.raises(BrokenChain) as broken:
        check_chain(CONTEST, box)
    assert (broken.value.position, broken.value.reason) == (2, reason)


def test_dropped_moved_and_cut_entries_are_found() -> None:
    box = make_box()
    for wrong in (box[1:], box[:1] + box[2:], [box[1], box[0], *box[2:]]):
        with pytest.raises(BrokenChain):
            check_chain(CONTEST, wrong)
    with pytest.raises(BrokenChain, match="head"):
        check_chain(CONTEST, box[:-1], box[-1].hash)
    with pytest.raises(BrokenChain, match="hash"):
        check_chain("cd" * 32, box)


def test_codes_are_used_once_and_replace_only_what_counts() -> None:
    box = make_box(2, replacing=False)
    for code, replaces, reason in (
        (box[0].code, None, "code_repeated"),
        (new_receipt(POLL)[1], "0000-0000-0000", "replaces_unknown"),
        ("short", None, "code_malformed"),
    ):
        wrong = append(box[-1].head, code=code, commitment="0" * 64, replaces=replaces)
        with pytest.raises(BrokenChain, match=reason):
            check_chain(CONTEST, [*box, wrong])
    new = append(box[-1].head, code=new_receipt(POLL)[1], commitment="0" * 64, replaces=box[0].code)
    again = append(new.head, code=new_receipt(POLL)[1], commitment="0" * 64, replaces=box[0].code)
    with pytest.raises(BrokenChain, match="replaces_unknown"):
        check_chain(CONTEST, [*box, new, again])


def test_receipts() -> None:
    secret, code = new_receipt(POLL)
    assert [len(part) for part in secret.split("-")] == [4] * 5
    assert [len(part) for part in code.split("-")] == [4] * 3
    assert code_of(secret.lower().replace("-", " "), POLL) == code
    assert code_of(secret, POLL[:-1] + "2") != code
    digest = hashlib.sha256(b"obste-receipt" + POLL.encode() + secret.replace("-", "").encode()).digest()
    number = int.from_bytes(digest) >> (256 - 60)
    assert "".join(ALPHABET[number >> (55 - 5 * i) & 31] for i in range(12)) == code.replace("-", "")
    assert len({new_receipt(POLL)[0] for _ in range(200)}) == 200


@given(st.text(st.sampled_from(ALPHABET), min_size=12, max_size=12))
def test_codes_are_read_as_people_write_them(plain: str) -> None:
    shown = normalise_code(plain)
    sloppy = plain.lower().replace("0", "o").replace("1", "l")
    assert normalise_code(f" {sloppy[:5]}  {sloppy[5:]}\n") == shown == normalise_code(shown)
    assert normalise_code(shown.replace("-", "\u2013")) == shown


@pytest.mark.parametrize(
    "typed", ["", "7QXM-4T2K", "7QXM-4T2K-9RVU", "7QXM-4T2K-9RVDD", "7QXM-4T2K-9RV!", "７QXM-4T2K-9RVD"]
)
def test_what_is_no_code(typed: str) -> None:
    with pytest.raises(InvalidCode):
        normalise_code(typed)
    with pytest.raises(InvalidCode):
        normalise_secret(typed)


def test_a_salt_has_one_length() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit(b"short", b"paper")
