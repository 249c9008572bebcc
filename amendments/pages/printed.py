"""What is printed, as the plain values that the templates of `templates/print` read."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from amendments.models import Act, ActVersion
from amendments.pages.acts import IN_TABLES, INDENTED, KINDS
from amendments.pages.table import HEAD, SHARES, TablePage, plain_rows
from amendments.pages.words import VERSION_KINDS
from amendments.queries import read_layout, read_version
from amendments.states import VersionKind
from amendments.text.labels import written_label
from amendments.text.lines import Layout
from amendments.text.units import Unit, Version
from app.kit.i18n import N_, Locale, show_date, translate
from app.kit.pdf import Imprint, print_frame
from app.kit.printing import printable

LONGEST_NAME = 120  # of a heading in a file's outline


# ── a version, line by line ───────────────────────────────────────────────────
def print_version(act: Act, row: ActVersion, imprint: Imprint) -> dict[str, Any]:
    """The text with its numbered lines. It is Romanian, in whatever language its reader uses the site."""
    version, layout = read_version(row), read_layout(row)
    locale: Locale = "ro"
    kind = translate(locale, VERSION_KINDS[VersionKind(row.kind)])
    frame = print_frame(
        msgspec.structs.replace(imprint, locale=locale),
        title=act.title,
        number=act.number or "",
        description=translate(
            locale,
            N_("Draft decision %(number)s, version %(version)s"),
            number=act.number,
            version=row.sequence,
        ),
    )
    said = translate(
        locale,
        N_("Version %(version)s, %(kind)s, published on %(day)s. SHA-256 of the text: %(hash)s"),
        version=row.sequence,
        kind=kind,
        day=show_date(row.published_at, locale),
        hash=row.content_hash,
    )
    return {**frame, "notes": [printable(said)], "units": list(_units(version, layout))}


def _units(version: Version, layout: Layout) -> Iterable[dict[str, Any]]:
    for unit in version.units[1:]:
        if unit.type in IN_TABLES:
            continue
        lines = [[line.margin(), printable(line.text)] for line in layout.of(unit.id)]
        if unit.type == "table":
            yield {"kind": "table", "lines": lines, **_table(version, layout, unit)}
        elif lines:
            label = printable(written_label(unit))
            yield {
                "kind": KINDS.get(unit.type, "text"),
                "indent": INDENTED.get(unit.type, 0),
                "lines": lines,
                "label": label,
                "name": label or printable(unit.text)[:LONGEST_NAME] or "–",
            }


def _table(version: Version, layout: Layout, table: Unit) -> dict[str, Any]:
    """Its rows as cells [numbers in the margin, text]; every row has those of its lines."""
    rows = []
    for row in version.children(table.id):
        cells = [["", printable(version[cell].text)] for cell in version.children(row)]
        if lines := layout.range_of(version.children(row)):
            cells[0][0] = "–".join(str(number) for number in dict.fromkeys(lines))
        rows.append(cells)
    width = max((len(row) for row in rows), default=0)
    filled = [row + [["", ""]] * (width - len(row)) for row in rows]
    return {"columns": max(width, 1), "rows": filled or [[["", ""]]]}


# ── the comparative table ─────────────────────────────────────────────────────
def print_table(table: TablePage, imprint: Imprint) -> dict[str, Any]:
    """The comparative table, or the part of it that was asked for."""
    locale = imprint.locale
    title = translate(locale, N_("Comparative table"))
    frame = print_frame(imprint, title=title, number=table.act_number, description=table.act_title)
    rows = [row.cells for row in plain_rows(table, locale)]
    blocks = [
        paragraph(table.act_title),
        table_block([translate(locale, one) for one in HEAD], rows, columns=SHARES, size=8.5),
    ]
    if not rows:
        blocks[1:] = [paragraph(translate(locale, N_("No amendment fits")))]
    return {**frame, "landscape": True, "blocks": blocks}


# ── blocks of a document ──────────────────────────────────────────────────────
def heading(text: str, level: int = 2) -> dict[str, Any]:
    """A heading below the title."""
    return {"kind": "heading", "level": level, "text": printable(text)}


def paragraph(text: str) -> dict[str, Any]:
    """Plain words."""
    return {"kind": "paragraph", "text": printable(text)}


def table_block(
    head: Sequence[str],
    rows: Iterable[Sequence[Sequence[str]]],
    *,
    columns: Sequence[int],
    size: float = 9.5,
) -> dict[str, Any]:
    """A table with a head; each cell is some paragraphs, each column has a share of the width."""
    cells = [[[printable(one, in_cell=True) for one in cell] or [""] for cell in row] for row in rows]
    return {"kind": "table", "head": list(head), "rows": cells, "columns": list(columns), "size": size}
