"""Every published rule, every reason and every criterion of a result is said in words."""

from typing import get_args

import pytest

from app.kit.i18n import translations
from voting.pages.counted import SETTLED_BY
from voting.pages.rule_words import RULE_WORDS
from voting.pages.rules import BALLOTS
from voting.rules import RULES
from voting.rules.papers import VoteType
from voting.rules.ties import Criterion


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_published_rule_has_words(name: str) -> None:
    assert name in RULE_WORDS, f"write its words in voting/pages/rule_words.py and voting.po: {name}"
    words = RULE_WORDS[name]
    for text in (words.title, words.text):
        assert translations("ro").gettext(text) != text, f"{name}: not in Romanian"
    assert words.text.endswith(".")


def test_every_kind_of_ballot_and_criterion_has_words() -> None:
    assert set(get_args(VoteType)) == set(BALLOTS)
    assert set(get_args(Criterion)) | {"lot", "drawn"} == set(SETTLED_BY)
