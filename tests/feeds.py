"""Atom feeds as others judge them: the grammar of RFC 4287 (tests/schemas/atom.rng) and a feed reader."""

from functools import cache
from pathlib import Path

import feedparser
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = Path(__file__).parent / "schemas" / "atom.rng"


@cache
def _grammar() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(GRAMMAR))


def judge_feed(raw: bytes) -> list[etree._Element]:
    """A feed that keeps to the grammar, names authors as the RFC asks, and is read without guessing; its
    entries.
    """
    feed = etree.fromstring(raw)
    _grammar().assertValid(feed)
    entries = feed.findall(f"{ATOM}entry")
    if feed.find(f"{ATOM}author") is None:
        assert entries, "a feed without an author has entries with one"
        assert all(one.find(f"{ATOM}author") is not None for one in entries)
    read = feedparser.parse(raw)
    assert read.bozo == 0, read.get("bozo_exception")
    assert (read.version, len(read.entries)) == ("atom10", len(entries))
    return entries
