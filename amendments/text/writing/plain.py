"""Plain text with line numbers, for e-mail, for print and for those who compare files."""

from amendments.text.lines import EVERY, Layout, lay_out
from amendments.text.units import Version


def write_plain(version: Version, layout: Layout | None = None, *, every: int = EVERY) -> str:
    """The text in its lines, each fifth with its number in the margin; `every=0` for none."""
    lines = (layout or lay_out(version)).lines
    margin = len(str(lines[-1].number)) if lines and every else 0
    written = []
    for line in lines:
        written.append(f"{line.margin(every):>{margin}}  {line.text}".rstrip() if every else line.text)
    return "\n".join(written) + "\n"
