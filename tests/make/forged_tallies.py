"""Wrong tallies, lying mixers and lying trustees."""

from dataclasses import replace

from tests.make.forging import Forge, case, with_decryption, with_shuffle, without_rest
from tests.make.tampering import (
    dump,
    load,
    owned,
    sized,
)
from voting.sealing.decryption import make_decryption
from voting.sealing.shuffle import make_shuffle
from voting.sealing.tally import encrypted_tally
from voting.sealing.trustees import new_private_key
from voting.sealing.wire import (
    Ballot,
    read,
    write,
)


@case("tally: one ballot fewer", "tally_ciphertexts")
def _(forge: Forge) -> bytes:
    raw = encrypted_tally(forge.tally[:1])
    parts = without_rest(forge, "EncryptedTally")
    parts.events.append(("EncryptedTally", [raw, sized(2, 2, raw)]))
    return parts.bytes()


@case("tally: in another order", "tally_ciphertexts")
def _(forge: Forge) -> bytes:
    raw = write((tuple(reversed(forge.tally)),))
    parts = without_rest(forge, "EncryptedTally")
    parts.events.append(("EncryptedTally", [raw, sized(2, 2, raw)]))
    return parts.bytes()


@case("tally: the replaced ballot instead of the last", "tally_ciphertexts")
def _(forge: Forge) -> bytes:
    ballots = [read(Ballot, forge.original.find("Ballot", number)[0]) for number in (0, 1)]
    raw = encrypted_tally(ballot.answers[0].choices for ballot in ballots)
    parts = without_rest(forge, "EncryptedTally")
    parts.events.append(("EncryptedTally", [raw, sized(2, 2, raw)]))
    return parts.bytes()


@case("tally: another number of ballots", "tally_count")
def _(forge: Forge) -> bytes:
    raw = forge.original.find("EncryptedTally")[0]
    parts = without_rest(forge, "EncryptedTally")
    parts.events.append(("EncryptedTally", [raw, sized(3, 2, raw)]))
    return parts.bytes()


@case("tally: another weight", "tally_count")
def _(forge: Forge) -> bytes:
    raw = forge.original.find("EncryptedTally")[0]
    parts = without_rest(forge, "EncryptedTally")
    parts.events.append(("EncryptedTally", [raw, sized(2, 3, raw)]))
    return parts.bytes()


@case("shuffle: outputs in another order than proved", "shuffle_proof")
def _(forge: Forge) -> bytes:
    value = load(forge.original.find("Shuffle")[0])
    value["ciphertexts"][0].reverse()
    return with_shuffle(forge, dump(value)).bytes()


@case("shuffle: a proof of another election", "shuffle_proof")
def _(forge: Forge) -> bytes:
    other = replace(forge.sealed.election, fingerprint="A" * 43)
    return with_shuffle(forge, make_shuffle(other, forge.tally)).bytes()


@case("shuffle: of something else than the tally", "shuffle_proof")
def _(forge: Forge) -> bytes:
    return with_shuffle(forge, make_shuffle(forge.sealed.election, forge.mixed)).bytes()


@case("shuffle: nothing mixed, nothing re-encrypted", "shuffle_copied")
def _(forge: Forge) -> bytes:
    return with_shuffle(forge, make_shuffle(forge.sealed.election, forge.tally, random=lambda _: 0)).bytes()


@case("shuffle: one ciphertext fewer", "shuffle_size")
def _(forge: Forge) -> bytes:
    return with_shuffle(forge, make_shuffle(forge.sealed.election, forge.tally[:1])).bytes()


@case("shuffle: a list of its proof one shorter", "shuffle_size")
def _(forge: Forge) -> bytes:
    value = load(forge.original.find("Shuffle")[0])
    value["proofs"][0][1][4].pop()
    return with_shuffle(forge, dump(value)).bytes()


@case("shuffle: of a trustee that is none", "shuffle_owner")
def _(forge: Forge) -> bytes:
    return with_shuffle(forge, forge.original.find("Shuffle")[0], owner=2).bytes()


@case("shuffle: of trustee 0", "shuffle_owner")
def _(forge: Forge) -> bytes:
    return with_shuffle(forge, forge.original.find("Shuffle")[0], owner=0).bytes()


@case("shuffle: a second one of the same trustee", "shuffle_owner")
def _(forge: Forge) -> bytes:
    parts = with_shuffle(forge, forge.original.find("Shuffle")[0])
    again = make_shuffle(forge.sealed.election, forge.mixed)
    parts.events.append(("Shuffle", [again, owned(1, again)]))
    return parts.bytes()


@case("shuffle: none", "event_order")
def _(forge: Forge) -> bytes:
    parts = without_rest(forge, "Shuffle")
    parts.events.append(("EndShuffles", []))
    return parts.bytes()


@case("shuffle: after their end", "event_order")
def _(forge: Forge) -> bytes:
    parts = without_rest(forge, "PartialDecryption")
    again = make_shuffle(forge.sealed.election, forge.mixed)
    parts.events.append(("Shuffle", [again, owned(1, again)]))
    return parts.bytes()


@case("decryption: with another key", "decryption_proof")
def _(forge: Forge) -> bytes:
    return with_decryption(
        forge, make_decryption(forge.sealed.election, forge.mixed, new_private_key())
    ).bytes()


@case("decryption: of the tally instead of what was mixed", "decryption_proof")
def _(forge: Forge) -> bytes:
    raw = make_decryption(forge.sealed.election, forge.tally, forge.sealed.secrets[0])
    return with_decryption(forge, raw).bytes()


@case("decryption: two factors exchanged", "decryption_proof")
def _(forge: Forge) -> bytes:
    value = load(forge.original.find("PartialDecryption")[0])
    value["decryption_factors"][0].reverse()
    return with_decryption(forge, dump(value)).bytes()


@case("decryption: one factor fewer", "decryption_size")
def _(forge: Forge) -> bytes:
    value = load(forge.original.find("PartialDecryption")[0])
    value["decryption_factors"][0].pop()
    value["decryption_proofs"][0].pop()
    return with_decryption(forge, dump(value)).bytes()


@case("decryption: of a trustee that is none", "decryption_owner")
def _(forge: Forge) -> bytes:
    return with_decryption(forge, forge.original.find("PartialDecryption")[0], owner=2).bytes()


@case("decryption: twice by the same trustee", "decryption_owner")
def _(forge: Forge) -> bytes:
    parts = with_decryption(forge, forge.original.find("PartialDecryption")[0])
    again = make_decryption(forge.sealed.election, forge.mixed, forge.sealed.secrets[0])
    parts.events.append(("PartialDecryption", [again, owned(1, again)]))
    return parts.bytes()


@case("decryption: before the mixing has ended", "event_order")
def _(forge: Forge) -> bytes:
    parts = without_rest(forge, "EndShuffles")
    raw = forge.original.find("PartialDecryption")[0]
    parts.events.append(("PartialDecryption", [raw, owned(1, raw)]))
    return parts.bytes()


@case("result: one ballot fewer", "result_size")
def _(forge: Forge) -> bytes:
    ranks = load(forge.original.find("Result")[0])
    ranks["result"][0].pop()
    return forge.data("Result", 0, dump(ranks))


@case("result: in another order", "result_differs")
def _(forge: Forge) -> bytes:
    ranks = load(forge.original.find("Result")[0])
    ranks["result"][0].reverse()
    return forge.data("Result", 0, dump(ranks))


@case("result: without any opening", "event_order")
def _(forge: Forge) -> bytes:
    parts = without_rest(forge, "PartialDecryption")
    parts.events.append(forge.original.events[-1])
    return parts.bytes()


@case("result: twice", "event_order")
def _(forge: Forge) -> bytes:
    again = ("Result", [dump({"result": [[[1, 2], [1, 2]]]})])
    return forge.with_events(lambda events: events.append(again))
