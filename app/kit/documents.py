"""Documents that residents attach: recognised by content, cleaned, and written anew.

What a reader does not see goes (who wrote it, with what, where a photo was taken, thumbnails); what could
act (macros, scripts, embedded files, templates from elsewhere) is refused, and so is what is made to fill the
memory. Every file is opened in a process of its own: one that is made to crash ends only that.
"""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import msgspec

from app.kit.cleaning import FIRST_CODE, SECONDS, WHYS
from app.kit.errors import Invalid
from app.kit.i18n import N_

APART = "sandbox; default-src 'none'"  # as its policy: should a browser show a document, it acts for nobody
MAX_BYTES = 10 * 1024 * 1024
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
KINDS = {".pdf": "application/pdf", ".docx": DOCX, ".odt": ODT}

EMPTY = N_("This file is empty.")
TOO_LARGE = N_("The file is larger than %(size)s MB. Please choose a smaller one.")
UNKNOWN = N_("This file is not a document we can take. Please send PDF, DOCX or ODT.")
MISNAMED = N_(
    "The name of this file ends in %(name)s, but it holds something else. Please check which file it is."
)
REFUSALS = {
    "damaged": N_("This file is damaged, or cannot be read. Please save it anew and send it again."),
    "locked": N_("This file is protected by a password. Please send it without one."),
    "active": N_("This document holds macros or scripts. Please save it without them, or as PDF."),
    "embedded": N_("This document has other files inside it. Please send them by themselves."),
    "outside": N_("This document fetches parts from elsewhere. Please save it as PDF."),
    "bomb": N_("This document becomes far too large when it is opened. Please send a smaller one."),
}
# One after another: a hostile file may need all the memory that one process is allowed.
_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="documents")


class Document(msgspec.Struct, frozen=True):
    """A document as it is kept and given out."""

    content: bytes
    media_type: str
    suffix: str


async def read_document(name: str, content: bytes) -> Document:
    """Check and clean a document, off the event loop. `name`: as its sender calls it. Raises: Invalid."""
    suffix, cleaned = await _open(name, content)
    return Document(cleaned, KINDS[suffix], suffix)


async def check_document(name: str, content: bytes) -> Document:
    """As `read_document`, but the file stays as it is, hidden data and all: a signature covers every
    byte of it, and so do sums that were published. Raises: Invalid.
    """
    suffix, _ = await _open(name, content)
    return Document(content, KINDS[suffix], suffix)


async def _open(name: str, content: bytes) -> tuple[str, bytes]:
    """What a document is, and what is left of it once it is cleaned. Raises: Invalid."""
    if not content:
        raise Invalid(EMPTY)
    if len(content) > MAX_BYTES:
        raise Invalid(TOO_LARGE, size=MAX_BYTES >> 20)
    suffix = recognise(content)
    if suffix is None:
        raise Invalid(UNKNOWN)
    claimed = os.path.splitext(name.lower())[1]
    if claimed != suffix:
        raise Invalid(MISNAMED, name=claimed or "–")
    cleaned = await asyncio.get_running_loop().run_in_executor(_executor, _clean_apart, suffix, content)
    return suffix, cleaned


def recognise(content: bytes) -> str | None:
    """The ending that a file should have by its first bytes; None for what is not taken."""
    if content.startswith(b"%PDF-"):
        return ".pdf"
    if content.startswith(b"PK\x03\x04"):
        if b"mimetype" + ODT.encode() in content[:200]:
            return ".odt"
        if b"word/document.xml" in content:
            return ".docx"
    return None


def _clean_apart(suffix: str, content: bytes) -> bytes:
    """Raises: Invalid."""
    command = [sys.executable, "-P", "-m", "app.kit.cleaning", suffix]
    nothing_else = {"PYTHONPATH": os.pathsep.join(sys.path)}  # no settings, so no secrets
    try:
        done = subprocess.run(
            command, input=content, env=nothing_else, capture_output=True, timeout=3 * SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Invalid(REFUSALS["bomb"]) from None
    if done.returncode:
        place = done.returncode - FIRST_CODE
        why = WHYS[place] if 0 <= place < len(WHYS) else "damaged"
        raise Invalid(REFUSALS[why])
    return done.stdout
