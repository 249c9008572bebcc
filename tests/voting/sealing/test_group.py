"""The group is the one of RFC 3526, powers are right however they are computed, and numbers are checked."""

import random
from collections.abc import Callable

import gmpy2
import pytest
from gmpy2 import mpz, powmod

from voting.sealing.encoding import MAX_OPTIONS, decode_ranks, encode_ranks
from voting.sealing.group import G, P, Q, is_element, read_element, read_scalar, read_sum
from voting.sealing.powers import (
    USES_BEFORE_WIDE,
    Base,
    multi_power,
    multi_powers,
    product,
    small_multi_power,
)
from voting.sealing.refused import REASONS, Refused


def elements(count: int, *, seed: int = 1) -> list[mpz]:
    source = random.Random(seed)
    return [mpz(source.randrange(2, int(P))) ** 2 % P for _ in range(count)]


def test_the_group_is_that_of_rfc_3526() -> None:
    assert gmpy2.is_prime(P, 30)
    assert gmpy2.is_prime(Q, 30)
    assert P == 2 * Q + 1
    # The RFC prints it in hexadecimal; these are its first and last words.
    assert P.digits(16)[:32] == "ffffffffffffffffc90fdaa22168c234"
    assert P.digits(16).endswith("ffffffffffffffff")
    # And these are the first and last of the digits that the specification prints.
    assert str(P).startswith("32317006071311007300338913926423828248817941241140239112842009751400741706634")
    assert str(P).endswith("136218231078990999448652468262416972035911852507045361090559")
    assert powmod(G, Q, P) == 1


def test_a_square_is_an_element_and_its_negative_is_not() -> None:
    for element in elements(20):
        assert is_element(element)
        assert powmod(element, Q, P) == 1
        assert not is_element(P - element)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "number_malformed"),
        ("04", "number_malformed"),
        ("+4", "number_malformed"),
        ("-4", "number_malformed"),
        (" 4", "number_malformed"),
        ("4\n", "number_malformed"),
        ("1_6", "number_malformed"),
        ("0x4", "number_malformed"),
        ("٤", "number_malformed"),
        ("4" * 618, "number_too_large"),
        (str(P + 4), "number_too_large"),
        (str(P), "number_too_large"),
        ("0", "not_in_group"),
        (str(P - 4), "not_in_group"),
        ("1", "identity_element"),
    ],
)
def test_what_is_no_element_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read_element(text)
    assert refused.value.reason == reason


def test_an_element_and_the_largest_scalar_are_read() -> None:
    assert read_element("4") == 4
    assert read_scalar("0") == 0
    assert read_scalar(str(Q - 1)) == Q - 1
    with pytest.raises(Refused, match="number_too_large"):
        read_scalar(str(Q))
    assert read_sum(str(Q * 5 + 3)) == 3


def test_no_reason_is_listed_twice() -> None:
    assert len(set(REASONS)) == len(REASONS)


@pytest.mark.parametrize("count", [0, 1, 5, 6, 40, 300])
@pytest.mark.parametrize("bits", [1, 8, 40, 128, 256, 2047])
@pytest.mark.parametrize("many", [multi_power, small_multi_power])
def test_a_product_of_powers_is_that_of_each(
    many: Callable[[list[mpz], list[mpz]], mpz], count: int, bits: int
) -> None:
    if count == 300 and bits > 256:
        bits = 300  # enough for the longer digits, and quick
    source = random.Random(f"{count} {bits}")
    bases = elements(count)
    for exponents in (
        [mpz(source.getrandbits(bits)) for _ in bases],
        [mpz(2**bits - 1) for _ in bases],
        [mpz(0) for _ in bases],
    ):
        expected = product([powmod(base, one, P) for base, one in zip(bases, exponents, strict=True)])
        assert many(bases, exponents) == expected


def test_columns_share_their_exponents() -> None:
    first, second = elements(10, seed=2), elements(10, seed=3)
    exponents = [mpz(number) for number in range(10)]
    assert multi_powers([first, second], exponents) == [
        multi_power(first, exponents),
        multi_power(second, exponents),
    ]
    with pytest.raises(ValueError, match="as many"):
        multi_powers([first], exponents[1:])
    with pytest.raises(ValueError, match="as many"):
        small_multi_power(first, exponents[1:])


def test_a_base_gives_the_same_with_its_combs_and_without() -> None:
    base = Base(elements(1)[0])
    source = random.Random(4)
    wanted = [mpz(0), mpz(1), mpz(255), mpz(256), Q - 1, mpz(2) ** 256 - 1, mpz(2) ** 256, mpz(2) ** 2048 - 1]
    wanted += [mpz(source.getrandbits(bits)) for bits in (100, 256, 300, 2047) for _ in range(5)]
    assert [base.power(exponent) for exponent in wanted] == [powmod(base.value, one, P) for one in wanted]
    fresh = Base(base.value)
    fresh.expect(100)
    assert [fresh.power(exponent) for exponent in wanted] == [powmod(base.value, one, P) for one in wanted]


def test_the_wide_comb_of_g_gives_the_same() -> None:
    base = Base(G)
    base.expect(USES_BEFORE_WIDE + 1)
    random_ones = random.Random(3)
    edges = [0, 1, 2, (1 << 12) - 1, (1 << 256) - 1, 1 << 256, int(Q) - 1, (1 << 2048) - 1]
    for exponent in edges + [random_ones.randrange(int(Q)) for _ in range(20)]:
        assert base.power(mpz(exponent)) == powmod(G, exponent, P)


@pytest.mark.parametrize(
    "ranks",
    [[0], [1], [255], [1, 2, 3], [0] * MAX_OPTIONS, [255] * MAX_OPTIONS, list(range(MAX_OPTIONS))],
    ids=["blank", "one", "highest", "three", "blank-254", "highest-254", "all-254"],
)
def test_ranks_come_back_from_their_element(ranks: list[int]) -> None:
    element = encode_ranks(ranks)
    assert is_element(element)
    assert decode_ranks(element, len(ranks)) == tuple(ranks)


@pytest.mark.parametrize(
    "ranks", [[], [256], [-1], [0] * 255], ids=["none", "256", "negative", "255-options"]
)
def test_ranks_that_do_not_fit_are_refused(ranks: list[int]) -> None:
    with pytest.raises(Refused, match="ranks_range"):
        encode_ranks(ranks)
