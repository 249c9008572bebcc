"""The circumstances in which journeys are walked, and what every journey needs: people, mail, windows."""

import asyncio
import email
import email.policy
import time
from dataclasses import dataclass
from typing import Any

from app.kit.i18n import Locale, translate
from tests.journeys.gate import DESK, PHONE
from tests.live import LiveServer

MAIL_SECONDS = 20


@dataclass(frozen=True)
class How:
    """A language, a size of window, and whether the browser runs scripts."""

    locale: Locale
    size: dict[str, int]
    scripts: bool

    @property
    def prefix(self) -> str:
        """What addresses in this language begin with."""
        return "/en" if self.locale == "en" else ""

    def says(self, message: str, **facts: object) -> str:
        """`message` in this language."""
        return translate(self.locale, message, **facts)

    async def open(self, open_page: Any) -> Any:
        """A window of these circumstances."""
        return await open_page(viewport=self.size, java_script_enabled=self.scripts, locale=self.locale)

    def __str__(self) -> str:
        return f"{self.locale}-{self.size['width']}-{'js' if self.scripts else 'nojs'}"


ALL = (How("ro", PHONE, True), How("ro", DESK, False), How("en", PHONE, False), How("en", DESK, True))


async def submit(page: Any, action: str, **fields: str | bool) -> None:
    """Fill in the form that goes to `action` (as it ends) and press its button."""
    form = page.locator(f"form[action$='{action}']")
    for name, value in fields.items():
        field = form.locator(f"[name='{name}']")
        if isinstance(value, bool):
            await field.set_checked(value)
        else:
            await field.fill(value)
    await form.locator("button[type=submit]:not([data-ob-copy])").first.click()
    await page.wait_for_load_state()


async def text_of(page: Any) -> str:
    """What the page says."""
    return str(await page.locator("main").inner_text())


async def become(page: Any, server: LiveServer, address: str) -> None:
    """Sign in as one of the demonstration's people."""
    await page.goto(f"{server.url}/demo")
    await page.locator(f"form:has(input[value='{address}']) button").click()
    await page.wait_for_load_state()


async def mail_to(server: LiveServer, address: str, *, having: str = "") -> str:
    """The text of the newest message to `address`, once the worker has sent it."""
    until = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < until:
        for path in reversed(server.mail):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            text = body.get_content() if body else ""
            if message["To"] == address and having in text:
                return str(text)
        await asyncio.sleep(0.1)
    raise AssertionError(f"no message to {address} with {having!r} within {MAIL_SECONDS} s")
