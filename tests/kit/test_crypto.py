"""Second factors work once, codes forgive the hand, sealed values open only with their key."""

from datetime import UTC, datetime, timedelta

import pyotp

from app.kit import crypto

MOMENT = datetime(2027, 3, 1, 10, 0, 5, tzinfo=UTC)


async def test_a_password_is_verified_and_an_unknown_user_is_refused() -> None:
    stored = await crypto.hash_password("o parolă lungă")
    assert await crypto.verify_password(stored, "o parolă lungă")
    assert not await crypto.verify_password(stored, "o parola lunga")
    assert not await crypto.verify_password(None, "o parolă lungă")
    assert "m=19456,t=2,p=1" in stored


def test_a_code_belongs_to_one_step() -> None:
    secret = crypto.new_totp_secret()
    code = pyotp.TOTP(secret).at(MOMENT)
    step = crypto.totp_step(secret, f" {code[:3]} {code[3:]} ", MOMENT)
    assert step == crypto.totp_step(secret, code, MOMENT + timedelta(seconds=30))
    assert crypto.totp_step(secret, code, MOMENT + timedelta(seconds=90)) is None
    assert crypto.totp_step(secret, "ăăăăăă", MOMENT) is None


def test_codes_are_read_as_people_write_them() -> None:
    assert crypto.normalise_code("7qxm 4t2k-9rvd") == "7QXM4T2K9RVD"
    assert crypto.normalise_code("O0Il") == "0011"


def test_sealed_values_need_key_and_purpose() -> None:
    sealed = crypto.seal("k" * 32, "totp", "SECRET")
    assert crypto.unseal("k" * 32, "totp", sealed) == "SECRET"
    assert crypto.unseal("k" * 32, "other", sealed) is None
    assert crypto.unseal("j" * 32, "totp", sealed) is None
