"""Ballots removed, repeated, moved, copied, foreign, marked or badly written."""

from dataclasses import replace

from tests.make.forging import Forge, case, open_with, signed
from tests.make.tampering import (
    dump,
    load,
    put_together,
)
from voting.sealing.ballot import seal, seal_element
from voting.sealing.credentials import new_code, public_credential, secret_exponent
from voting.sealing.encoding import encode_ranks
from voting.sealing.group import P
from voting.sealing.wire import (
    Ballot,
    read,
)


@case("ballots: one removed", "tally_count")
def _(forge: Forge) -> bytes:
    del forge.parts.events[forge.parts.place("Ballot", 1)]
    return forge.parts.bytes()


@case("ballots: two in the other order", "tally_ciphertexts")
def _(forge: Forge) -> bytes:
    def swap(events: list[tuple[str, list[bytes]]]) -> None:
        first, last = forge.parts.place("Ballot", 0), forge.parts.place("Ballot", 2)
        events[first], events[last] = events[last], events[first]

    return forge.with_events(swap)


@case("ballots: one repeated", "member_repeated")
def _(forge: Forge) -> bytes:
    again = forge.original.find("Ballot", 1)
    return forge.with_events(lambda events: events.insert(4, ("Ballot", [*again])))


@case("ballots: an event for a ballot that stands there already", "payload_missing")
def _(forge: Forge) -> bytes:
    members = forge.original.members()
    place = [place for place, (_, content) in enumerate(members) if b'"Ballot"' in content][1]
    return put_together([*members[: place - 1], *members[place:]])


@case("ballots: one replaced by another of the same voter", "tally_ciphertexts")
def _(forge: Forge) -> bytes:
    return forge.data("Ballot", 0, forge.ballot(1, [0, 1]), at=1)


@case("ballots: a voter's ballot copied under another credential", "ballot_proof")
def _(forge: Forge) -> bytes:
    theirs = read(Ballot, forge.original.find("Ballot", 0)[0])
    return forge.data("Ballot", 0, signed(forge, 1, theirs.answers), at=1)


@case("ballots: a ciphertext sealed twice with the same secret", "ballot_copied")
def _(forge: Forge) -> bytes:
    """Who knows the secret can prove it again: a voter with two codes, or who helps another to copy."""
    secret = iter([12345, 1, 2, 12345, 3, 4])
    ballots = [
        seal_element(
            forge.sealed.election,
            secret_exponent(forge.sealed.codes[voter], forge.sealed.election.uuid),
            public_credential(forge.sealed.codes[voter], forge.sealed.election.uuid),
            encode_ranks([1, 2]),
            lambda _: next(secret),
        )
        for voter in (0, 1)
    ]
    return open_with(forge, ballots)


@case("ballots: a stranger's", "ballot_credential")
def _(forge: Forge) -> bytes:
    return open_with(forge, [seal(forge.sealed.election, new_code(), [1, 2])])


@case("ballots: one of another election", "ballot_election")
def _(forge: Forge) -> bytes:
    other = replace(forge.sealed.election, fingerprint="A" * 43)
    return open_with(forge, [seal(other, forge.sealed.codes[0], [1, 2])])


@case("ballots: one with a beta outside the group, proved and signed", "not_in_group")
def _(forge: Forge) -> bytes:
    """A sign that would survive the mixing and mark this ballot."""
    code = forge.sealed.codes[0]
    exponent = secret_exponent(code, forge.sealed.election.uuid)
    credential = public_credential(code, forge.sealed.election.uuid)
    return open_with(
        forge, [seal_element(forge.sealed.election, exponent, credential, P - encode_ranks([1, 2]))]
    )


@case("ballots: one sealed with the secret 0", "identity_element")
def _(forge: Forge) -> bytes:
    """Everybody reads it, and it is proved and signed."""
    code = forge.sealed.codes[0]
    return open_with(forge, [seal(forge.sealed.election, code, [1, 2], random=lambda _: 0)])


@case("ballots: one with two answers", "ballot_answers")
def _(forge: Forge) -> bytes:
    ours = read(Ballot, forge.original.find("Ballot", 0)[0])
    return open_with(forge, [signed(forge, 0, ours.answers * 2)])


@case("ballots: one after the end", "event_order")
def _(forge: Forge) -> bytes:
    late = ("Ballot", [forge.ballot(2, [1, 0])])
    return forge.with_events(lambda events: events.insert(forge.parts.place("EndBallots") + 1, late))


@case("ballots: one with spaces in its JSON", "json_not_canonical")
def _(forge: Forge) -> bytes:
    return open_with(forge, [forge.ballot(0, [1, 2]).replace(b'","', b'", "', 1)])


@case("ballots: one with its fields in another order", "json_not_canonical")
def _(forge: Forge) -> bytes:
    value = load(forge.ballot(0, [1, 2]))
    return open_with(forge, [dump({"credential": value.pop("credential"), **value})])


@case("ballots: one with a field given twice", "json_not_canonical")
def _(forge: Forge) -> bytes:
    raw = forge.ballot(0, [1, 2])
    return open_with(forge, [raw.replace(b'{"election_uuid"', b'{"election_uuid":"x","election_uuid"', 1)])


@case("ballots: one with a field too many", "json_malformed")
def _(forge: Forge) -> bytes:
    return open_with(forge, [forge.ballot(0, [1, 2])[:-1] + b',"note":"x"}'])


@case("ballots: one with an escaped letter", "json_not_canonical")
def _(forge: Forge) -> bytes:
    return open_with(forge, [forge.ballot(0, [1, 2]).replace(b"credential", b"c\\u0072edential", 1)])


@case("ballots: one of a megabyte", "member_too_large")
def _(forge: Forge) -> bytes:
    return open_with(forge, [forge.ballot(0, [1, 2])[:-1] + b" " * 2**20 + b"}"])


@case("ballots: a number of 100,000 digits", "member_too_large")
def _(forge: Forge) -> bytes:
    value = load(forge.ballot(0, [1, 2]))
    value["answers"][0]["choices"]["alpha"] *= 200
    return open_with(forge, [dump(value)])
