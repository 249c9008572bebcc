"""Finds an HTML validator, or brings one: the Nu Html Checker (vnu), else html-validate.

vnu is the reference checker of the HTML standard. It comes from npm as one jar and needs Java, which Debian
has; html-validate needs nothing but Node. What was brought stays in the user's cache, so that it is fetched
once a machine. All pages are judged in one process: Java's start costs more than a hundred pages.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.servers import Missing, once

VNU_PACKAGE = "vnu-jar@26.9.27"
OTHER_PACKAGE = "html-validate@10.17.0"  # the newest that runs on Node 20
JAVA_PACKAGE = "default-jre-headless"
INSTALL_SECONDS = 600
JUDGE_SECONDS = 300
# A short life: no time for the optimising compiler. The deep stack is what vnu's own start script asks for.
JAVA_OPTIONS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss4m"]
# Matters of style that the standard leaves open, or that our own rules decide otherwise.
OTHER_RULES = {
    "extends": ["html-validate:recommended"],
    "rules": {
        "doctype-style": "off",
        "void-style": "off",
        "attribute-boolean-style": "off",
        "attribute-empty-style": "off",
        "no-trailing-whitespace": "off",
        "long-title": "off",
        "no-raw-characters": "off",
        "valid-id": ["error", {"relaxed": True}],
        "prefer-native-element": "off",
        "wcag/h30": "off",  # axe judges names of links in the real page
        "tel-non-breaking": "off",
        "no-redundant-role": "off",  # role="list" brings back what list-style: none takes away in Safari
        "no-inline-style": "off",  # the template tests forbid it
        "require-sri": "off",
    },
}


def complaints(pages: Mapping[str, str]) -> list[str]:
    """What the validator says against these pages (name → HTML), as "name: line: message"; empty: all valid.

    Raises: Missing, saying everything that was tried, when there is no validator.
    """
    name, _, program = once("html-judge", _find_or_bring).partition(" ")
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        files = {f"{number:04d}.html": page for number, page in enumerate(pages)}
        for file, page in files.items():
            (folder / file).write_text(pages[page], "utf-8")
        judge = {"vnu": _ask_vnu, "html-validate": _ask_html_validate}[name]
        found = judge(program, folder)
    return sorted(f"{files[file]}: line {line}: {message}" for file, line, message in found)


Found = list[tuple[str, int, str]]  # file, line, what is wrong


def _ask_vnu(jar: str, folder: Path) -> Found:
    flags = [
        "--format",
        "json",
        "--stdout",
        "--exit-zero-always",
        "--no-langdetect",
    ]  # a list of names has no language
    answer = _run(["java", *JAVA_OPTIONS, "-jar", jar, *flags, str(folder)])
    return [
        (Path(unquote(urlsplit(str(one["url"])).path)).name, int(one.get("lastLine", 0)), _say(one))
        for one in json.loads(answer)["messages"]
        if one["type"] != "info" or one.get("subType") == "warning"
    ]


def _say(message: dict[str, Any]) -> str:
    extract = " ".join(str(message.get("extract", "")).split())
    return f"{message['message']} … {extract}"


def _ask_html_validate(program: str, folder: Path) -> Found:
    (folder / ".htmlvalidate.json").write_text(json.dumps({"root": True, **OTHER_RULES}), "utf-8")
    answer = _run(["node", program, "--formatter", "json", *sorted(map(str, folder.glob("*.html")))])
    return [
        (Path(file["filePath"]).name, int(one["line"]), f"{one['message']} ({one['ruleId']})")
        for file in json.loads(answer)
        for one in file["messages"]
    ]


def _run(command: list[str]) -> str:
    """Its output; a validator that finds faults may exit with 1, but one that broke prints no JSON."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=JUDGE_SECONDS)
    if not done.stdout.lstrip().startswith(("{", "[")):
        raise AssertionError(f"{command[0]} did not judge (exit {done.returncode}): {done.stderr[-1500:]}")
    return done.stdout


# ── finding and bringing ─────────────────────────────────────────────────────────────────────────


def _find_or_bring() -> str:
    """ "vnu JAR" or "html-validate SCRIPT"."""
    tried = []
    for bring in (_bring_vnu, _bring_html_validate):
        try:
            return bring()
        except (subprocess.SubprocessError, OSError, Missing) as error:
            tried.append(f"{bring.__name__.removeprefix('_bring_')}: {error}")
    raise Missing("no HTML validator (set OBSTE_VNU to a vnu.jar); tried " + "; ".join(tried))


def _bring_vnu() -> str:
    given = os.environ.get("OBSTE_VNU", "").strip()
    jar = Path(given) if given else _brought(VNU_PACKAGE, "build/dist/vnu.jar")
    if not _is_java_working():
        _install_java()
    subprocess.run(["java", "-jar", str(jar), "--version"], check=True, capture_output=True, timeout=60)
    return f"vnu {jar}"


def _is_java_working() -> bool:
    """macOS has a `java` that only says where to get one."""
    try:
        return subprocess.run(["java", "-version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _install_java() -> None:
    if os.getuid() != 0 or not shutil.which("apt-get"):
        raise Missing("Java is not installed, and we cannot install it")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", JAVA_PACKAGE]
    for command in (["apt-get", "update", "-q"], install):
        subprocess.run(command, env=env, check=True, capture_output=True, timeout=INSTALL_SECONDS)


def _bring_html_validate() -> str:
    return f"html-validate {_brought(OTHER_PACKAGE, 'bin/html-validate.mjs')}"


def _brought(package: str, file: str) -> Path:
    """`file` of an npm package, unpacked once into the user's cache, for this run and later ones."""
    if not (shutil.which("npm") and shutil.which("node")):
        raise Missing("npm is not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "obste"
    kept = cache / package
    wanted = Path("node_modules", package.partition("@")[0], file)
    if not (kept / wanted).exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            # Without its scripts: vnu-jar's own would download a whole Java.
            npm = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", folder, package]
            subprocess.run(npm, check=True, capture_output=True, timeout=INSTALL_SECONDS)
            shutil.rmtree(kept, ignore_errors=True)  # half of an older attempt
            (Path(folder) / "node_modules").rename(_made(kept) / "node_modules")
    if not (kept / wanted).exists():
        raise Missing(f"{package} has no {file}")
    return kept / wanted


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
