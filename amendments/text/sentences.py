"""Every change as a sentence, in the words in which Romanian acts change each other (Law 24/2000, 58-65).

The sentence is what a screen reader says, and what stands in e-mails, minutes and the comparative table, so
it must say the whole change: words that occur more than once are told apart by their number. These words are
part of the legal text, not of the platform's pages, so they are here and not among the translations.
"""

from amendments.text.labels import Language, cite, written_label
from amendments.text.lines import Layout
from amendments.text.operations import (
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    RejectAct,
    ReplaceUnit,
    SetField,
    Splice,
)
from amendments.text.phrases import NEW_UNIT, PHRASES
from amendments.text.tokens import count_words, is_word, tokenise
from amendments.text.units import NewUnit, Unit, UnitType, Version

CONTEXT_WORDS = 4  # before an insertion
CELLS_APART, EMPTY_CELL = " | ", "–"


def sentence(
    version: Version, operation: Operation, language: Language = "ro", *, layout: Layout | None = None
) -> str:
    """The operation as one sentence; with the layout, also where it is printed."""
    say = PHRASES[language]
    match operation:
        case Splice():
            return _splice(version, operation, language, layout)
        case InsertUnit():
            return _insert(version, operation, language)
        case DeleteUnit():
            return say["delete_unit"].format(place=_capital(cite(version, operation.unit, language)))
        case ReplaceUnit():
            place = _capital(cite(version, operation.unit, language))
            return say["replace_unit"].format(
                place=place, text=quote(whole(operation.new, language), language)
            )
        case MoveUnit():
            place = _capital(cite(version, operation.unit, language))
            return say["move_unit"].format(
                place=place, slot=name_slot(version, operation.parent, operation.after, language)
            )
        case SetField():
            return say["set_field"].format(
                field=operation.field,
                old=quote(version.fields[operation.field], language),
                new=quote(operation.value, language),
            )
        case RejectAct():
            return say["reject_act"]


def quote(text: str, language: Language = "ro") -> str:
    """The text in the language's quotes; in «…» when it has such quotes itself."""
    if not set("„“”").isdisjoint(text):
        return f"«{text}»"
    return f"„{text}”" if language == "ro" else f"“{text}”"


def _splice(version: Version, splice: Splice, language: Language, layout: Layout | None) -> str:
    unit, say = version[splice.unit], PHRASES[language]
    tokens = unit.tokens
    place = cite(version, unit.id, language)
    lines = layout.span(unit.id, splice.start, splice.end) if layout else None
    if lines:
        key = "line" if lines[0] == lines[1] else "lines"
        place += say[key].format(first=lines[0], last=lines[1])
    start, end = trimmed(tokens, splice.start, splice.end)
    old, new = "".join(tokens[start:end]), splice.new.strip()
    if not old and new:
        context = _context(tokens, splice.start)
        where = _words(unit, *context, language) if context else ""
        key = "insert" if where else "insert_first"
        return say[f"{key}_{_grammar(new)}"].format(place=place, after=where, new=quote(new, language))
    if not old:
        return say["spaces"].format(place=place)
    key = "replace" if new else "delete"
    words = _words(unit, start, end, language)
    return say[f"{key}_{_grammar(old)}"].format(place=place, old=words, new=quote(new, language))


def _grammar(text: str) -> str:
    """Which noun the words take, which sets the verb: one word, one number, several words or signs."""
    tokens = tokenise(text)
    if len(tokens) == 1 and is_word(tokens[0]):
        return "number" if tokens[0][0].isdigit() else "word"
    return "words" if count_words(tokens) else "signs"


def trimmed(tokens: tuple[str, ...], start: int, end: int) -> tuple[int, int]:
    """The range without spaces at its ends."""
    while start < end and tokens[end - 1].isspace():
        end -= 1
    while start < end and tokens[start].isspace():
        start += 1
    return start, end


def _context(tokens: tuple[str, ...], gap: int) -> tuple[int, int] | None:
    """The last words before a gap; nothing where the text begins there."""
    start, words = gap, 0
    while start > 0 and words < CONTEXT_WORDS:
        start -= 1
        words += is_word(tokens[start])
    start, end = trimmed(tokens, start, gap)
    return (start, end) if start < end else None


def _words(unit: Unit, start: int, end: int, language: Language) -> str:
    """The quoted words; told apart from the same ones elsewhere in the unit by which of them they are."""
    tokens, wanted = unit.tokens, unit.tokens[start:end]
    size = end - start
    places = [at for at in range(len(tokens) - size + 1) if tokens[at : at + size] == wanted]
    quoted = quote("".join(wanted), language)
    if len(places) == 1:
        return quoted
    say, number = PHRASES[language], places.index(start) + 1
    which = say["first_time"] if number == 1 else say["which_time"].format(number=number)
    return say["which"].format(words=quoted, time=which, all=len(places))


def _insert(version: Version, operation: InsertUnit, language: Language) -> str:
    new = operation.new
    return PHRASES[language]["insert_unit"].format(
        slot=_capital(name_slot(version, operation.parent, operation.after, language)),
        unit=name_new(new.type, language),
        text=quote(whole(new, language), language),
    )


def name_new(type: UnitType, language: Language = "ro") -> str:
    """What is added: „un nou articol”."""
    return NEW_UNIT[language].get(type) or NEW_UNIT[language]["text"]


def name_slot(
    version: Version, parent: str, after: str | None, language: Language = "ro", *, seen: str = ""
) -> str:
    """A place between units in words: after one, before the first one, or where there is none in a unit;
    before the one that is seen.
    """
    say, following = PHRASES[language], version.next_sibling(parent, None)
    if seen and version.next_sibling(parent, after) == seen:
        return say["slot_before"].format(unit=cite(version, seen, language))
    if after is not None:
        return say["slot_after"].format(unit=cite(version, after, language))
    if version[parent].type == "act":
        return say["slot_first_act"]
    if following is not None:
        return say["slot_before"].format(unit=cite(version, following, language))
    return say["slot_only"].format(unit=cite(version, parent, language))


def whole(new: NewUnit, language: Language = "ro") -> str:
    """All of a new unit's text, with its numbers where they are known; the cells of a row apart."""
    unit = Unit(id=new.id, type=new.type, label=new.label, text=new.text)
    own = " ".join(part for part in (written_label(unit) if new.label else "", new.text) if part)
    if new.type == "row":
        return CELLS_APART.join(whole(cell, language) or EMPTY_CELL for cell in new.children)
    return " ".join(part for part in (own, *(whole(child, language) for child in new.children)) if part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
