"""Where a published file comes from: a path, an http(s) address or bytes, unpacked, within limits.

The file may be anybody's and the server anyone's, so nothing is trusted: sizes are limited after unpacking, a
server may neither lead away from the web nor keep us waiting, and a download that was cut off is not counted.
"""

import gzip
import http.client
import io
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from http.client import HTTPMessage
from pathlib import Path
from typing import IO

SOURCE_LIMIT = 256 * 1024 * 1024  # bytes, unpacked; the largest real election we know has 10 MB
FETCH_TIMEOUT_SECONDS = 30  # of silence
FETCH_DEADLINE_SECONDS = 600  # of the whole download
_CHUNK = 1024 * 1024  # bytes


class Unreadable(Exception):
    """A source that cannot be opened, is neither a record nor a `.pb` file, or is beyond anything real."""


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects on the web only: not to other kinds of address, not from https back to http."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        scheme = urllib.parse.urlsplit(newurl).scheme
        if scheme != "https" and (scheme != "http" or req.type == "https"):
            raise urllib.error.URLError(f"redirected from {req.type} to {scheme}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def read_source(source: str | Path | bytes) -> bytes:
    """The bytes of a path or http(s) URL, unpacked if gzipped. Raises: Unreadable."""
    try:
        if isinstance(source, bytes):
            raw = source
        elif isinstance(source, str) and urllib.parse.urlsplit(source).scheme in ("http", "https"):
            raw = _fetched(source)
        else:
            with Path(source).open("rb") as file:
                raw = file.read(SOURCE_LIMIT + 1)
        if raw[:2] == b"\x1f\x8b":
            raw = _unpacked(raw)
    except (OSError, ValueError, http.client.HTTPException, zlib.error, EOFError) as problem:
        raise Unreadable(str(problem) or type(problem).__name__) from problem
    if len(raw) > SOURCE_LIMIT:
        raise Unreadable(f"more than {SOURCE_LIMIT} bytes")
    return raw


def _fetched(url: str) -> bytes:
    """What the address gives, up to one byte over the limit. Raises: OSError, HTTPException, ValueError."""
    ends_at = time.monotonic() + FETCH_DEADLINE_SECONDS
    parts: list[bytes] = []
    size = 0
    with urllib.request.build_opener(_WebOnly).open(url, timeout=FETCH_TIMEOUT_SECONDS) as answer:
        while size <= SOURCE_LIMIT and (part := answer.read1(min(_CHUNK, SOURCE_LIMIT + 1 - size))):
            parts.append(part)
            size += len(part)
            if time.monotonic() > ends_at:
                raise TimeoutError(f"the download took more than {FETCH_DEADLINE_SECONDS} seconds")
        announced = answer.headers.get("Content-Length", "")
    if announced.isdecimal() and size < min(int(announced[:19]), SOURCE_LIMIT):
        raise EOFError(f"the download was cut off after {size} of {announced[:19]} bytes")
    return b"".join(parts)


def _unpacked(raw: bytes) -> bytes:
    with gzip.open(io.BytesIO(raw)) as file:
        return file.read(SOURCE_LIMIT + 1)
