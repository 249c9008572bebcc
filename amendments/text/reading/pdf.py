"""The text of a PDF, by PDFium in a process of its own: a file that is made to crash or to fill the memory
ends that process and nothing else.
"""

import os
import subprocess
import sys
from collections.abc import Iterator

from amendments.text.refused import BadFile

SECONDS = 20  # of the processor; the longest laws take two
MEMORY = 2 << 30  # bytes
PAGES = 2_000
WRITTEN = (("\r\n", "\n"), ("\r", "\n"), ("\f", " "), ("\x02", "-\n"), ("\ufffe", "-\n"))
"""What PDFium writes for ends of lines, and for a hyphen at the end of one."""
NOT_PDF, TOO_LONG = 3, 4  # exit codes


def pdf_text(data: bytes) -> str:
    """The lines of all pages, a form feed between pages. Raises: BadFile (not_pdf; file_too_large for what
    takes too long or too much memory; pdf_without_text for pictures of text).
    """
    command = [sys.executable, "-P", "-m", __name__]
    nothing_else = {"PYTHONPATH": os.pathsep.join(sys.path)}  # no settings, so no secrets
    try:
        done = subprocess.run(
            command, input=data, env=nothing_else, capture_output=True, timeout=3 * SECONDS, check=False
        )
    except subprocess.TimeoutExpired as problem:
        raise BadFile("file_too_large") from problem
    if done.returncode == NOT_PDF:
        raise BadFile("not_pdf")
    if done.returncode:
        raise BadFile("file_too_large")
    text = done.stdout.decode()
    if not text.strip():
        raise BadFile("pdf_without_text")
    return text


def _pages(data: bytes) -> Iterator[str]:
    from pypdfium2 import PdfDocument, PdfiumError  # only the process of its own ever loads it

    try:
        document = PdfDocument(data)
        if len(document) > PAGES:
            raise SystemExit(TOO_LONG)
        for page in document:
            text = page.get_textpage().get_text_bounded()
            for written, meant in WRITTEN:
                text = text.replace(written, meant)
            yield text
    except PdfiumError:
        raise SystemExit(NOT_PDF) from None


def _main() -> None:
    import resource  # of Unix, where the platform runs; whoever only imports this module does not need it

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    text = "\f".join(_pages(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    _main()
