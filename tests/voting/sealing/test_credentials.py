"""Private codes and public credentials are the judge's own."""

import pytest

from tests.belenios import Judge
from voting.sealing.credentials import (
    new_code,
    normalise_code,
    public_credential,
    read_credentials,
    write_credentials,
)
from voting.sealing.election import new_uuid
from voting.sealing.group import P
from voting.sealing.refused import Refused
from voting.sealing.wire import write

UUID = "L2SCxueWZiicT7"
CODE = "ii8-HNe-cxe-Uq6-6Mj"


def test_the_judge_derives_the_same_credential(judge: Judge) -> None:
    code = new_code()
    derived = judge.setup("generate-credentials", "--uuid", UUID, "--derive", code)
    assert derived.decode().strip() == public_credential(code, UUID)


def test_the_judge_s_codes_are_codes_and_give_its_credentials(judge: Judge) -> None:
    judge.setup("generate-credentials", "--uuid", UUID, "--count", "3")
    (private,) = judge.folder.glob("*.privcreds")
    (public,) = judge.folder.glob("*.pubcreds")
    codes = [line.split()[1] for line in private.read_text().splitlines()]
    roll = read_credentials(public.read_bytes().strip())
    assert [normalise_code(code) for code in codes] == codes
    assert {public_credential(code, UUID) for code in codes} == roll


def test_one_code_has_unrelated_credentials_in_two_elections() -> None:
    assert public_credential(CODE, new_uuid()) != public_credential(CODE, new_uuid())


def test_a_code_is_read_however_it_is_spaced() -> None:
    assert normalise_code(" ii8HNe cxeUq6-6Mj\n") == CODE


@pytest.mark.parametrize(
    "typed",
    ["", "ii8-HNe-cxe-Uq6-6Mk", "ii9-HNe-cxe-Uq6-6Mj", "ii8-HNe-cxe-Uq6-6M", "Ii8-HNe-cxe-Uq6-6Mj", "0" * 15],
    ids=["empty", "check", "slip", "short", "case", "alphabet"],
)
def test_a_mistyped_code_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="code_malformed"):
        normalise_code(typed)


def test_the_roll_is_sorted_and_refuses_what_is_no_credential() -> None:
    credentials = [public_credential(new_code(), UUID) for _ in range(3)]
    raw = write_credentials(credentials)
    assert raw == write_credentials(reversed(credentials))
    assert read_credentials(raw) == frozenset(credentials)
    weighted = write([f"{credentials[0]},1", f"{credentials[1]},,17"])
    assert read_credentials(weighted) == frozenset(credentials[:2])
    for wrong, reason in [
        ([], "credentials_empty"),
        ([credentials[0], credentials[0]], "credential_repeated"),
        ([f"{credentials[0]},2"], "credential_weight"),
        ([str(P - 4)], "credential_malformed"),
        (["1"], "credential_malformed"),
        (["0" + credentials[0]], "credential_malformed"),
        ([str(int(credentials[0]) + P)], "credential_malformed"),
    ]:
        with pytest.raises(Refused) as refused:
            read_credentials(write(wrong))
        assert refused.value.reason == reason
