"""`obste registrar letters`: the private codes as letters for window envelopes, a page a person, in PDF.

A page is drawn directly, without a layout engine: some thousands a minute, and never more than one part of
them in memory. Sizes are those of A4 folded in three for a DL envelope (110 x 220 mm), whose window of 90 x
45 mm lies 20 mm from the lower edge and 20 mm from the right or the left one: the address stands where the
window shows it however the paper slides, and the code where it never does.
"""

import io
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from voting.roles.registrar_list import Person
from voting.roles.registrar_parts import Part, Side
from voting.roles.registrar_words import CARE, CHECK, GREETING, HOW, INTRODUCTION, SCAN, STEPS, SUBJECT, Vote
from voting.roles.terminal import Declined

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD, MONO = "AtkinsonNext-Regular", "AtkinsonNext-Bold", "AtkinsonMono-SemiBold"
WIDTH, HEIGHT = A4
MARGIN = 20 * mm
TEXT_WIDTH = WIDTH - 2 * MARGIN
SIZE, LEADING = 10.5, 14.5
WINDOW_TOP = 47 * mm  # from the upper edge of the page
WINDOW_LEFT = {"right": 114 * mm, "left": 25 * mm}
WINDOW_WIDTH = 74 * mm
ADDRESS_LINES, ADDRESS_SIZE = 6, 11
FOLDS = (99 * mm, 198 * mm)
CODE_SIZE = 27
QR_WIDTH = 30 * mm
SHOWN = 20  # people of a list of faults


def write_part(part: Part, vote: Vote, side: Side) -> None:
    """One file, whole or not at all."""
    draft = part.path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        canvas = Canvas(file, pagesize=A4, pageCompression=1, initialFontName=REGULAR)
        canvas.setTitle(vote.title)
        canvas.setAuthor(vote.office)
        for person in part.people:
            draw_letter(canvas, person, vote, side)
            canvas.showPage()
        canvas.save()
        file.flush()
        os.fsync(file.fileno())
    draft.rename(part.path)


def load_fonts() -> None:
    """Make the fonts known; what is used of them is embedded in each file."""
    for name in (REGULAR, BOLD, MONO):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))


def require_printable(people: Sequence[Person], vote: Vote) -> None:
    """Everything can be printed whole: each character, each address in its window, each letter on its page.

    Raises: Declined, naming who cannot, before anything is printed.
    """
    load_fonts()
    require_characters(people, vote)
    if wide := [one for one in people if not fits_window(one)]:
        named = "; ".join(f"line {one.line}, {one.name}" for one in wide[:SHOWN])
        raise Declined(
            f"{len(wide)} addresses are too long for the window ({ADDRESS_LINES} lines, the name included, "
            f"of {WINDOW_WIDTH / mm:.0f} mm): {named}"
        )
    canvas = Canvas(io.BytesIO(), pagesize=A4, initialFontName=REGULAR)
    for language in {one.language for one in people}:
        longest = max((one for one in people if one.language == language), key=lambda one: len(one.name))
        if draw_letter(canvas, longest, vote, "right") < MARGIN / 2:
            raise Declined(f"the letter to line {longest.line}, {longest.name}, is longer than a page")


def fits_window(person: Person) -> bool:
    """Whether name and address are seen whole in the window."""
    lines = _address_lines(person)
    widest = max(pdfmetrics.stringWidth(line, REGULAR, ADDRESS_SIZE) for line in lines)
    return len(lines) <= ADDRESS_LINES and widest <= WINDOW_WIDTH


def require_characters(people: Sequence[Person], vote: Vote) -> None:
    """Raises: Declined, naming the line: a name must not be printed with holes."""
    known = pdfmetrics.getFont(REGULAR).face.charToGlyph
    for text in (vote.title, vote.title_en, vote.office, vote.contact, vote.closes, vote.closes_en, vote.url):
        if missing := {mark for mark in text if ord(mark) not in known}:
            raise Declined(f"the letters' font has no {' '.join(sorted(missing))}")
    for person in people:
        missing = {mark for text in (person.name, *person.address) for mark in text if ord(mark) not in known}
        if missing:
            raise Declined(f"line {person.line}: the letters' font has no {' '.join(sorted(missing))}")


# ── a page ────────────────────────────────────────────────────────────────────
def draw_letter(canvas: Canvas, person: Person, vote: Vote, side: Side) -> float:
    """One page; how far above its lower edge the last line stands."""
    words = vote.words(person.language) | {"name": person.name}
    language = person.language
    pen = Pen(canvas, HEIGHT - MARGIN)
    pen.paragraph(vote.office, font=BOLD)
    pen.paragraph(vote.contact, size=9)
    _draw_address(canvas, person, side)
    _draw_folds(canvas)
    pen.y = HEIGHT - FOLDS[0] - 12 * mm
    pen.paragraph(SUBJECT[language].format(**words), font=BOLD, size=14)
    pen.space(2 * mm)
    pen.paragraph(GREETING[language].format(**words))
    pen.paragraph(INTRODUCTION[language].format(**words))
    _draw_code(canvas, person, pen)
    pen.paragraph(HOW[language].format(**words), font=BOLD)
    for number, step in enumerate(STEPS[language], start=1):
        pen.paragraph(f"{number}. {step.format(**words)}", indent=5 * mm)
    title, text = CHECK[language]
    pen.space(2 * mm)
    pen.paragraph(title, font=BOLD)
    pen.paragraph(text.format(**words))
    title, cares = CARE[language]
    pen.space(2 * mm)
    pen.paragraph(title, font=BOLD)
    for one in cares:
        pen.paragraph(f"– {one.format(**words)}", indent=5 * mm)
    return pen.y


@lru_cache(maxsize=256)
def lines_of(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """A paragraph in lines; most stand in every letter."""
    return tuple(simpleSplit(text, font, size, width))


class Pen:
    """Writes paragraphs down a page. `y` is where the next one begins."""

    def __init__(self, canvas: Canvas, y: float) -> None:
        self.canvas = canvas
        self.y = y

    def paragraph(self, text: str, *, font: str = REGULAR, size: float = SIZE, indent: float = 0) -> None:
        """Lines as wide as the page allows; later ones are indented."""
        leading = size * LEADING / SIZE
        for number, line in enumerate(lines_of(text, font, size, TEXT_WIDTH - indent)):
            self.y -= leading
            self.canvas.setFont(font, size)
            self.canvas.drawString(MARGIN + (indent if number else 0), self.y, line)
        self.y -= 0.8 * mm

    def space(self, height: float) -> None:
        """Leave a gap."""
        self.y -= height


def _address_lines(person: Person) -> list[str]:
    texts = (person.name, *person.address)
    return [line for text in texts for line in lines_of(text, REGULAR, ADDRESS_SIZE, WINDOW_WIDTH)]


def _draw_address(canvas: Canvas, person: Person, side: Side) -> None:
    canvas.setFont(REGULAR, ADDRESS_SIZE)
    for number, line in enumerate(_address_lines(person), start=1):
        canvas.drawString(WINDOW_LEFT[side], HEIGHT - WINDOW_TOP - number * 14, line)


def _draw_folds(canvas: Canvas) -> None:
    canvas.setLineWidth(0.3)
    for fold in FOLDS:
        canvas.line(4 * mm, HEIGHT - fold, 8 * mm, HEIGHT - fold)


def _draw_code(canvas: Canvas, person: Person, pen: Pen) -> None:
    """The code in its groups, and the same for a camera, inside a frame."""
    top = pen.y - 3 * mm
    height = QR_WIDTH + 10 * mm
    canvas.setLineWidth(1)
    canvas.roundRect(MARGIN, top - height, TEXT_WIDTH, height, 3 * mm)
    canvas.setFont(MONO, CODE_SIZE)
    canvas.drawString(MARGIN + 7 * mm, top - height / 2 - CODE_SIZE / 3, person.code)
    left = WIDTH - MARGIN - QR_WIDTH - 8 * mm
    draw_qr(canvas, person.code, left, top - QR_WIDTH - 3 * mm, QR_WIDTH)
    canvas.setFont(REGULAR, 7)
    canvas.drawCentredString(left + QR_WIDTH / 2, top - QR_WIDTH - 6.5 * mm, SCAN[person.language])
    pen.y = top - height - 4 * mm


def draw_qr(canvas: Canvas, text: str, left: float, bottom: float, width: float) -> None:
    """A QR code without its quiet zone; dark cells of a row that touch are one rectangle."""
    rows = list(segno.make(text, error="m", micro=False).matrix)
    cell = width / len(rows)
    path = canvas.beginPath()
    for number, row in enumerate(rows):
        y = bottom + (len(rows) - 1 - number) * cell
        start = None
        for place, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                path.rect(left + start * cell, y, (place - start) * cell, cell)
                start = None
    canvas.drawPath(path, stroke=0, fill=1)
