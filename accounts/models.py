"""Tables of accounts. Secrets stand here only as hashes, or sealed (the authenticator's secret)."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.states import LetterState, check_move
from app.kit.db import Base, new_id

_EMAIL = String(254)  # RFC 5321, section 4.5.3.1.3
_HASH = String(64)  # SHA-256 in hex


class Account(Base):
    """A person. Closing it empties name, address and secrets; the row stays for what refers to it."""

    __tablename__ = "accounts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(_EMAIL, comment="as typed; empty when closed")
    email_key: Mapped[str | None] = mapped_column(_EMAIL, unique=True, comment="lower case; NULL when closed")
    password_hash: Mapped[str | None] = mapped_column(String(200), comment="argon2id; NULL: cannot sign in")
    locale: Mapped[str] = mapped_column(String(2))
    desk_code: Mapped[str] = mapped_column(
        String(8), unique=True, comment="what the resident shows at the desk"
    )
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    totp_sealed: Mapped[str | None] = mapped_column(
        Text, comment="authenticator's secret, encrypted; NULL: off"
    )
    totp_last_step: Mapped[int | None] = mapped_column(
        BigInteger, comment="last 30-second step used: a code works once"
    )


class SignUp(Base):
    """Somebody says an address is theirs. It becomes an account when the link and the password confirm it."""

    __tablename__ = "sign_ups"
    __table_args__ = (Index("ix_sign_ups_email_key", "email_key"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(_EMAIL)
    email_key: Mapped[str] = mapped_column(_EMAIL)
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(2))
    token_digest: Mapped[str] = mapped_column(_HASH, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AccountSession(Base):
    """A signed-in browser, or one that still owes the second factor (`is_pending`)."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_account_id", "account_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    token_digest: Mapped[str] = mapped_column(_HASH, unique=True, comment="SHA-256 of the cookie")
    is_pending: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, comment="wrong second factors so far")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_seconds: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(comment="absolute end")
    second_factor_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(
        String(80), comment="browser and system in words, for the list of sessions"
    )


class RecoveryCode(Base):
    """One of ten ways in when the authenticator is lost."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        Index("uq_recovery_codes_account_id_code_hash", "account_id", "code_hash", unique=True),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    code_hash: Mapped[str] = mapped_column(_HASH)
    used_at: Mapped[datetime | None]


class PasswordReset(Base):
    """A link sent by mail that lets a new password be set, once."""

    __tablename__ = "password_resets"
    __table_args__ = (Index("ix_password_resets_account_id", "account_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    token_digest: Mapped[str] = mapped_column(_HASH, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class EmailChange(Base):
    """A wish for another address; both the old and the new one have to confirm it."""

    __tablename__ = "email_changes"
    __table_args__ = (Index("ix_email_changes_account_id", "account_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    new_email: Mapped[str] = mapped_column(_EMAIL)
    old_digest: Mapped[str] = mapped_column(_HASH, unique=True)
    new_digest: Mapped[str] = mapped_column(_HASH, unique=True)
    old_confirmed_at: Mapped[datetime | None]
    new_confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role from when it was given to when it was taken."""

    __tablename__ = "role_grants"
    __table_args__ = (
        Index(
            "uq_role_grants_current",
            "account_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[str] = mapped_column(String(20))
    office: Mapped[str] = mapped_column(String(120), comment="department or position, public")
    reason: Mapped[str] = mapped_column(String(500), comment="why it was given, public")
    given_at: Mapped[datetime]
    given_by: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("accounts.id"), comment="NULL: command line"
    )
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    ended_reason: Mapped[str] = mapped_column(String(500), default="")


class Residence(Base):
    """The verified fact that a person lives here; of the person, a keyed hash of the CNP and a birth year."""

    __tablename__ = "residences"
    __table_args__ = (
        Index(
            "uq_residences_current_person",
            "identity_hash",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(
            "uq_residences_current_account",
            "account_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_residences_account_id", "account_id"),  # withdrawn ones too: who is the same person
        Index("ix_residences_identity_hash", "identity_hash"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    identity_hash: Mapped[str | None] = mapped_column(
        _HASH, comment="HMAC of the CNP; NULL: released after the account was closed"
    )
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    area: Mapped[str] = mapped_column(String(80), comment="neighbourhood, in words")
    method: Mapped[str] = mapped_column(String(10))
    verified_at: Mapped[datetime]
    verified_by: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("accounts.id"), comment="NULL: by letter"
    )
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="")


class Letter(Base):
    """A letter with a code to an address in the district. The address is erased when the letter has ended."""

    __tablename__ = "letters"
    __table_args__ = (
        Index(
            "uq_letters_open_account",
            "account_id",
            unique=True,
            sqlite_where=text("state IN ('requested', 'printed')"),
            postgresql_where=text("state IN ('requested', 'printed')"),
        ),
        Index("ix_letters_state_requested_at", "state", "requested_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    state: Mapped[str] = mapped_column(String(10))
    identity_hash: Mapped[str] = mapped_column(_HASH)
    birth_year: Mapped[int] = mapped_column(SmallInteger)
    area: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(
        String(300), comment="lines of the envelope; empty when it has ended"
    )
    requested_at: Mapped[datetime]
    printed_at: Mapped[datetime | None]
    printed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    code_hash: Mapped[str | None] = mapped_column(_HASH, unique=True, comment="HMAC of the code on the sheet")
    expires_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(String(500), default="")

    def move_to(self, state: LetterState) -> None:
        """Change the state. Raises: IllegalMove."""
        check_move(LetterState(self.state), state)
        self.state = state.value
