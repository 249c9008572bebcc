"""Files behind an interface: put bytes, get them back by a key made of their SHA-256."""

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Protocol

from app.kit.errors import NotFound


class Storage(Protocol):
    """Where uploaded and generated files live; the database keeps the keys."""

    async def put(self, content: bytes, suffix: str) -> str:
        """Store and return the key; the same content gives the same key."""

    async def get(self, key: str) -> bytes:
        """Raises: NotFound."""

    async def drop(self, key: str) -> None:
        """Forget what a key holds; nothing when it is gone. Who asks knows that nobody else has the key."""


class FileStorage:
    """Files in a directory of this machine, written whole or not at all."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def put(self, content: bytes, suffix: str) -> str:
        """Store and return the key; the same content gives the same key."""
        key = hashlib.sha256(content).hexdigest() + suffix
        await asyncio.to_thread(self._write, self.directory / key[:2] / key, content)
        return key

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
        folder = os.open(path.parent, os.O_RDONLY)  # a power cut must not take the name away again
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def get(self, key: str) -> bytes:
        """Raises: NotFound."""
        if "/" in key or ".." in key:
            raise NotFound()
        try:
            return await asyncio.to_thread((self.directory / key[:2] / key).read_bytes)
        except FileNotFoundError:
            raise NotFound() from None

    async def drop(self, key: str) -> None:
        """Forget what a key holds; nothing when it is gone. Who asks knows that nobody else has the key."""
        if "/" in key or ".." in key:
            raise NotFound()
        await asyncio.to_thread((self.directory / key[:2] / key).unlink, missing_ok=True)
