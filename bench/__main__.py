"""`./obste bench NAME [--short]`: run one benchmark; the last line printed is its headline."""

import importlib
import sys

BENCHES = {
    "web": "bench.web",  # pages and casting ballots under load, beside a bare Litestar hello
    "sealing": "bench.sealing",  # sealed elections beside belenios-tool
    "count": "bench.count",  # equal shares beside pabutools, on real elections
    "casting": "bench.casting",  # sealed ballots checked and stored a second
    "rehearsal": "bench.rehearsal",  # a whole sealed election of a city, resumable
    "booth": "bench.booth",  # sealing a ballot in a browser
    "seats": "bench.seats",  # Scottish STV, Schulze and Meek beside other programs
    "amendments": "bench.amendments",  # a 200-page law with 1,000 open amendments
    "season": "bench.season",  # every list, search and queue over a whole season of ideas
    "juries": "bench.juries",  # how often juries order two entries wrongly, drawn for docs/
    "growth": "bench.growth",  # how the cost of a count grows, drawn for docs/
}


def main(argv: list[str]) -> int:
    """Run the benchmark that is named first. Exit code 2: there is no such benchmark."""
    name = argv[0] if argv else ""
    if name not in BENCHES:
        wanted = name and f"there is no benchmark {name!r}; "
        print(f"bench: {wanted}usage: ./obste bench NAME [--short]. These exist:", file=sys.stderr)
        for known, module in BENCHES.items():
            doc = importlib.import_module(module).__doc__ or ""
            print(f"  {known:<8} {doc.splitlines()[0]}", file=sys.stderr)
        return 2
    return int(importlib.import_module(BENCHES[name]).main(argv[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
