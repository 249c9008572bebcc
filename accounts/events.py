"""What happened to accounts, for those who listen. Ids only."""

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ResidenceVerified:
    """A residence was verified, at the desk or by letter."""

    account_id: uuid.UUID


@dataclass(frozen=True)
class ResidenceWithdrawn:
    """A verification was taken back."""

    account_id: uuid.UUID


@dataclass(frozen=True)
class AccountClosed:
    """An account was closed: its name and address are gone; what it made public stays, without the name."""

    account_id: uuid.UUID
    at: datetime
