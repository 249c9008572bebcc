"""Scottish STV, Schulze and Meek, exact, beside pref_voting, votekit and pyrankvote on the same ballots.

The ballots are invented, all different, the same each time: rankings of three or more of the candidates, and
complete rankings, for which pref_voting has a quicker profile. Every count runs in a process of its own;
times are the processor's, imports apart. Theirs begin with the ballots as lists and are told in two parts,
making the profile and counting. Ours begin with papers and end with the published result: checking, grouping
and the digest of the ballots included; making papers of lists is told apart. Ours are counted before and
after the others.

Each program counts by the quickest way it has: votekit by its FastSTV, pref_voting Schulze's method by its
margins. They count in floating point, except pref_voting's Scottish rule; pyrankvote's rule is its own.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.crowd import crowd_rankings
from bench.peer import GivenUp, last_line, peer_python
from voting.rules import get_rule
from voting.rules.papers import Contest, Option, Paper, RankedPaper
from voting.rules.ties import TiePolicy

BALLOTS, SHORT_BALLOTS = 100_000, 10_000
CANDIDATES = 15
SEATS = {"stv/scottish": 4, "schulze": 1, "stv/meek": 4}
PEERS = {
    "stv/scottish": ("pref_voting", "votekit", "pyrankvote"),
    "schulze": ("pref_voting", "votekit"),
    "stv/meek": ("pref_voting",),
}
SHORT_RULES = ("stv/scottish", "schulze")
PEER_SECONDS, SHORT_PEER_SECONDS = 600, 30  # pref_voting's Meek was never waited for to the end
REPEATS = 3

_PEER = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
file, program, rule, seats = sys.argv[1:4] + [int(sys.argv[4])]
names, ballots = json.load(open(file))
number = {name: index for index, name in enumerate(names)}
complete = all(len(ballot) == len(names) for ballot in ballots)

def pref_voting_profile():
    if complete:
        from pref_voting.profiles import Profile
        return Profile([[number[name] for name in ballot] for ballot in ballots])
    from pref_voting.profiles_with_ties import ProfileWithTies
    maps = [{number[name]: rank for rank, name in enumerate(ballot, 1)} for ballot in ballots]
    profile = ProfileWithTies(maps, candidates=list(range(len(names))))
    if rule == "schulze":
        profile.use_extended_strict_preference()
    return profile

def pref_voting_count(profile):
    from pref_voting.proportional_methods import stv_meek, stv_scottish
    from pref_voting.voting_methods import beat_path
    if rule == "schulze":
        return [names[index] for index in beat_path(profile, strength_function=profile.support)]
    count = stv_meek if rule == "stv/meek" else stv_scottish
    return [names[index] for index in count(profile, num_seats=seats)]

def votekit_profile():
    from votekit.ballot import RankBallot
    from votekit.pref_profile import RankProfile
    made = tuple(RankBallot(ranking=[{name} for name in ballot], weight=1) for ballot in ballots)
    return RankProfile(ballots=made, candidates=tuple(names))

def votekit_count(profile):
    from votekit.elections import FastSTV, Schulze
    method = Schulze if rule == "schulze" else FastSTV
    return [name for tied in method(profile, n_seats=seats).get_elected() for name in tied]

def pyrankvote_profile():
    from pyrankvote import Ballot, Candidate
    made = {name: Candidate(name) for name in names}
    return list(made.values()), [Ballot([made[name] for name in ballot]) for ballot in ballots]

def pyrankvote_count(profile):
    from pyrankvote import single_transferable_vote
    return [one.name for one in single_transferable_vote(*profile, number_of_seats=seats).get_winners()]

make, count = globals()[program + "_profile"], globals()[program + "_count"]
everything = ballots
ballots = everything[:50]
count(make())  # imports and compilers apart
ballots = everything
began = time.process_time()
print(began, flush=True)
profile = make()
made = time.process_time()
winners = count(profile)
print(json.dumps([made - began, time.process_time() - made, sorted(winners)]))
"""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds to make a profile or papers, and to count; the peak in MB where it is known; no winners: it was
    given up.
    """

    making: float
    counting: float
    winners: tuple[str, ...] = ()
    peak: float = 0


def count_one(argument: str) -> None:
    """What a process of its own does: count what the JSON asks for, print the figures."""
    asked = json.loads(argument)
    names, ballots = json.loads(Path(asked["file"]).read_bytes())
    began = time.process_time()
    same = {name: name for name in names}  # a name is one text in all papers, as our readers of files have it
    papers: dict[Paper, int] = {RankedPaper(tuple(map(same.__getitem__, ballot))): 1 for ballot in ballots}
    del ballots
    making = time.process_time() - began
    contest = Contest(
        options=tuple(Option(id=name, title=name) for name in names),
        vote_type="ordinal",
        seats=SEATS[asked["rule"]],
    )
    best, winners = float("inf"), tuple[str, ...]()
    for _ in range(REPEATS):
        began = time.process_time()
        winners = get_rule(asked["rule"]).count(contest, papers, ties=TiePolicy(drawn=tuple(names))).winners
        best = min(best, time.process_time() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    count = Count(making=making, counting=best, winners=tuple(sorted(winners)), peak=peak)
    print(msgspec.json.encode(count).decode())


def ours(file: Path, rule: str) -> Count:
    """Our count in a process of its own."""
    asked = json.dumps({"file": str(file), "rule": rule})
    printed = last_line([sys.executable, "-P", "-m", "bench.seats", "--one", asked], PEER_SECONDS)
    return msgspec.json.decode(printed, type=Count)


def theirs(peer: str, program: str, file: Path, rule: str, limit: int) -> Count:
    """Another program's, given up after `limit` seconds."""
    try:
        printed = last_line([peer, "-c", _PEER, str(file), program, rule, str(SEATS[rule])], limit)
    except GivenUp as late:
        return Count(making=0, counting=late.seconds)
    making, counting, winners = json.loads(printed)
    return Count(making=making, counting=counting, winners=tuple(winners))


def compare(file: Path, rule: str, peer: str | None, limit: int) -> list[str]:
    """Print the rows of one rule; how many times as long each other program takes, as text."""
    before = ours(file, rule)
    others = {name: theirs(peer, name, file, rule, limit) for name in PEERS[rule]} if peer else {}
    after = ours(file, rule)
    own = min(before, after, key=lambda count: count.counting)
    print(
        f"  {rule:<13} {'ours':<12} papers {own.making:6.2f} s   count {own.counting:7.3f} s   "
        f"{own.peak:.0f} MB   {', '.join(own.winners)}",
        flush=True,
    )
    told = []
    for name, other in others.items():
        ratio = (other.making + other.counting) / own.counting
        row = f"  {'':<13} {name:<12} "
        if other.winners:
            agrees = "the same winners" if other.winners == own.winners else ", ".join(other.winners)
            row += f"profile {other.making:5.2f} s   count {other.counting:7.3f} s   {ratio:6.1f} times "
            row += f"({other.counting / own.counting:.1f} without the profile)   {agrees}"
            told.append(f"{name} {ratio:.0f}")
        elif not other.counting:
            row += "had not begun when it was given up"
        else:
            row += f"given up after {other.counting:.0f} s, at least {ratio:.0f} times"
            told.append(f"{name} at least {ratio:.0f}")
        print(row, flush=True)
    return told


def main(arguments: Sequence[str]) -> int:
    """Print the tables and the headline."""
    parser = argparse.ArgumentParser(prog="obste bench seats", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer ballots, within a minute")
    parser.add_argument("--peer", default=os.environ.get("OBSTE_PEER_PYTHON"), help="a Python with all three")
    parser.add_argument("--candidates", type=int, default=CANDIDATES)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        count_one(options.one)
        return 0
    peer = peer_python(options.peer, "pref_voting", "votekit", "pyrankvote")
    many, limit = (SHORT_BALLOTS, SHORT_PEER_SECONDS) if options.short else (BALLOTS, PEER_SECONDS)
    headline = []
    with tempfile.TemporaryDirectory() as folder:
        for complete in (False,) if options.short else (False, True):
            file = Path(folder) / "ballots.json"
            file.write_bytes(msgspec.json.encode(crowd_rankings(options.candidates, many, complete=complete)))
            kind = "complete rankings" if complete else "rankings of three or more"
            print(f"{many:,} different {kind} of {options.candidates} candidates")
            for rule in SHORT_RULES if options.short or complete else SEATS:
                told = compare(file, rule, peer, limit)
                if told and not complete:
                    headline.append(f"{rule} {', '.join(told)}")
    print("times as long as ours, with the profile: " + ("; ".join(headline) or "no peers here"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
