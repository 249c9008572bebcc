"""Which way everybody's code goes: by e-mail to those who have an address, by letter to all others.

Nobody is reached both ways unless that is asked for, and nobody is forgotten: everybody on the list is in
exactly one of the groups, whose sums are shown after each step.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from voting.roles.registrar_list import Person
from voting.roles.registrar_mail import State
from voting.roles.terminal import Declined


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody, by line of the list, in one of these."""

    by_mail: frozenset[int]
    by_letter: frozenset[int]
    both: frozenset[int]
    unsure: frozenset[int]  # a kill left it open whether the server had the message
    to_mail: frozenset[int]
    to_letter: frozenset[int]  # without an address, or whose server refused


def divide(people: Sequence[Person], state: State, lettered: Collection[int]) -> Ways:
    """Everybody in their group. Raises: Declined for a journal that names a line which the list has not."""
    groups: dict[str, set[int]] = {name: set() for name in Ways.__struct_fields__}
    for one in people:
        groups[_group(one, state, lettered)].add(one.line)
    known = {one.line for one in people}
    if strangers := (state.sent | state.refused.keys() | state.unsure.keys() | set(lettered)) - known:
        raise Declined(f"the journals name line {min(strangers)}, on which the list has nobody")
    if sum(map(len, groups.values())) != len(people):
        raise Declined("two people of the list stand on the same line")
    frozen: dict[str, Any] = {name: frozenset(lines) for name, lines in groups.items()}
    return Ways(**frozen)


def _group(person: Person, state: State, lettered: Collection[int]) -> str:
    line = person.line
    if line in state.sent:
        return "both" if line in lettered else "by_mail"
    if line in lettered:
        return "by_letter"
    if line in state.unsure:
        return "unsure"
    return "to_mail" if person.email and line not in state.refused else "to_letter"


def told(ways: Ways) -> str:
    """The sums, in a line."""
    sums = {name: len(getattr(ways, name)) for name in ways.__struct_fields__}
    return (
        "{total} people: {by_mail} by e-mail, {by_letter} by letter, {both} both ways; still to come: "
        "{to_mail} by e-mail, {to_letter} by letter, {unsure} of whom it is not known"
    ).format(total=sum(sums.values()), **sums)
