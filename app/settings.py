"""Settings, read once from the environment and frozen.

Every value has an embedded default, so that `./obste demo` needs none; production refuses to start
on a missing key or an address that only makes sense on a developer's machine.
"""

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

ROOT = Path(__file__).resolve().parent.parent
DEMO_KEY = "demo-only-key-" + "0" * 32


class BadSetting(Exception):
    """A setting is missing or makes no sense; the message says which one and what is expected."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that may differ between two installations. Names in the environment: OBSTE_<NAME>."""

    env: Literal["local", "demo", "production", "test"] = "local"
    root: Path = ROOT
    var_dir: Path = ROOT / "var"
    database_url: str = ""
    redis_url: str = ""
    secret_key: str = DEMO_KEY
    identity_key: str = DEMO_KEY
    base_url: str = "http://127.0.0.1:8000"
    allowed_hosts: tuple[str, ...] = ()
    mail_url: str = ""
    mail_from: str = "obste@localhost"
    trusted_proxies: tuple[str, ...] = ()
    map_data_dir: Path | None = None
    district: str = "Sectorul 5"
    contact_phone: str = "021 314 46 80"
    contact_email: str = "participare@localhost"
    source_url: str = ""

    @property
    def is_demo(self) -> bool:
        """Whether sign-ins and mail may be shown to anyone who looks."""
        return self.env == "demo"

    @property
    def secure_cookies(self) -> bool:
        """Cookies are Secure and carry the __Host- prefix wherever the address is https."""
        return self.base_url.startswith("https://")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read settings from `environ`. Raises: BadSetting naming the variable and what it should hold."""
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(Settings):
        raw = environ.get(f"OBSTE_{field.name.upper()}", "").strip()
        if not raw:
            continue
        if field.name in ("allowed_hosts", "trusted_proxies"):
            values[field.name] = tuple(part.strip() for part in raw.split(",") if part.strip())
        elif field.name in ("root", "var_dir", "map_data_dir"):
            values[field.name] = Path(raw).resolve()
        else:
            values[field.name] = raw
    if values.get("env", "local") not in ("local", "demo", "production", "test"):
        raise BadSetting("OBSTE_ENV must be local, demo, production or test")
    var_dir = values.get("var_dir", ROOT / "var")
    values.setdefault("database_url", f"sqlite+aiosqlite:///{var_dir}/obste.sqlite3")
    values.setdefault("redis_url", f"unix://{var_dir}/valkey.sock")
    values.setdefault("mail_url", f"file://{var_dir}/mail")
    settings = Settings(**values)  # type: ignore[arg-type]
    _refuse_unsafe(settings)
    return settings


def _refuse_unsafe(settings: Settings) -> None:
    if settings.env != "production":
        return
    for name in ("secret_key", "identity_key"):
        value = getattr(settings, name)
        if value == DEMO_KEY or len(value) < 32:
            raise BadSetting(f"OBSTE_{name.upper()} must be a secret of at least 32 characters")
    if settings.secret_key == settings.identity_key:
        raise BadSetting("OBSTE_SECRET_KEY and OBSTE_IDENTITY_KEY must differ: they are rotated apart")
    if settings.mail_url.startswith("file:"):
        raise BadSetting("OBSTE_MAIL_URL must be smtp://, smtps:// or smtp+starttls:// in production")
    if not settings.secure_cookies:
        raise BadSetting("OBSTE_BASE_URL must begin with https:// in production")


@functools.cache
def get_settings() -> Settings:
    """The settings of this process."""
    return load_settings(os.environ)
