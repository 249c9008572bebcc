"""The list of the town's streets, by neighbourhood."""

import uuid

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id

Id = uuid.UUID


class Street(Base):
    """A street in a neighbourhood; a long one stands in several."""

    __tablename__ = "streets"
    __table_args__ = (UniqueConstraint("area_code", "key"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(120), comment="consultations/rules/coverage.py")
    area_code: Mapped[str] = mapped_column(String(60))
    area: Mapped[str] = mapped_column(String(200), comment="neighbourhood, in words")
