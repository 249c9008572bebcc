"""Which of our languages a terminal speaks: for commands that start without the platform."""

import os
from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "ro"]


def language_of(environment: Mapping[str, str] = os.environ) -> Language:
    """The language a terminal is set to, of the two we speak."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "ro" if value.lower().startswith("ro") else "en"
    return "en"
