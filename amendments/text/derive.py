"""From an edited text to operations: what a person changed in a textarea, as splices of the unit."""

import re
from collections import Counter

from amendments.text.hunks import Hunk, find_hunks, merge_hunks
from amendments.text.operations import MAX_CHARACTERS, MAX_TOKENS, Splice
from amendments.text.refused import BadEdit
from amendments.text.tokens import cut, fold, is_space, normalise, normalise_new, same_words, tokenise
from amendments.text.units import Unit

_PARAGRAPHS = re.compile(r"\n\s*\n")


def derive_splices(unit: Unit, edited: str, *, exact: bool = False) -> tuple[Splice, ...]:
    """The splices that turn the unit's text into the edited one, one for each change that a person would
    call one. Applied, they give the edited text as `normalise_new` stores it.

    A text that differs in spaces, kinds of quotes, dashes or cedillas only gives none, unless `exact`: that
    is for the clerk, who corrects just those. Raises: BadEdit for more than one paragraph (that is an
    inserted unit), for an emptied text (that is a deleted unit), and for texts that are too long.
    """
    new = check_edit(unit, edited)
    if new == unit.text:
        return ()
    splices = splices_between(unit, new, exact=exact)
    if not exact and _may_say_the_same(unit, splices) and same_words(unit.text, new):
        return ()
    return splices


def _may_say_the_same(unit: Unit, splices: tuple[Splice, ...]) -> bool:
    """Whether what goes and what comes are the same signs: seldom, and quicker than comparing whole texts."""
    gone = Counter(fold(sign) for one in splices for sign in unit.tokens[one.start : one.end])
    come = Counter(fold(sign) for one in splices for sign in cut(one.new))
    return {sign: n for sign, n in gone.items() if not is_space(sign)} == {
        sign: n for sign, n in come.items() if not is_space(sign)
    }


def splices_between(unit: Unit, new: str, *, exact: bool = True) -> tuple[Splice, ...]:
    """The splices between the unit's text and another in normal form, both taken as they are."""
    old_tokens, new_tokens = unit.tokens, tokenise(new)
    if len(old_tokens) > MAX_TOKENS:
        hunks: list[Hunk] = [(0, len(old_tokens), 0, len(new_tokens))]
    else:
        hunks = merge_hunks(old_tokens, find_hunks(old_tokens, new_tokens, exact=exact))
    return tuple(Splice(unit=unit.id, start=a, end=b, new="".join(new_tokens[c:d])) for a, b, c, d in hunks)


def check_edit(unit: Unit, edited: str) -> str:
    """The edited text as it would be stored. Raises: BadEdit."""
    if len(edited) > MAX_CHARACTERS:
        raise BadEdit("too_long", most=MAX_CHARACTERS)
    if _PARAGRAPHS.search(edited.replace("\r", "").strip()):
        raise BadEdit("several_paragraphs", unit=unit.id)
    new = normalise_new(edited)
    if not new and normalise(unit.text):
        raise BadEdit("emptied", unit=unit.id)
    return new
