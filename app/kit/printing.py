"""Documents as tagged PDF (PDF/UA-1): a Typst template and plain values in, the bytes of a file out.

What people wrote reaches the template as values and is never read as markup, so nothing typed can become a
command, a picture or a file of this machine. Each document is drawn in a process of its own, one at a time:
a law of two hundred pages takes some seconds and a quarter of a gigabyte, and whatever goes wrong there
leaves the server alone. The same values give the same bytes, so a drawn file is kept under their hash.
"""

import asyncio
import functools
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import msgspec

SECONDS = 120  # a law of 200 pages takes five on an idle machine
KEPT_FILES = 2_000  # of some hundred kilobytes each
LACKING = "\ufffd"  # stands for a sign that no font at hand has
BREAK = "\u200b"  # where a line may end that has no space
_LONG = re.compile(r"\S{40}(?=\S{40})")  # a SHA-256 of 64 signs stays whole
_LONG_IN_CELL = re.compile(r"\S{14}(?=\S{8})")  # in a narrow column
# Controls, halves of pairs and signs that turn the direction of what follows: a page shows what is written.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_DRAWING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="printing")
_IN_HAND: dict[Path, asyncio.Future[bytes]] = {}


class StillDrawing(Exception):
    """The document is not ready within the time that its reader waits; ask again."""


class NotDrawn(RuntimeError):
    """The template, the fonts or the machine are at fault, never what people wrote."""


def printable(text: str, *, in_cell: bool = False) -> str:
    """Words of people as a page can show them: without invisible signs, and with places where a run of
    letters without a space may break.
    """
    long = _LONG_IN_CELL if in_cell else _LONG
    return long.sub(lambda found: found[0] + BREAK, _UNPRINTABLE.sub("", text))


async def draw(
    template: Path, values: dict[str, object], *, day: date, cache: Path, patience: float | None = None
) -> bytes:
    """The document as PDF. `values`: plain data that `template` reads as `json(bytes(sys.inputs.values))`;
    `day` is the document's date. Kept in the folder `cache`; asked for again meanwhile, it is drawn once.

    Raises: NotDrawn; StillDrawing after `patience` seconds, and goes on drawing.
    """
    given = msgspec.json.encode([values, day], order="deterministic")
    key = hashlib.sha256(b"\0".join((_version(), template.read_bytes(), given))).hexdigest()
    path = cache / f"{key}.pdf"
    kept = await asyncio.to_thread(_read_kept, path)
    if kept is not None:
        return kept
    loop = asyncio.get_running_loop()
    drawing = _IN_HAND.get(path)
    if drawing is None or drawing.get_loop() is not loop:
        drawing = loop.run_in_executor(_DRAWING, _draw_once, template, given, path)
        _IN_HAND[path] = drawing
        drawing.add_done_callback(lambda done: _put_away(path, done))
    done, _ = await asyncio.wait({drawing}, timeout=patience)
    if not done:
        raise StillDrawing()
    return drawing.result()


def _put_away(path: Path, done: asyncio.Future[bytes]) -> None:
    """Forget what is drawn; what went wrong without anybody waiting is told to whoever asks next."""
    if _IN_HAND.get(path) is done:
        del _IN_HAND[path]
    if not done.cancelled():
        done.exception()


@functools.cache
def _version() -> bytes:
    """Another Typst draws other bytes."""
    from importlib.metadata import version

    return version("typst").encode()


def _read_kept(path: Path) -> bytes | None:
    """A file that was drawn before; reading it keeps it."""
    try:
        kept = path.read_bytes()
        os.utime(path)
    except FileNotFoundError:
        return None
    return kept


def _draw_once(template: Path, given: bytes, path: Path) -> bytes:
    kept = _read_kept(path)  # drawn while this waited for its turn
    if kept is not None:
        return kept
    command = [sys.executable, "-m", "app.kit.printing", str(template)]
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(  # noqa: S603 — our own program, no shell
            command, input=given, capture_output=True, timeout=SECONDS, cwd=root, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise NotDrawn((error.stderr or b"").decode(errors="replace")[-1000:] or str(error)) from error
    _keep(path, done.stdout)
    return done.stdout


def _keep(path: Path, content: bytes) -> None:
    """Written whole or not at all; the files that nobody asked for longest make room."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.replace(name, path)
    files = sorted(path.parent.glob("*.pdf"), key=lambda one: one.stat().st_mtime)
    for old in files[: max(0, len(files) - KEPT_FILES)]:
        old.unlink(missing_ok=True)


# ── in the process that draws ─────────────────────────────────────────────────
def compile_document(template: Path, given: bytes) -> bytes:
    """The PDF of a template, with signs that no font has replaced. Raises: typst.TypstError."""
    import typst

    values, day = msgspec.json.decode(given)
    moment = int((date.fromisoformat(day) - date(1970, 1, 1)).total_seconds())

    def drawn(text: str) -> bytes:
        pdf = typst.compile(
            template,
            root=template.parent,
            ignore_system_fonts=True,  # the same letters on every machine
            sys_inputs={"values": text},
            pdf_standards=["ua-1"],
            timestamp=moment,
        )
        assert isinstance(pdf, bytes)  # noqa: S101 — one document, one file
        return pdf

    text = msgspec.json.encode(values).decode()
    try:
        return drawn(text)
    except typst.TypstError:
        lacking = {ord(sign): LACKING for sign in sorted(set(text)) if ord(sign) > 0x17F and not _has(sign)}
        if not lacking:
            raise
        return drawn(text.translate(lacking))


def _has(sign: str) -> bool:
    """Whether a font at hand has a sign."""
    import typst

    source = b'#set document(title: "x")\n#sys.inputs.sign'
    try:
        typst.compile(source, ignore_system_fonts=True, sys_inputs={"sign": sign}, pdf_standards=["ua-1"])
    except typst.TypstError:
        return False
    return True


if __name__ == "__main__":
    sys.stdout.buffer.write(compile_document(Path(sys.argv[1]), sys.stdin.buffer.read()))
