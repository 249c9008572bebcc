"""What this package refuses, each with a code that pages can put into words."""


class Refused(ValueError):
    """Base of all refusals. `code` is stable; `facts` are the values that a sentence about it needs."""

    code = "refused"

    def __init__(self, code: str = "", **facts: str | int) -> None:
        super().__init__(code or self.code, *(f"{name}={value!r}" for name, value in facts.items()))
        self.code = code or self.code
        self.facts = facts


class NotATree(Refused):
    """Units that do not form one tree in reading order."""

    code = "not_a_tree"


class NoSuchUnit(Refused):
    """A unit that the version does not have."""

    code = "no_such_unit"


class NoSuchLine(Refused):
    """A line that the layout does not have."""

    code = "no_such_line"


class BadMark(Refused):
    """A mark that does not lie on its text."""

    code = "bad_mark"


class BadOperation(Refused):
    """An operation that cannot be carried out on the version it names."""

    code = "bad_operation"


class BadEdit(Refused):
    """An edited text that is no amendment of one unit."""

    code = "bad_edit"


class BadAnchor(Refused):
    """An anchor whose words are not where it says."""

    code = "broken_anchor"


class BadFile(Refused):
    """A file that cannot be read as a legal text."""

    code = "bad_file"
