"""The newest data package of each cycle; the file is in the storage."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

Id = uuid.UUID


class DataPackage(Base):
    """A file with everything public of a cycle, as it was on one night."""

    __tablename__ = "data_packages"

    cycle_id: Mapped[Id] = mapped_column(ForeignKey("cycles.id"), primary_key=True)
    night: Mapped[date] = mapped_column(comment="the local day on which it was made")
    made_at: Mapped[datetime]
    key: Mapped[str] = mapped_column(String(80), unique=True, comment="of the storage")
    sha256: Mapped[str] = mapped_column(String(64), comment="of the file, in hexadecimal")
    byte_count: Mapped[int]
    tables: Mapped[list[dict[str, Any]]] = mapped_column(JSON, comment="name, title, rows; in their order")
