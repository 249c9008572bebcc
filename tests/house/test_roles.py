"""docs/roles.md says who may open which address; its table is made from the routes, so it stays true.

OBSTE_WRITE_DOCS=1 ./obste test tests/house/test_roles.py writes it anew.
"""

import os
from pathlib import Path

from app.kit.web import AUDIENCES
from app.main import routers

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
MARK = "<!-- made from the routes by tests/house/test_roles.py -->"
WORDS = {
    "anyone": "anyone",
    "signed_in": "signed in",
    "verified": "verified resident",
    "official": "official",
}


def make_table() -> str:
    """Every address with what it does and its audience, by first part of the address."""
    order = [audience.__name__ for audience in AUDIENCES]
    rows = set()
    for router in routers():
        for route in router.routes:
            for handler in getattr(route, "route_handlers", []):
                if "audience" not in handler.opt:
                    continue
                does = "look" if "GET" in handler.http_methods else "act"
                rows.add((route.path, does, handler.opt["audience"].__name__))
    lines = ["| Address | | Who |", "|---|---|---|"]
    for path, does, who in sorted(rows, key=lambda row: (row[0], order.index(row[2]), row[1])):
        lines.append(f"| `{path}` | {does} | {WORDS[who]} |")
    return "\n".join(lines)


def test_the_document_lists_every_address_with_its_audience() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, listed = text.partition(MARK)
    if os.environ.get("OBSTE_WRITE_DOCS"):
        DOCUMENT.write_text(f"{before}{MARK}\n\n{make_table()}\n", encoding="utf-8")
        listed = f"\n\n{make_table()}\n"
    assert listed.strip() == make_table(), "run it once with OBSTE_WRITE_DOCS=1"
