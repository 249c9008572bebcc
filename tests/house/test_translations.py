"""Romanian is complete: every message in code and templates is translated, with the same places to fill."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ROOT / "app" / "locales" / "ro"
KEYWORDS = {
    "N_": None,
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "translate_plural": (2, 3),
    "NP_": (1, 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2")]
PLACES = re.compile(r"%\((\w+)\)s|%%|%")


def extracted() -> dict[str | tuple[str, str], str]:
    """Message id (or singular and plural) → where it is."""
    found: dict[str | tuple[str, str], str] = {}
    for folder in [*sorted(path.parent for path in ROOT.glob("*/__init__.py")), ROOT / "templates"]:
        if folder.name in ("tests", "bench"):
            continue
        options = {
            pattern: {"silent": "false", "extensions": "jinja2.ext.do"}
            for pattern, method in METHODS
            if method == "jinja2"
        }
        for file, line, message, _comments, _context in extract_from_dir(
            folder,
            METHODS,
            options,
            keywords=KEYWORDS,
            directory_filter=lambda path: "static" not in str(path),
        ):
            key = tuple(message[:2]) if isinstance(message, tuple) else message
            found.setdefault(key, f"{folder.name}/{file}:{line}")  # type: ignore[arg-type]
    return found


def catalogs() -> Iterator[tuple[str, Catalog]]:
    for path in sorted(LOCALES.glob("*.po")):
        with path.open("rb") as file:
            yield path.name, read_po(file, locale="ro", abort_invalid=True)


MESSAGES = extracted()
CATALOGS = dict(catalogs())


def test_the_extraction_finds_messages() -> None:
    assert len(MESSAGES) > 100


def test_every_message_is_translated() -> None:
    translated = {
        message.id if isinstance(message.id, str) else tuple(message.id): message.string
        for catalog in CATALOGS.values()
        for message in catalog
        if message.id
    }
    missing = []
    for key, place in MESSAGES.items():
        string = translated.get(key)
        if not string or (isinstance(string, (tuple, list)) and not all(string)):
            missing.append(f"{place}: {key!r}")
    assert not missing, f"{len(missing)} without Romanian:\n" + "\n".join(missing)


@pytest.mark.parametrize("name", sorted(CATALOGS))
def test_a_translation_fills_the_same_places(name: str) -> None:
    for message in CATALOGS[name]:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        if not isinstance(message.id, str):
            assert len(strings) == 3, f"{name}: Romanian has three forms: {source!r}"
        for string in strings:
            wanted, given = (set(PLACES.findall(text)) - {""} for text in (source, string))
            if not isinstance(message.id, str):
                wanted, given = wanted - {"num"}, given - {"num"}
            assert wanted == given, f"{name}: {source!r} → {string!r}"


@pytest.mark.parametrize("name", sorted(CATALOGS))
def test_romanian_is_written_as_romanian(name: str) -> None:
    for message in CATALOGS[name]:
        text = message.string if isinstance(message.string, str) else " ".join(message.string)
        assert not re.search(r"[ŞşŢţ]", text), f"{name}: cedilla in {text!r}"
        assert not re.search(r"\b[Tt]u\b|\b[Tt]ău\b|\bta\b", text), f"{name}: not formal: {text!r}"


def test_nothing_is_translated_that_nobody_says() -> None:
    for name, catalog in CATALOGS.items():
        for message in catalog:
            if message.id:
                key = message.id if isinstance(message.id, str) else tuple(message.id)
                assert key in MESSAGES, f"{name}: unused: {key!r}"


def test_a_message_is_translated_in_one_place() -> None:
    homes: dict[object, str] = {}
    for name, catalog in CATALOGS.items():
        for message in catalog:
            if message.id:
                key = message.id if isinstance(message.id, str) else tuple(message.id)
                assert key not in homes, f"{key!r} is in {homes[key]} and in {name}"
                homes[key] = name
