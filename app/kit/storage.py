"""Files behind an interface: put bytes, get them back by a key made of their SHA-256."""

import asyncio
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, Protocol

from app.kit.errors import NotFound

PIECE = 256 * 1024  # bytes that are held at once of what is read or copied in pieces


class Storage(Protocol):
    """Where uploaded and generated files live; the database keeps the keys."""

    async def put(self, content: bytes, suffix: str) -> str:
        """Store and return the key; the same content gives the same key."""

    async def put_file(self, path: Path, suffix: str) -> str:
        """Store what a file holds, without reading it whole; the file may be removed afterwards."""

    async def get(self, key: str) -> bytes:
        """Raises: NotFound."""

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """What a key holds, some at a time. Raises: NotFound, before anything is read."""

    async def drop(self, key: str) -> None:
        """Forget what a key holds; nothing when it is gone. Who asks knows that nobody else has the key."""


class FileStorage:
    """Files in a directory of this machine, written whole or not at all."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def put(self, content: bytes, suffix: str) -> str:
        """Store and return the key; the same content gives the same key."""
        return await asyncio.to_thread(self._write, io.BytesIO(content), suffix)

    async def put_file(self, path: Path, suffix: str) -> str:
        """Store what a file holds, without reading it whole; the file may be removed afterwards."""

        def copy() -> str:
            with path.open("rb") as source:
                return self._write(source, suffix)

        return await asyncio.to_thread(copy)

    def _write(self, source: BinaryIO, suffix: str) -> str:
        key = hashlib.file_digest(source, "sha256").hexdigest() + suffix  # type: ignore[arg-type]
        path = self.directory / key[:2] / key
        if path.exists():
            return key
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        source.seek(0)
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(source, file, PIECE)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
        folder = os.open(path.parent, os.O_RDONLY)  # a power cut must not take the name away again
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return key

    async def get(self, key: str) -> bytes:
        """Raises: NotFound."""
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except FileNotFoundError:
            raise NotFound() from None

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """What a key holds, some at a time. Raises: NotFound, before anything is read."""
        try:
            file = await asyncio.to_thread(self._path(key).open, "rb")
        except FileNotFoundError:
            raise NotFound() from None
        return self._pieces(file)

    @staticmethod
    async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
        with file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece

    async def drop(self, key: str) -> None:
        """Forget what a key holds; nothing when it is gone. Who asks knows that nobody else has the key."""
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        if "/" in key or ".." in key:
            raise NotFound()
        return self.directory / key[:2] / key
