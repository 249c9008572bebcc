"""Programs of npm's that read what we make: brought once into the user's cache, by their exact version."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.servers import Missing, once

INSTALL_SECONDS = 300


def npm_folder(package: str) -> Path:
    """The folder in which `package` (name@version) is installed. Raises: Missing, saying what was tried."""
    return Path(once(f"npm-{package.replace('/', '-')}", lambda: find_or_bring(package)))


def find_or_bring(package: str) -> str:
    """In the cache, or else installed there, without its install scripts. Raises: Missing."""
    name = package.rpartition("@")[0]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "obste" / "npm" / package
    if (cache / "node_modules" / name / "package.json").exists():
        return str(cache)
    if not (shutil.which("npm") and shutil.which("node")):
        raise Missing(f"{package} needs node and npm on PATH")
    cache.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", str(cache), package]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode or not (cache / "node_modules" / name / "package.json").exists():
        raise Missing(f"{package}: npm install failed: {(done.stderr or done.stdout)[-300:]}")
    return str(cache)
