"""`./obste booth [FILE]`: the booth as one HTML file, which anyone can host, keep or compare by its SHA-256.

The parts stand in it as they are in this repository, nothing is shortened, and the same parts always give the
same bytes. Its policy names its own script and style by their hashes and lets it talk to nobody, so a code
that is typed into it cannot leave it.
"""

import argparse
import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from app.settings import ROOT

FRAME = "app/booth/page.html"
NAME = "obste-booth.html"
_PART = re.compile(r"\{\{ (app/[\w/.]+) \}\}\n")
_ENDS = re.compile(r"<!--|</(?:script|style)", re.IGNORECASE)  # what would end a part before its end


def build() -> bytes:
    """The file. Raises: ValueError for a part that would not stand in HTML as it is."""
    page = _PART.sub(lambda found: _part(found[1]), _read(FRAME))
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    policy = (
        f"default-src 'none'; script-src '{_source(script)}'; style-src '{_source(style)}'; "
        "worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return page.replace("{{ policy }}", policy).encode()


def main(argv: Sequence[str]) -> int:
    """Write the file and print its SHA-256, as `sha256sum` would."""
    parser = argparse.ArgumentParser(prog="obste booth", description="Write the voting booth as one file.")
    parser.add_argument("file", nargs="?", default=NAME, help=f"where to write; else {NAME} here")
    file = Path(parser.parse_args(argv).file)
    made = build()
    file.write_bytes(made)
    print(f"{hashlib.sha256(made).hexdigest()}  {file}")
    return 0


def _part(path: str) -> str:
    text = _read(path)
    if _ENDS.search(text):
        raise ValueError(f"{path} would end its element in the page")
    return text


def _read(path: str) -> str:
    """A file of the repository. Its line ends are as in the repository on every system."""
    return (ROOT / path).read_bytes().decode()


def _source(text: str) -> str:
    """A hash source of a Content-Security-Policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
