"""Another set-up under the ballots, a broken chain of events, and files that are no archive."""

from typing import Any

from tests.make.forging import Forge, case
from tests.make.sealing import TIMESTAMP
from tests.make.tampering import (
    Parts,
    dump,
    framed,
    load,
    put_together,
)
from voting.sealing.archive import archive_start, member_bytes
from voting.sealing.credentials import new_code, public_credential, write_credentials
from voting.sealing.trustees import new_private_key, public_key, write_trustees
from voting.sealing.wire import (
    PublicKey,
    name_of,
    read,
)


@case("election: another description", "ballot_election")
def _(forge: Forge) -> bytes:
    """What is voted on, changed under the ballots."""
    return forge.number("Setup", 0, ("description",), lambda text: text[:-1] + "1")


@case("election: another group", "election_group")
def _(forge: Forge) -> bytes:
    return forge.number("Setup", 0, ("group",), lambda _: "BELENIOS-2048")


@case("election: a second question", "election_questions")
def _(forge: Forge) -> bytes:
    def add(value: Any) -> None:
        value["questions"] *= 2

    forge.parts.edit("Setup", 0, add)
    return forge.parts.bytes()


@case("trustees: one added without its share in the key", "election_key")
def _(forge: Forge) -> bytes:
    ours = read(list[list[Any]], forge.original.find("Setup")[1])
    key = read(PublicKey, dump(ours[0][1]))
    return forge.data("Setup", 1, write_trustees([key, public_key(new_private_key())]))


@case("trustees: none", "trustees_empty")
def _(forge: Forge) -> bytes:
    return forge.data("Setup", 1, b"[]")


@case("roll: other credentials than those that voted", "ballot_credential")
def _(forge: Forge) -> bytes:
    uuid = forge.sealed.election.uuid
    return forge.data("Setup", 2, write_credentials(public_credential(new_code(), uuid) for _ in range(3)))


@case("events: another parent", "event_parent")
def _(forge: Forge) -> bytes:
    return forge.event(3, lambda value: value.update(parent="0" * 64))


@case("events: another height", "event_height")
def _(forge: Forge) -> bytes:
    return forge.event(3, lambda value: value.update(height=7))


@case("events: one removed", "event_parent")
def _(forge: Forge) -> bytes:
    members = forge.original.members()
    place = next(place for place, (_, content) in enumerate(members) if b'"Ballot"' in content)
    return put_together([*members[:place], *members[place + 1 :]])


@case("events: of an unknown type", "json_malformed")
def _(forge: Forge) -> bytes:
    return forge.event(2, lambda value: value.update(type="Baloot"))


@case("events: an end with a payload", "payload_missing")
def _(forge: Forge) -> bytes:
    return forge.event(4, lambda value: value.update(payload="0" * 64))


@case("events: a ballot without a payload", "payload_missing")
def _(forge: Forge) -> bytes:
    return forge.event(2, lambda value: value.pop("payload") and None)


@case("events: set up twice", "event_order")
def _(forge: Forge) -> bytes:
    events = forge.original.events
    other = load(events[0][1][0])
    other["name"] = "x"
    raws = [dump(other), dump([]), dump(["4"])]
    names = dump(dict(zip(("election", "trustees", "credentials"), map(name_of, raws), strict=True)))
    return Parts([events[0], ("Setup", [*raws, names])]).bytes()


@case("events: data that none refers to", "member_unused")
def _(forge: Forge) -> bytes:
    members = forge.original.members()
    return put_together([*members[:8], ("data", b'"x"'), *members[8:]])


@case("file: nothing but its header", "event_order")
def _(forge: Forge) -> bytes:
    return archive_start(TIMESTAMP)


@case("file: empty", "archive_cut")
def _(forge: Forge) -> bytes:
    return b""


@case("file: cut within a member", "archive_cut")
def _(forge: Forge) -> bytes:
    return forge.original.bytes()[:-700]


@case("file: cut within a header", "archive_cut")
def _(forge: Forge) -> bytes:
    whole = forge.original.bytes()
    return whole[: whole.rindex(b".event.json") + 30]


@case("file: cut before the last padding", "archive_cut")
def _(forge: Forge) -> bytes:
    return forge.original.bytes()[:-1]


@case("file: cut between data and event", "member_unused")
def _(forge: Forge) -> bytes:
    return put_together(forge.original.members()[:-1])


@case("file: end-of-archive blocks of a newer tar", "archive_header")
def _(forge: Forge) -> bytes:
    return forge.original.bytes() + bytes(1024)


@case("file: a flipped bit in a content", "member_hash")
def _(forge: Forge) -> bytes:
    whole = bytearray(forge.original.bytes())
    whole[whole.index(b"Buget")] ^= 1
    return bytes(whole)


@case("file: something in the padding", "archive_header")
def _(forge: Forge) -> bytes:
    return forge.original.bytes()[:-1] + b"x"


@case("file: another mode in a header", "archive_header")
def _(forge: Forge) -> bytes:
    return forge.original.bytes().replace(b"0000644", b"0000755", 1)


@case("file: another time in a later header", "archive_header")
def _(forge: Forge) -> bytes:
    members = forge.original.members()
    name = f"{name_of(members[-1][1])}.event.json"
    return put_together(members[:-1]) + framed(name, members[-1][1], mtime=TIMESTAMP + 1)


@case("file: another name for a member", "member_name")
def _(forge: Forge) -> bytes:
    members = forge.original.members()
    return put_together(members[:-1]) + framed("result.json", members[-1][1])


@case("file: a path as a name", "member_name")
def _(forge: Forge) -> bytes:
    members = forge.original.members()
    name = f"../{name_of(members[-1][1])}.event.json"
    return put_together(members[:-1]) + framed(name, members[-1][1])


@case("file: a size of eight gigabytes", "member_too_large")
def _(forge: Forge) -> bytes:
    members = forge.original.members()
    name = f"{name_of(members[-1][1])}.event.json"
    return put_together(members[:-1]) + framed(name, members[-1][1], size=8**11 - 1)


@case("file: another format", "archive_header")
def _(forge: Forge) -> bytes:
    return b"PK" + forge.original.bytes()


@case("file: another version", "header_malformed")
def _(forge: Forge) -> bytes:
    first = framed("BELENIOS", b'{"version":2,"timestamp":"%d"}' % TIMESTAMP)
    return first + b"".join(
        member_bytes(content, kind, TIMESTAMP)  # type: ignore[arg-type]
        for kind, content in forge.original.members()
    )
