"""The public page of all counting rules: each in words, the ballots it counts, its parameters and seal."""

import functools
import json
import re
from pathlib import Path

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import N_
from app.settings import get_settings
from voting.pages.words import rule_text, rule_title
from voting.rules import RULES, Rule
from voting.rules.papers import canonical

BALLOTS = {
    "ordinal": N_("a ranking"),
    "preference": N_("a ranking with equal places"),
    "approval": N_("approvals"),
    "scoring": N_("a grade or points for each"),
    "cumulative": N_("points to be divided"),
}
"""What a voter does, by the kind of ballot."""


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as listed. `document` is its section of docs/voting-rules.md: Markdown, in English."""

    anchor: str
    name: str
    title: str
    text: str
    ballots: str
    version: int
    parameters: str
    digest: str
    document: str


class RulesPage(msgspec.Struct, frozen=True):
    """Every published rule, by what it elects."""

    projects: list[RuleView]
    seats: list[RuleView]


def build_rules(ctx: Ctx) -> RulesPage:
    """All rules in the order of their registry."""
    documents = read_documents(get_settings().root / "docs" / "voting-rules.md")
    views = [(rule.elects, _view(ctx, rule, documents.get(rule.name, ""))) for rule in RULES.values()]
    return RulesPage(
        [view for elects, view in views if elects == "projects"],
        [view for elects, view in views if elects == "seats"],
    )


def rule_anchor(name: str) -> str:
    """Where a rule stands on the page."""
    return name.replace("/", "-")


def ballots_text(ctx: Ctx, rule: Rule) -> str:
    """The kinds of ballots that a rule counts."""
    if {"ordinal", "approval", "scoring", "cumulative"} <= set(rule.vote_types):
        return ctx.gettext("any kind")
    return ", ".join(ctx.gettext(BALLOTS[kind]) for kind in rule.vote_types)


def _view(ctx: Ctx, rule: Rule, document: str) -> RuleView:
    return RuleView(
        anchor=rule_anchor(rule.name),
        name=rule.name,
        title=rule_title(ctx, rule.name),
        text=rule_text(ctx, rule.name),
        ballots=ballots_text(ctx, rule),
        version=rule.version,
        parameters=json.dumps(json.loads(canonical(rule.params)), indent=1, ensure_ascii=False),
        digest=rule.params_digest,
        document=document,
    )


@functools.cache
def read_documents(path: Path) -> dict[str, str]:
    """The section of each rule in the document, without its heading and its parameters; none, if the document
    was not installed with the program.
    """
    if not path.is_file():
        return {}
    sections = re.split(r"^### `([^`]+)`\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {}
    for name, body in zip(sections[1::2], sections[2::2], strict=True):
        words = re.split(r"^#{1,3} ", body, maxsplit=1, flags=re.MULTILINE)[0]
        found[name] = re.sub(r"^```.*?^```\n?", "", words, flags=re.MULTILINE | re.DOTALL).strip()
    return found
