"""Amendments on a 200-page law: conflicts, consolidation, rebase, comparison, pages; as ratios to reading it.

The law is the Companies Act in two consolidated versions, from the shared data (`--data`); where that is
absent, an invented text of the same size. On it 1,000 invented amendments, the same each time: edited
paragraphs, from which operations are derived, and one in twenty adds, deletes, moves or replaces a unit.

Times are the processor's, the least of several runs. *Cold* runs begin with empty caches of words, as after
a restart; *warm* ones with the version's words already cut, as while a debate is on. The pairs of old and
edited text are also compared by stdlib `difflib`, on the same words, and by `diff-match-patch` as it comes,
in an environment of its own; and, not in the short form, the two whole versions by the latter.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from amendments.text import tokens as words
from amendments.text.comparison import compare, propose_matches, with_ids_of
from amendments.text.conflicts import HARD, groups
from amendments.text.derive import derive_splices
from amendments.text.index import ConflictIndex
from amendments.text.likeness import near_duplicates
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    check_amendment,
)
from amendments.text.reading import read_markdown
from amendments.text.rebase import rebase
from amendments.text.references import find_references
from amendments.text.refused import Refused
from amendments.text.replay import consolidate
from amendments.text.units import NewUnit, Unit, Version
from bench.amendment_pages import AIM as PAGE_AIM
from bench.amendment_pages import measure_pages
from bench.peer import GivenUp, last_line, peer_python

AMENDMENTS, ACCEPTED = 1_000, 800
AIMS = {"conflicts of 1,000": 150, "consolidate 800": 150, "rebase 1,000": 200, "compare two versions": 100}
REPEATS, SHORT_REPEATS = 7, 3
WHOLE_SECONDS = 60  # the peers on whole versions are not waited for longer
SHARED = Path(os.environ.get("OBSTE_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
VOCABULARY = (
    *(
        "taxa",
        "tariful",
        "locul",
        "cererea",
        "parcarea",
        "sector",
        "locuitori",
        "anual",
        "lunar",
        "zile",
        "lei",
    ),
    *("hotărârea", "consiliul", "local", "prezenta", "potrivit", "prevăzut", "condițiile", "termen", "plata"),
    *("scutire", "persoane", "vehicule", "domiciliul", "aprobă"),
)

_PEER = """
import json, sys, time
pairs = json.load(open(sys.argv[1]))
from diff_match_patch import diff_match_patch
print(time.process_time(), flush=True)
times = []
for _ in range(3):
    began = time.process_time()
    for old, new in pairs:
        program = diff_match_patch()
        program.Diff_Timeout = 0
        program.diff_main(old, new)
    times.append(time.process_time() - began)
print(min(times))
"""


# ── the texts ───────────────────────────────────────────────────────────────────────────────────────


def invented_law(articles: int = 480) -> str:
    """Markdown of the size of the Companies Act."""
    chance = random.Random(31)
    lines = ["# LEGE inventată", ""]
    for number in range(1, articles + 1):
        lines += [f"##### Articolul {number}", ""]
        for alin in range(1, chance.randint(2, 6)):
            text = " ".join(chance.choices(VOCABULARY, k=chance.randint(15, 60)))
            lines += [f"({alin}) {text.capitalize()}.", ""]
    return "\n".join(lines)


def read_laws(folder: Path) -> tuple[str, Version, Version]:
    """The text that is amended, read; and an earlier version of it with the same ids."""
    if folder.is_dir():
        earlier = (folder / "RO-798.earlier.md").read_text("utf-8")
        latest = (folder / "RO-798.latest.md").read_text("utf-8")
    else:
        print(f"bench amendments: no laws at {folder} (--data names the folder); one is invented")
        latest = invented_law()
        earlier = latest.replace("scutire", "reducere", 300)
    ids = iter(range(10**9))
    version = read_markdown(latest).version
    before = read_markdown(earlier, new_id=lambda: f"e{next(ids)}").version
    return latest, version, with_ids_of(before, propose_matches(version, before))


def edited(text: str, chance: random.Random) -> str:
    """The text as a person would change it: some words replaced, put in or taken out at one or two places."""
    parts = text.split(" ")
    for _ in range(chance.choice((1, 1, 2))):
        place, count = chance.randrange(len(parts)), chance.randint(1, 6)
        new = chance.choices(VOCABULARY, k=chance.randint(1, 6))
        kind = chance.random()
        if kind < 0.25:
            parts[place:place] = new
        elif kind < 0.4 and len(parts) > count + 5:
            del parts[place : place + count]
        else:
            parts[place : place + count] = new
    return " ".join(parts)


def structural(version: Version, name: str, chance: random.Random) -> Operation:
    """A unit added, deleted, moved or written anew."""
    unit = chance.choice([unit for unit in version.units if unit.type in ("alin", "lit")])
    new = NewUnit(id=f"new{name}", type=unit.type, text=" ".join(chance.choices(VOCABULARY, k=20)))
    kind = chance.randrange(4)
    if kind == 0:
        return InsertUnit(parent=unit.parent or "", after=unit.id, new=new)
    if kind == 1:
        return DeleteUnit(unit=unit.id)
    if kind == 2:
        return ReplaceUnit(unit=unit.id, new=new)
    return MoveUnit(unit=unit.id, parent=unit.parent or "", after=None)


def invent(version: Version, number: int, seed: int) -> tuple[list[Amendment], list[tuple[Unit, str]]]:
    """Amendments, and the edited texts from which most of them were derived."""
    chance = random.Random(seed)
    able = [unit for unit in version.units if 30 <= len(unit.tokens) <= 1_500 and unit.type != "note"]
    found: list[Amendment] = []
    pairs: list[tuple[Unit, str]] = []
    while len(found) < number:
        id = f"{seed}-{len(found):04}"
        operations: tuple[Operation, ...]
        if len(found) % 20 == 0:
            operations = (structural(version, id, chance),)
        else:
            unit = chance.choice(able)
            text = edited(unit.text, chance)
            operations = derive_splices(unit, text)
            pairs.append((unit, text))
        amendment = Amendment(id=id, rank=len(found), operations=operations)
        try:
            check_amendment(version, amendment)
        except Refused:  # a move to where the unit is, an edit that changed nothing
            continue
        found.append(amendment)
    return found, pairs


def compatible(version: Version, amendments: list[Amendment], most: int) -> list[Amendment]:
    """The first of them that are in no hard conflict with each other."""
    index, chosen = ConflictIndex(version), list[Amendment]()
    for amendment in amendments:
        if len(chosen) < most and not any(one.reason in HARD for one in index.conflicts_with(amendment)):
            index.add(amendment)
            chosen.append(amendment)
    return chosen


# ── measuring ───────────────────────────────────────────────────────────────────────────────────────


def seconds(work: Callable[[], object], repeats: int, *, cold: bool) -> float:
    """The least processor time of several runs."""
    times = []
    for _ in range(repeats):
        if cold:
            for cache in (words.tokenise, words.offsets, words.text_hash):
                cache.cache_clear()
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def by_difflib(pairs: list[tuple[Unit, str]]) -> None:
    """The same words, without trimming and merging."""
    for unit, text in pairs:
        SequenceMatcher(None, unit.tokens, words.tokenise(text), autojunk=False).get_opcodes()


def read_and_cut(text: str) -> None:
    """The reference: reading the law and cutting it into words."""
    for unit in read_markdown(text).version.units:
        words.tokenise(unit.text)


def by_diff_match_patch(pairs: list[tuple[str, str]], python: str | None, limit: float) -> str:
    """Its time for the pairs in milliseconds, in words."""
    if not python:
        return "not here"
    with tempfile.TemporaryDirectory() as spare:
        file = Path(spare) / "pairs.json"
        file.write_text(json.dumps(pairs), "utf-8")
        try:
            return f"{float(last_line([python, '-c', _PEER, str(file)], limit)) * 1000:.0f} ms"
        except GivenUp as given_up:
            return f"stopped after {given_up.seconds:.0f} s"


def works_on(
    version: Version, before: Version
) -> tuple[dict[str, Callable[[], object]], list[tuple[Unit, str]]]:
    """What is measured, by name, and the pairs."""
    open_ones, pairs = invent(version, AMENDMENTS, 1)
    others, _ = invent(version, AMENDMENTS + 500, 2)
    accepted = compatible(version, others, ACCEPTED)
    index = ConflictIndex(version, open_ones)
    done = consolidate(version, accepted)
    carried = rebase(done, open_ones)
    kinds = {kind: sum(one.kind == kind for one in carried) for kind in sorted({one.kind for one in carried})}
    found = index.conflicts()
    print(
        f"{len(version.units)} units, {sum(len(unit.tokens) for unit in version.units)} words and signs; "
        f"{len(open_ones)} amendments, {sum(len(one.operations) for one in open_ones)} operations; "
        f"{len(found)} conflicts, {len(groups(found))} groups; {len(accepted)} accepted; rebased: {kinds}"
    )
    return {
        "derive 1,000": lambda: [derive_splices(unit, text) for unit, text in pairs],
        "conflicts of 1,000": lambda: ConflictIndex(version, open_ones).conflicts(),
        "one more amendment": lambda: index.conflicts_with(others[7]),
        "consolidate 800": lambda: consolidate(version, accepted),
        "rebase 1,000": lambda: rebase(done, open_ones),
        "compare two versions": lambda: [one.segments() for one in compare(before, version)],
        "compare with 800 accepted": lambda: [one.segments() for one in compare(version, done.version)],
        "near-duplicates of 1,000": lambda: near_duplicates(open_ones),
        "references": lambda: find_references(version),
    }, pairs


def main(arguments: Sequence[str]) -> int:
    """Print the table and the headline. Exit code 1: an aim was missed."""
    parser = argparse.ArgumentParser(prog="obste bench amendments", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer repetitions, no whole versions")
    parser.add_argument("--data", type=Path, default=SHARED / "laws", help="the folder of the laws")
    parser.add_argument(
        "--peer", default=os.environ.get("OBSTE_PEER_PYTHON"), help="a Python with diff-match-patch"
    )
    options = parser.parse_args(arguments)
    repeats = SHORT_REPEATS if options.short else REPEATS
    text, version, before = read_laws(options.data)
    reference = seconds(lambda: read_and_cut(text), repeats, cold=True)
    works, pairs = works_on(version, before)
    print(f"reading the law: {reference * 1000:.0f} ms, {len(text)} characters of Markdown\n")
    print(f"{'':<28}{'cold ms':>9}{'warm ms':>9}{'of reading':>12}{'aim ms':>8}")
    missed, cold = [], dict[str, float]()
    for name, work in works.items():
        cold[name], warm = seconds(work, repeats, cold=True) * 1000, seconds(work, repeats, cold=False) * 1000
        aim = AIMS.get(name)
        missed += [name] if aim and cold[name] > aim else []
        ratio = cold[name] / reference / 1000
        print(f"{name:<28}{cold[name]:>9.1f}{warm:>9.1f}{ratio:>12.3f}{aim or '':>8}", flush=True)
    pages = measure_pages(version, invent(version, AMENDMENTS, 1)[0], 3 * repeats)
    for name, taken in pages.items():
        aim = PAGE_AIM if name.startswith("article") else None
        missed += [name] if aim and taken > aim else []
        print(f"{name:<28}{'':>9}{taken:>9.1f}{taken / reference / 1000:>12.3f}{aim or '':>8}", flush=True)
    _peers(options.peer, pairs, (before, version), repeats, cold["derive 1,000"], whole=not options.short)
    if missed:
        print(f"missed: {', '.join(missed)}")
    shown = {name: cold[name] for name in AIMS} | {"article page": pages["article page, the busiest"]}
    said = ", ".join(
        f"{name} {taken:.0f} ms ({taken / reference / 1000:.2f})" for name, taken in shown.items()
    )
    print(f"{said}; in brackets of reading the law, {reference * 1000:.0f} ms")
    return int(bool(missed))


def _peers(
    named: str | None,
    pairs: list[tuple[Unit, str]],
    versions: tuple[Version, Version],
    repeats: int,
    ours: float,
    *,
    whole: bool,
) -> None:
    """The same pairs by others, and whole versions, which nobody should compare that way."""
    python = peer_python(named, "diff-match-patch")
    texts = [(unit.text, text) for unit, text in pairs]
    theirs = seconds(lambda: by_difflib(pairs), repeats, cold=True) * 1000
    patch = by_diff_match_patch(texts, python, 10 * WHOLE_SECONDS)
    print(f"\n{len(pairs)} pairs: ours {ours:.0f} ms, difflib {theirs:.0f} ms, diff-match-patch {patch}")
    if whole:
        patch = by_diff_match_patch([(versions[0].text, versions[1].text)], python, WHOLE_SECONDS)
        print(f"two whole versions: diff-match-patch {patch}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
