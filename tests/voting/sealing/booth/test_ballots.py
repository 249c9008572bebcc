"""Ballots sealed in the browser: the judge and our engine accept them, in elections that either made."""

from pathlib import Path
from typing import Any

import pytest

from tests.belenios import Judge, Refusal
from tests.make.sealing import Sealed, make_sealed
from tests.voting.sealing.booth.conftest import Booth, make_theirs
from voting.sealing.ballot import check_ballot
from voting.sealing.box import code_of_tracker
from voting.sealing.credentials import new_code, public_credential
from voting.sealing.election import read_election
from voting.sealing.encoding import MAX_OPTIONS
from voting.sealing.group import G, P
from voting.sealing.refused import Refused
from voting.sealing.wire import Ballot, Proof, fingerprint, read


def papers(options: int) -> list[list[int]]:
    """A blank ballot, the last option alone, a full ranking from the last to the first."""
    return [[0] * options, [0] * (options - 1) + [1], list(range(options, 0, -1))]


@pytest.mark.parametrize("options", [1, 2, 20, 100, MAX_OPTIONS])
async def test_the_judge_and_our_engine_accept_them(booth: Booth, judge: Judge, options: int) -> None:
    theirs = make_theirs(judge, options=options)
    ours = read_election(theirs.election)
    roll = {public_credential(code, ours.uuid) for code in theirs.codes}
    for code, ranks in zip(theirs.codes, papers(options), strict=True):
        sealed = await booth.seal(theirs.election, code, ranks)
        ballot = sealed["ballot"].encode()
        theirs.add(ballot)
        checked = check_ballot(ours, ballot, roll)
        assert checked.credential == public_credential(code, ours.uuid)
        assert sealed["tracker"] == checked.tracker
        assert sealed["tracker"] == judge.run("sha256-b64", given=ballot).decode().strip()
        assert sealed["checkCode"] == code_of_tracker(checked.tracker)
        assert sealed["progress"] == [0.2, 0.4, 0.6, 0.8, 1]
    judge.verify()


@pytest.mark.parametrize("options", [1, 3, 20, 100, MAX_OPTIONS])
async def test_they_are_mixed_opened_and_read_as_they_were_meant(
    booth: Booth, judge: Judge, options: int
) -> None:
    sealed = make_sealed(judge.folder, options=options)
    for code, ranks in zip(sealed.codes, papers(options), strict=True):
        sealed.add_ballot(await booth.ballot(sealed.election.raw, code, ranks))
    again = [1] + [0] * (options - 1)
    sealed.add_ballot(await booth.ballot(sealed.election.raw, sealed.codes[1], again))
    sealed.end_ballots()
    sealed.shuffle(1)
    sealed.end_shuffles()
    sealed.decrypt(1)
    counted = [papers(options)[0], again, papers(options)[2]]
    assert sealed.finish() == sorted(tuple(ranks) for ranks in counted)
    judge.verify()
    assert sealed.verify().stage == "Result"


async def test_a_code_that_is_not_of_this_election_is_refused_by_who_has_the_roll(
    booth: Booth, judge: Judge
) -> None:
    theirs = make_theirs(judge, options=2)
    ballot = await booth.ballot(theirs.election, new_code(), [1, 2])
    election = read_election(theirs.election)
    with pytest.raises(Refused, match="ballot_credential"):
        check_ballot(election, ballot, {public_credential(code, election.uuid) for code in theirs.codes})
    theirs.add(ballot)  # the tool only writes here
    with pytest.raises(Refusal):
        judge.verify()


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    """An election of ours with three options."""
    return make_sealed(tmp_path)


def commitment(proof: Proof, public: str) -> int:
    """g^w of a proof: what its nonce shows."""
    response, challenge = int(proof.response), int(proof.challenge)
    return pow(int(G), response, int(P)) * pow(int(public), challenge, int(P)) % int(P)


async def test_randomness_is_never_used_twice(booth: Booth, sealed: Sealed) -> None:
    """Twelve ballots for the same ranks by the same code: 36 random numbers, none of which repeats."""
    seen = set()
    for _ in range(12):
        ballot = read(Ballot, await booth.ballot(sealed.election.raw, sealed.codes[0], [1, 2, 3]))
        (answer,) = ballot.answers
        alpha = answer.choices.alpha
        nonces = commitment(answer.proof, alpha), commitment(ballot.signature.proof, ballot.credential)
        seen |= {int(alpha), *nonces}
    assert len(seen) == 36


async def test_randomness_comes_from_the_browser_s_source_and_fills_all_bits(parts: Any) -> None:
    found = await parts.evaluate(
        """() => {
          let drawn = 0;
          const real = crypto.getRandomValues.bind(crypto);
          crypto.getRandomValues = (bytes) => { drawn += bytes.length; return real(bytes); };
          Math.random = () => { throw new Error("not this one"); };
          const scalars = Array.from({ length: 200 }, randomScalar);
          return { drawn, below: scalars.every((one) => one < Q),
                   high: scalars.filter((one) => one >> 2046n === 1n).length,
                   low: scalars.filter((one) => (one & 1n) === 1n).length };
        }"""
    )
    assert found["below"]
    assert found["drawn"] >= 200 * 256
    assert 40 < found["high"] < 160  # each bit is set half of the time: 8 standard deviations
    assert 40 < found["low"] < 160


async def test_a_number_that_is_drawn_too_large_is_drawn_again(parts: Any) -> None:
    """Reducing it instead would make small numbers likelier."""
    drawn = await parts.evaluate(
        """() => {
          const draws = [255, 7];
          crypto.getRandomValues = (bytes) => { bytes.fill(draws.shift()); return bytes; };
          return String(randomScalar());
        }"""
    )
    assert int(drawn) == int.from_bytes(bytes([7] * 256))


@pytest.mark.parametrize(
    ("ranks", "reason", "facts"),
    [
        pytest.param([1, 1, 2], "ranks_repeated", {"rank": 1}, id="twice"),
        pytest.param([1, 3, 0], "ranks_gap", {"rank": 2}, id="gap"),
        pytest.param([0, 2, 0], "ranks_gap", {"rank": 1}, id="no-first"),
        pytest.param([1, 4, 0], "ranks_range", {"option": 2}, id="above"),
        pytest.param([1, 2, 256], "ranks_range", {"option": 3}, id="too-big"),
        pytest.param([1, -1, 0], "ranks_range", {"option": 2}, id="negative"),
        pytest.param([1, 1.5, 0], "ranks_range", {"option": 2}, id="fraction"),
        pytest.param(["1", 0, 0], "ranks_range", {"option": 1}, id="text"),
        pytest.param([1, None, 0], "ranks_range", {"option": 2}, id="nothing"),
        pytest.param([1, 2], "ranks_count", {"wanted": 3}, id="short"),
        pytest.param([1, 2, 3, 0], "ranks_count", {"wanted": 3}, id="long"),
        pytest.param("123", "ranks_count", {"wanted": 3}, id="no-list"),
    ],
)
async def test_what_is_no_ranking_is_refused(
    booth: Booth, sealed: Sealed, ranks: Any, reason: str, facts: dict[str, int]
) -> None:
    answer = await booth.seal(sealed.election.raw, sealed.codes[0], ranks)
    assert answer == {"name": "SealingRefused", "reason": reason, "facts": facts}


async def test_a_mistyped_code_is_refused(booth: Booth, sealed: Sealed) -> None:
    code = "ii8-HNe-cxe-Uq6-6Mj"
    for wrong in ("", code[:-1], code + "j", code.replace("8", "9"), code.lower(), "0" * 15, code[:-1] + "k"):
        answer = await booth.seal(sealed.election.raw, wrong, [1, 2, 3])
        assert answer["reason"] == "code_malformed", wrong
    for well in (code, code.replace("-", ""), f" {code}\n", code.replace("-", " ")):
        first = read(Ballot, await booth.ballot(sealed.election.raw, well, [1, 2, 3]))
        assert first.credential == public_credential(code, sealed.election.uuid)


async def test_an_election_that_is_not_as_it_must_be_is_refused(booth: Booth, sealed: Sealed) -> None:
    raw = sealed.election.raw.decode()
    key = sealed.election.parameters.public_key
    option = '"Opțiunea „1”"'
    cases = {
        "{": "json_malformed",
        "": "json_malformed",
        "7": "election_questions",
        "{}": "election_questions",
        raw.replace(",", ", ", 1): "json_not_canonical",
        raw.replace('"version":1', '"version":1,"version":1', 1): "json_not_canonical",
        raw.replace('"version":1,', "", 1): "election_version",
        raw.replace('"version":1', '"version":2', 1): "election_version",
        raw.replace('"version":1', '"version":1,"more":1', 1): "json_not_canonical",
        raw.replace(option, "7"): "json_not_canonical",
        raw.replace("RFC-3526-2048", "BELENIOS-2048"): "election_group",
        raw.replace(sealed.election.uuid, sealed.election.uuid[1:]): "election_uuid",
        raw.replace(sealed.election.uuid, "0" + sealed.election.uuid): "election_uuid",
        raw.replace("NonHomomorphic", "Lists"): "election_questions",
        raw.replace('"questions":[', '"questions":[],"q":[', 1): "json_not_canonical",
        raw.replace(option, ",".join([option] * 253)): "election_questions",
        raw.replace(key, "1"): "election_key",
        raw.replace(key, "0" + key): "election_key",
        raw.replace(key, str(P - int(key))): "election_key",
        raw.replace(key, str(P + 4)): "election_key",
        raw.replace(f'"{key}"', "4"): "election_key",
    }
    for changed, reason in cases.items():
        answer = await booth.seal(changed.encode(), sealed.codes[0], [1, 2, 3])
        assert answer.get("reason") == reason, (reason, changed[:200])
    around = await booth.ballot(f"\n {raw}\n".encode(), sealed.codes[0], [1, 2, 3])
    assert read(Ballot, around).election_hash == fingerprint(sealed.election.raw)


async def test_sealing_can_be_stopped(booth: Booth, sealed: Sealed) -> None:
    """At its first sign of progress, and before it begins; nothing comes after."""
    stopped = await booth.page.evaluate(
        """async ([election, code]) => {
          const { seal } = await import("/static/js/booth/seal.js");
          const attempt = async (controller) => {
            let steps = 0;
            const onProgress = () => { steps++; controller.abort(); };
            try {
              await seal(election, code, [1, 2, 3], onProgress, { signal: controller.signal });
            } catch (problem) {
              await new Promise((wake) => setTimeout(wake, 300));
              return [problem.name, steps];
            }
            return "sealed";
          };
          const before = new AbortController();
          before.abort();
          return [await attempt(new AbortController()), await attempt(before)];
        }""",
        [sealed.election.raw.decode(), sealed.codes[0]],
    )
    assert stopped == [["AbortError", 1], ["AbortError", 0]]


async def test_a_browser_that_cannot_is_told_so(booth: Booth, sealed: Sealed) -> None:
    await booth.page.evaluate("() => { delete globalThis.BigInt; }")
    answer = await booth.seal(sealed.election.raw, sealed.codes[0], [1, 2, 3])
    assert answer["reason"] == "browser_unable"


async def test_a_program_that_does_not_arrive_is_a_fault_that_is_told(booth: Booth, sealed: Sealed) -> None:
    async def fail(route: Any) -> None:
        await route.fulfill(status=200, headers={"content-type": "text/javascript"}, body="(")

    await booth.page.route("**/sealing.js", fail)
    answer = await booth.seal(sealed.election.raw, sealed.codes[0], [1, 2, 3])
    assert answer["reason"] == "sealing_failed"
