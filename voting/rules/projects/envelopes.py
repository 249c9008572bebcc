"""What besides money keeps an option from winning: rivals it excludes, envelopes of its area or category."""

from collections.abc import Iterable, Mapping, Sequence

from voting.rules.papers import Contest, Envelope, Option


def rivals_of(contest: Contest) -> dict[str, tuple[str, ...]]:
    """Of each option in an exclusive group: those beside which it may not win."""
    rivals: dict[str, list[str]] = {}
    for group in contest.exclusive:
        for name in dict.fromkeys(group):
            rivals.setdefault(name, []).extend(other for other in group if other != name)
    return {name: tuple(others) for name, others in rivals.items() if others}


def is_in(envelope: Envelope, option: Option) -> bool:
    """Whether the envelope is for this option's area or category."""
    return bool(getattr(option, envelope.by) == envelope.name)


def charged(envelope: Envelope, won: Iterable[str], options: Mapping[str, Option]) -> int:
    """What those who have won take from an envelope."""
    return sum(options[name].cost for name in won if is_in(envelope, options[name]))


def caps_of(contest: Contest) -> dict[str, tuple[Envelope, ...]]:
    """Of each option: the envelopes that limit what its area or category may get."""
    caps = {}
    for option in contest.options:
        mine = tuple(
            envelope for envelope in contest.envelopes if envelope.kind == "most" and is_in(envelope, option)
        )
        if mine:
            caps[option.id] = mine
    return caps


def compete(
    names: Sequence[str],
    rivals: Mapping[str, Sequence[str]],
    envelopes: Mapping[str, Sequence[Envelope]],
) -> bool:
    """Whether two of these options exclude each other or share an envelope."""
    together = set(names)
    if any(not together.isdisjoint(rivals.get(name, ())) for name in names):
        return True
    shared = [envelope for name in names for envelope in envelopes.get(name, ())]
    return len(set(shared)) < len(shared)
