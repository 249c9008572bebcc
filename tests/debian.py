"""Programs of Debian's that judge what we make: on PATH, or else installed, when we are root."""

import os
import shutil
import subprocess

from tests.servers import Missing, once

INSTALL_SECONDS = 600


def debian_program(name: str, package: str) -> str:
    """The executable. Raises: Missing, saying what was tried."""
    return once(f"debian-{name}", lambda: find_or_bring(name, package))


def find_or_bring(name: str, package: str) -> str:
    """On PATH, or else installed. Raises: Missing."""
    if path := shutil.which(name):
        return path
    if os.getuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"{name} is not on PATH, and only root of a Debian machine can install {package}")
    quiet = {"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": INSTALL_SECONDS}
    for command in (["update"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        done = subprocess.run(["apt-get", *command], **quiet)  # type: ignore[call-overload]
    if not (path := shutil.which(name)):
        raise Missing(f"{package}: apt-get install failed: {done.stderr.decode(errors='replace')[-300:]}")
    return path
