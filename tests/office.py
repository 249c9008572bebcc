"""Finds LibreOffice, the independent judge of office files, or brings it: Debian's, when we are root.

It is only ever run as a program, in a profile of its own, with macros that are written here. It settles
tracked changes and converts; what it makes of a file is compared with what we make of it.
"""

import os
import shutil
import subprocess
from pathlib import Path

from tests.servers import Missing, once

NAMES = ("soffice", "libreoffice")
PACKAGE = "libreoffice-writer-nogui"
INSTALL_SECONDS = 900
RUN_SECONDS = 180  # it takes five; a loaded machine is slow, not wrong

MACROS = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">
Sub Save(source As String, target As String, format As String, command As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  document = StarDesktop.loadComponentFromURL(source, "_blank", 0, hidden())
  If command &lt;&gt; "" Then
    dispatcher = createUnoService("com.sun.star.frame.DispatchHelper")
    dispatcher.executeDispatch(document.CurrentController.Frame, command, "", 0, Array())
  End If
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  kind(0).Name = "FilterName" : kind(0).Value = format
  document.storeToURL(target, kind())
  document.close(True)
End Sub
Sub Settle(folder As String)
  plain = "Text (encoded)"
  numbered = folder &amp; "numbered.docx"
  name = Dir(ConvertFromURL(folder) &amp; "tracked*.docx")
  Do While name &lt;&gt; ""
    tracked = folder &amp; name
    Save(tracked, tracked &amp; ".accepted.txt", plain, ".uno:AcceptAllTrackedChanges")
    Save(tracked, tracked &amp; ".rejected.txt", plain, ".uno:RejectAllTrackedChanges")
    name = Dir()
  Loop
  Save(numbered, folder &amp; "numbered.txt", plain, "")
  Save(numbered, folder &amp; "numbered.odt", "writer8", "")
  Save(numbered, folder &amp; "again.docx", "MS Word 2007 XML", "")
End Sub
</script:module>
"""


def office_path() -> str:
    """The executable. Raises: Missing, saying what was tried."""
    return once("office", find_or_bring)


def find_or_bring() -> str:
    """On PATH, or else installed from Debian. Raises: Missing."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if os.getuid() != 0 or not shutil.which("apt-get"):
        raise Missing("LibreOffice is not on PATH, and only root of a Debian machine can install it")
    quiet = {"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": INSTALL_SECONDS}
    for command in (["update"], ["install", "-y", "-qq", "--no-install-recommends", PACKAGE]):
        done = subprocess.run(["apt-get", *command], **quiet)  # type: ignore[call-overload]
    if not (path := shutil.which(NAMES[0])):
        raise Missing(f"{PACKAGE}: apt-get install failed: {done.stderr.decode(errors='replace')[-300:]}")
    return path


def settle(path: str, folder: Path) -> None:
    """Let it work on the folder: accept all changes of each `tracked….docx`, and reject them, in two texts
    beside it; write `numbered.docx` as text, as ODT and as its own DOCX.
    """
    profile = folder / "profile"
    command = [
        path,
        "--headless",
        "--norestore",
        "--nolockcheck",
        f"-env:UserInstallation={profile.as_uri()}",
    ]
    quiet = {"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": RUN_SECONDS}
    subprocess.run([*command, "--terminate_after_init"], **quiet)  # type: ignore[call-overload]  # makes it
    basic = profile / "user" / "basic" / "Standard"
    basic.mkdir(parents=True, exist_ok=True)
    (basic / "Module1.xba").write_text(MACROS, "utf-8")
    macro = f'macro:///Standard.Module1.Settle("{folder.as_uri()}/")'
    done = subprocess.run([*command, macro], **quiet)  # type: ignore[call-overload]
    if not (folder / "again.docx").is_file():
        raise AssertionError(f"LibreOffice wrote nothing: {done.stderr.decode(errors='replace')[-500:]}")
