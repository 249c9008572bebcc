"""What the template of open data is given."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Row

from app.kit.i18n import Locale
from cycles.models import Cycle
from open_data.models import DataPackage


class TableView(msgspec.Struct, frozen=True):
    """A table of a package. `title`: a message."""

    name: str
    title: str
    rows: int


class PackageView(msgspec.Struct, frozen=True):
    """The newest package of a cycle."""

    title: str
    path: str
    made_at: datetime
    sha256: str
    kilobytes: int
    tables: tuple[TableView, ...]


class OpenDataPage(msgspec.Struct, frozen=True):
    """Everything that can be taken away."""

    packages: list[PackageView]


def build_page(rows: Sequence[Row[DataPackage, Cycle]], locale: Locale) -> OpenDataPage:
    """The page with what there is."""
    return OpenDataPage(
        [
            PackageView(
                title=cycle.title if locale == "ro" else cycle.title_en,
                path=f"/open-data/{cycle.slug}/package.zip",
                made_at=package.made_at,
                sha256=package.sha256,
                kilobytes=max(1, round(package.byte_count / 1024)),
                tables=tuple(TableView(one["name"], one["title"], one["rows"]) for one in package.tables),
            )
            for package, cycle in rows
        ]
    )
