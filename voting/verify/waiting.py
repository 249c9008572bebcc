"""A sign of life while a count takes long: on a terminal, after a second, with the time it has taken."""

import threading
import time
from types import TracebackType
from typing import TextIO

AFTER_SECONDS = 1.0
EVERY_SECONDS = 0.2
BAR = 24  # columns


class Waiting:
    """Within it, a bar that runs to and fro on `stream`, if that is a terminal. The count does not tell how
    far it is, so neither does the bar.
    """

    def __init__(self, stream: TextIO, label: str, *, after: float = AFTER_SECONDS) -> None:
        self.stream, self.label, self.after = stream, label, after
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True) if stream.isatty() else None

    def __enter__(self) -> "Waiting":
        if self.thread:
            self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        if self.thread:
            self.thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        if self.over.wait(self.after):
            return
        tick = 0
        while True:
            at = abs(tick % (2 * (BAR - 3)) - (BAR - 3))
            bar = "·" * at + "###" + "·" * (BAR - 3 - at)
            self._draw(f"\r[{bar}] {self.label} {time.monotonic() - began:.0f} s ")
            if self.over.wait(EVERY_SECONDS):
                self._draw("\r\x1b[K")
                return
            tick += 1

    def _draw(self, text: str) -> None:
        encoding = self.stream.encoding or "utf-8"
        self.stream.write(text.encode(encoding, "replace").decode(encoding))
        self.stream.flush()
