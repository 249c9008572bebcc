"""Templates parse, keep to the security policy, name fragments by their file, and use no unsafe filter."""

import re
from collections import Counter
from pathlib import Path

import jinja2
import pytest

from app.kit.i18n import LOCALES
from app.kit.templating import StaticFiles, make_environments

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
FILES = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".xml", ".svg"})
NAMES = [path.relative_to(TEMPLATES).as_posix() for path in FILES]
ENVIRONMENTS = make_environments(TEMPLATES, StaticFiles(ROOT / "app" / "static"))

FORBIDDEN = {
    r"<script(?![^>]*\bsrc=)(?![^>]*application/(ld\+)?json)": "an inline script: the policy refuses it",
    r"<style\b": "an inline style sheet: the policy refuses it",
    r"\sstyle=": "a style attribute: the policy refuses it",
    r"\son[a-z]+=['\"]": "an event attribute: the policy refuses it",
    r"\s(data-)?hx-on": "hx-on needs unsafe-eval",
    r"\s(?<!data-)hx-(get|post|target|swap|trigger|vals|headers)": "plain hx-* is invalid HTML",
    r"hx-vals=['\"]js:": "js: needs unsafe-eval",
    r"data-hx-trigger=\"[^\"]*\[": "trigger filters need unsafe-eval",
    r"[ŞşŢţ]": "a letter with cedilla: Romanian writes comma below",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_template_parses(name: str) -> None:
    for locale in LOCALES:
        assert ENVIRONMENTS[locale].get_template(name) is not None


@pytest.mark.parametrize("name", NAMES)
def test_the_template_keeps_to_the_rules(name: str) -> None:
    text = jinja2_comments_removed((TEMPLATES / name).read_text(encoding="utf-8"))
    for pattern, why in FORBIDDEN.items():
        found = re.search(pattern, text, re.IGNORECASE)
        assert not found, f"{name}: {why}: {found[0]!r}"  # type: ignore[index]
    if not name.startswith("components/"):
        assert not re.search(r"\|\s*safe\b", text), f"{name}: |safe outside components"


def jinja2_comments_removed(text: str) -> str:
    return re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if Path(name).name.startswith("_") and name.endswith(".html")]
)
def test_a_fragment_is_one_element_named_like_its_file(name: str) -> None:
    text = jinja2_comments_removed((TEMPLATES / name).read_text(encoding="utf-8"))
    identifier = Path(name).stem.removeprefix("_")
    assert re.search(rf"id=\"{re.escape(identifier)}\"", text), f"{name}: no element has id={identifier!r}"


def test_every_macro_is_used() -> None:
    texts = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in NAMES}
    uses = Counter(word for text in texts.values() for word in re.findall(r"\w+", text))
    for name, text in texts.items():
        for macro in re.findall(r"\{%-?\s*macro\s+(\w+)", text):
            assert uses[macro] > 1, f"{name}: nobody uses the macro {macro}"


def test_undefined_names_are_errors() -> None:
    with pytest.raises(jinja2.UndefinedError):
        ENVIRONMENTS["ro"].from_string("{{ nobody_defined_this }}").render()
