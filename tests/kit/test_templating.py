"""Constant words are translated when a template is compiled, and come out as if translated when shown."""

from pathlib import Path

import jinja2
import pytest

from app.kit.templating import StaticFiles, make_environments
from app.settings import ROOT


@pytest.fixture(scope="module")
def environments() -> dict[str, jinja2.Environment]:
    made = make_environments(ROOT / "templates", StaticFiles(ROOT / "app" / "static"))
    return {str(locale): environment for locale, environment in made.items()}


def show(environment: jinja2.Environment, source: str, **values: object) -> str:
    return environment.from_string(source).render(**values)


def test_constant_words_are_translated_when_compiled(environments):
    romanian, english = environments["ro"], environments["en"]
    code = romanian.compile('<p>{{ _("Sign in") }}</p>', raw=True)
    assert "Intrați în cont" in code or "Sign in" not in code
    assert show(english, '<p>{{ _("Sign in") }}</p>') == "<p>Sign in</p>"
    assert show(romanian, '<p>{{ _("Sign in") }}</p>') != "<p>Sign in</p>"


@pytest.mark.parametrize(
    "source",
    [
        '{{ _("Sign in") }}',
        '{{ _("100 %% & <b>more</b>") }}',  # a format string, trusted as markup, as in Jinja's own
        '{{ _("Sign in")|upper }}',
        '{% set word = _("Sign in") %}{{ word ~ "<" }}',
        '{{ _("Hello %(name)s", name="<b>") }}',
        "{{ _(word) }}",
    ],
)
def test_the_result_is_that_of_a_call_when_shown(environments, source):
    environment = environments["ro"]
    when_shown = environment.overlay()
    when_shown.compile_time = {}
    assert show(environment, source, word="Sign in") == show(when_shown, source, word="Sign in")


def test_plain_text_stays_unescaped(environments, tmp_path: Path):
    (tmp_path / "note.txt").write_text('{{ _("Questions & answers") }}', "utf-8")
    environment = environments["en"].overlay(loader=jinja2.FileSystemLoader(tmp_path))
    assert environment.get_template("note.txt").render() == "Questions & answers"


def test_a_static_file_that_is_not_there_is_found_when_compiling(environments):
    with pytest.raises(KeyError):
        show(environments["ro"], "{{ static('css/none.css') }}")
