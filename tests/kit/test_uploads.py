"""Forms with a file too large for memory: received in pieces, refused before the file where they must be."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from app.kit.errors import StaleForm
from app.kit.forms import MAX_TEXT_BYTES, Form
from app.kit.uploads import receive_large

FILE = b"x" * 300_000


class Sent:
    """A request as the receiver reads it: a body that comes in small pieces."""

    def __init__(self, body: bytes, kind: str = "multipart/form-data; boundary=edge") -> None:
        self.headers = {"content-type": kind}
        self.body, self.taken = body, 0

    async def stream(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.body), 1000):
            self.taken = start
            yield self.body[start : start + 1000]
        yield b""


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    name_of = f'; filename="{filename}"' if filename is not None else ""
    return (
        f'--edge\r\nContent-Disposition: form-data; name="{name}"{name_of}\r\n\r\n'.encode()
        + content
        + b"\r\n"
    )


def whole(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--edge--\r\n"


async def received(
    sent: Any, folder: Path, admit: Any = lambda form: None
) -> tuple[dict[str, str], str, bytes]:
    async with receive_large(sent, folder, admit=admit) as form:
        content = form.file.read()
        assert form.size == len(content)
        return dict(form.form.fields), form.name, content


async def test_fields_and_the_file_arrive(tmp_path: Path) -> None:
    body = whole(part("step", "măr".encode()), part("file", FILE, "made.json"), part("text", b"after it"))
    assert await received(Sent(body), tmp_path / "new") == (
        {"step": "măr", "text": "after it"},
        "made.json",
        FILE,
    )
    assert list((tmp_path / "new").iterdir()) == [], "the file has no name on the disk"


async def test_only_the_first_file_is_kept(tmp_path: Path) -> None:
    body = whole(part("file", FILE, "one"), part("file", b"another", "two"))
    assert await received(Sent(body), tmp_path) == ({}, "one", FILE)


async def test_no_file_is_an_empty_one(tmp_path: Path) -> None:
    asked: list[Form] = []
    body = whole(part("step", b"key"), part("file", b"", ""))
    assert await received(Sent(body), tmp_path, asked.append) == ({"step": "key"}, "", b"")
    assert await received(Sent(whole(part("step", b"key"))), tmp_path, asked.append) == (
        {"step": "key"},
        "",
        b"",
    )
    assert [form.get("step") for form in asked] == ["key", "key"], "each form is asked once"


async def test_who_is_not_admitted_sends_no_file(tmp_path: Path) -> None:
    def refuse(form: Form) -> None:
        assert form.get("csrf_token") == "stale"
        raise StaleForm()

    sent = Sent(whole(part("csrf_token", b"stale"), part("file", FILE, "f")))
    with pytest.raises(StaleForm):
        await received(sent, tmp_path, refuse)
    assert sent.taken < 5000, "the file was not read"


@pytest.mark.parametrize(
    "sent",
    [
        Sent(b"a=b", "application/x-www-form-urlencoded"),
        Sent(b"", "multipart/form-data"),
        Sent(part("file", FILE, "cut")),
        Sent(whole(part("text", b"\xff\xfe"))),
        Sent(b"--other--\r\n"),
    ],
    ids=["another-kind", "no-boundary", "cut", "no-text", "another-boundary"],
)
async def test_what_is_no_such_form_is_refused(sent: Sent, tmp_path: Path) -> None:
    with pytest.raises(ClientException):
        await received(sent, tmp_path)


async def test_text_has_its_limit(tmp_path: Path) -> None:
    with pytest.raises(RequestEntityTooLarge):
        await received(Sent(whole(part("text", b"a" * (MAX_TEXT_BYTES + 1)))), tmp_path)
