"""Every step of the booth gives what the judge and our engine give for the same numbers."""

import random
from typing import Any

from tests.belenios import Judge
from tests.make.sealing import make_sealed
from voting.sealing.box import code_of_tracker
from voting.sealing.credentials import new_code, normalise_code, public_credential, secret_exponent
from voting.sealing.encoding import MAX_OPTIONS, encode_ranks
from voting.sealing.group import G, P, Q, is_element

UUID = "L2SCxueWZiicT7"
CODE = "ii8-HNe-cxe-Uq6-6Mj"


async def test_the_group_is_the_one_of_the_engine(parts: Any) -> None:
    assert await parts.evaluate("[P, Q].map(String)") == [str(P), str(Q)]


async def test_powers_are_powers(parts: Any) -> None:
    draw = random.Random(3526)
    exponents = [0, 1, 31, 32, 33, int(Q) - 1, *(draw.randrange(int(Q)) for _ in range(4))]
    base = draw.randrange(int(P))
    texts = [str(exponent) for exponent in exponents]
    powers, powers_of_g = await parts.evaluate(
        """([base, exponents]) => [
          exponents.map((exponent) => String(power(BigInt(base), BigInt(exponent)))),
          exponents.map((exponent) => String(powerOfG(BigInt(exponent)))),
        ]""",
        [str(base), texts],
    )
    assert powers == [str(pow(base, exponent, int(P))) for exponent in exponents]
    assert powers_of_g == [str(pow(int(G), exponent, int(P))) for exponent in exponents]


async def test_membership_is_what_the_engine_says(parts: Any) -> None:
    draw = random.Random(2048)
    numbers = [0, 1, 2, 3, 4, int(P) - 1, int(P) - 4, *(draw.randrange(int(P)) for _ in range(60))]
    told = await parts.evaluate(
        "(texts) => texts.map((text) => isElement(BigInt(text)))", list(map(str, numbers))
    )
    assert told == [is_element(number) for number in numbers]


async def test_the_credential_of_a_code_is_the_judge_s(parts: Any, judge: Judge) -> None:
    for code in (CODE, new_code(), new_code()):
        exponent, credential = await parts.evaluate(
            """async ([code, uuid]) => {
              const secret = await secretExponent(normaliseCode(code), uuid);
              return [String(secret), String(powerOfG(secret))];
            }""",
            [code, UUID],
        )
        assert int(exponent) == secret_exponent(code, UUID)
        assert credential == public_credential(code, UUID)
        derived = judge.setup("generate-credentials", "--uuid", UUID, "--derive", code)
        assert credential == derived.decode().strip()


async def test_a_code_is_read_as_the_engine_reads_it(parts: Any) -> None:
    codes = [new_code() for _ in range(200)]
    typed = [code.replace("-", "") for code in codes]
    assert await parts.evaluate("(typed) => typed.map(normaliseCode)", typed) == list(
        map(normalise_code, codes)
    )


async def test_the_encoding_is_the_engine_s(parts: Any) -> None:
    draw = random.Random(254)
    rankings = [[0], [1], [0] * MAX_OPTIONS, list(range(1, MAX_OPTIONS + 1))]
    for options in (2, 20, 100, MAX_OPTIONS):
        rankings += [
            draw.sample([0] * (options // 2) + list(range(1, options - options // 2 + 1)), options)
            for _ in range(5)
        ]
    encoded = await parts.evaluate(
        "(rankings) => rankings.map((ranks) => String(encodeRanks(ranks)))", rankings
    )
    assert encoded == [str(encode_ranks(ranks)) for ranks in rankings]


async def test_the_fingerprint_of_an_election_is_the_judge_s(parts: Any, judge: Judge) -> None:
    election = make_sealed(judge.folder).election
    found = await parts.evaluate(
        "async (text) => (await readElection(text)).fingerprint", election.raw.decode()
    )
    assert found == election.fingerprint
    assert found == judge.run("sha256-b64", given=election.raw).decode().strip()


async def test_the_check_code_is_the_receipt_s(parts: Any) -> None:
    trackers = ["A" * 43, "SmQuevN35TwEQGh7f0HNYP4UbLW41WVwwLWbNBvOOBk", "/" * 42 + "8"]
    codes = await parts.evaluate(
        """(trackers) => trackers.map((tracker) => {
          return checkCode(Uint8Array.from(atob(tracker), (character) => character.charCodeAt(0)));
        })""",
        trackers,
    )
    assert codes == [code_of_tracker(tracker) for tracker in trackers]
    assert codes[:2] == ["0000-0000-0000", "99J2-WYQK-EZJK"]
