"""Forms with a file too large for memory: it is received piece by piece into a file that vanishes by itself.

Its token stands before the file, so that who sent it is known before the file is taken.
"""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, Any

import msgspec
from litestar.connection import Request
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from app.kit.forms import MAX_FIELDS, MAX_TEXT_BYTES, Form

LARGE_BYTES = 512 * 1024 * 1024  # of a form with such a file


class LargeForm(msgspec.Struct, frozen=True):
    """What was typed, and the one file: its name as the client claims it, its size, and its content."""

    form: Form
    name: str
    size: int
    file: IO[bytes]


@contextlib.asynccontextmanager
async def receive_large(
    request: Request[Any, Any, Any], folder: Path, *, admit: Callable[[Form], None]
) -> AsyncIterator[LargeForm]:
    """Receive a form whose file goes to `folder`. `admit` is asked of the fields before the file is taken,
    and may refuse by raising. Raises: ClientException when it is no such form.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data":
        raise ClientException("the form cannot be read")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        receiver = _Receiver(file, admit)
        try:
            with PushMultipartParser(options.get("boundary", ""), max_segment_count=MAX_FIELDS) as parser:
                async for chunk in request.stream():
                    if chunk:
                        receiver.take(parser.parse(chunk))
        except (MultipartError, ValueError) as error:
            raise ClientException("the form cannot be read") from error
        receiver.finish()
        file.seek(0)
        yield LargeForm(Form(receiver.fields), receiver.name, receiver.size, file)


class _Receiver:
    """Sorts what the parser gives: fields are kept, the first file is written, further ones are dropped."""

    def __init__(self, file: IO[bytes], admit: Callable[[Form], None]) -> None:
        self.file, self.admit = file, admit
        self.fields: list[tuple[str, str]] = []
        self.name = ""
        self.size = self.typed_bytes = 0
        self.segment: MultipartSegment | None = None
        self.typed: list[bytes] = []
        self.is_admitted = self.has_file = False

    def take(self, events: Any) -> None:
        for event in events:
            if isinstance(event, MultipartSegment):
                self._begin(event)
            elif event is None:
                self._end()
            elif self.segment is not None and self.segment.filename is None:
                self.typed_bytes += len(event)
                if self.typed_bytes > MAX_TEXT_BYTES:
                    raise RequestEntityTooLarge()
                self.typed.append(bytes(event))
            elif self.segment is not None:
                self.size += self.file.write(event)

    def finish(self) -> None:
        """Whoever sent no file is asked as well."""
        if not self.is_admitted:
            self.admit(Form(self.fields))

    def _begin(self, segment: MultipartSegment) -> None:
        self.typed = []
        self.segment = segment
        if segment.filename is None:
            return
        if not self.is_admitted:
            self.admit(Form(self.fields))
            self.is_admitted = True
        if self.has_file:
            self.segment = None
        self.has_file = True
        self.name = self.name or segment.filename

    def _end(self) -> None:
        if self.segment is not None and self.segment.filename is None:
            self.fields.append((self.segment.name, b"".join(self.typed).decode("utf-8")))
        self.segment = None
