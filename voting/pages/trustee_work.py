"""What a trustee does at each step: why, with which commands, and which file goes back.

Every step can be done by `./obste trustee` or by `belenios-tool`; the names of files are those that this
page offers and those that the commands write.
"""

from collections.abc import Mapping

import msgspec

from app.kit.i18n import N_
from voting.states import Step

GROUP = "--group RFC-3526-2048"
CIRCLE = f"belenios-tool setup generate-trustee-key-threshold {GROUP}"


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A step's own words. `obste`, `tool`: the commands; `made`, `tool_made`: the file that is sent back."""

    why: str  # msgid
    obste: str
    made: str
    tool: str
    tool_made: str


WORK: Mapping[Step, Work] = {
    Step.KEY: Work(
        why=N_(
            "Make your key. The private half stays with you, under a passphrase of 12 characters or more; "
            "only the public half is sent."
        ),
        obste="./obste trustee key my.key",
        made="my.key.pubkey",
        tool=f"belenios-tool setup generate-trustee-key {GROUP}",
        tool_made="*.pubkey",
    ),
    Step.CERTIFICATE: Work(
        why=N_(
            "Make your part of the key, in an empty folder. The private half stays with you, under a "
            "passphrase of 12 characters or more; only the certificate is sent."
        ),
        obste="./obste trustee certificate my.key",
        made="my.key.cert",
        tool=f"{CIRCLE} --step 1",
        tool_made="*.cert",
    ),
    Step.POLYNOMIAL: Work(
        why=N_(
            "Make the sealed messages that each of the other trustees gets from you. With them they make "
            "their shares of the key."
        ),
        obste="./obste trustee polynomial my.key certs.jsons polynomial.json --threshold {threshold}",
        made="polynomial.json",
        tool=f"{CIRCLE} --step 3 --certs certs.jsons --key *.key --threshold {{threshold}} > polynomial.json",
        tool_made="polynomial.json",
    ),
    Step.SHARE: Work(
        why=N_(
            "Check what the others have sent you and make your share of the key. Afterwards copy your key "
            "file to a second medium: without it your part cannot be opened."
        ),
        obste="./obste trustee share my.key certs.jsons vinput.json share.json --threshold {threshold}",
        made="share.json",
        tool=f"{CIRCLE} --step 5 --certs certs.jsons --key *.key < vinput.json > share.json",
        tool_made="share.json",
    ),
    Step.SHUFFLE: Work(
        why=N_(
            "Mix the sealed ballots: they come out in another order and look different, and nobody but your "
            "computer knows which is which. Download the archive anew: it must hold what others have mixed."
        ),
        obste="./obste trustee shuffle {uuid}.bel mixed.json",
        made="mixed.json",
        tool="belenios-tool election shuffle --trustee-id={number} > mixed.json",
        tool_made="mixed.json",
    ),
    Step.DECRYPTION: Work(
        why=N_(
            "Do your part of opening the mixed ballots. Your key opens nothing alone, and nothing but what "
            "was mixed. Download the archive anew first."
        ),
        obste="./obste trustee decrypt {uuid}.bel my.key opened.json",
        made="opened.json",
        tool="belenios-tool election decrypt --privkey *.privkey --trustee-id={number} > opened.json",
        tool_made="opened.json",
    ),
}
OPEN_BY_CIRCLE = (
    "belenios-tool election decrypt-threshold --key *.key --decryption-key decryption-key.json "
    "--trustee-id={number} > opened.json"
)
TRY = "./obste trustee try my.key {uuid}.bel"
VERIFY, VERIFY_BY_TOOL = "./obste verify {uuid}.bel", "belenios-tool election verify"
OFFERED = {
    "certs.jsons": N_("the certificates of all trustees"),
    "vinput.json": N_("what the other trustees have sealed for you"),
    "decryption-key.json": N_("your own share, sealed for you: only belenios-tool needs it"),
}


def work_of(step: Step, *, number: int, uuid: str, threshold: int | None) -> Work:
    """A step's commands for one trustee of one election."""
    work = WORK[step]
    tool = OPEN_BY_CIRCLE if step is Step.DECRYPTION and threshold is not None else work.tool
    facts = {"number": number, "uuid": uuid, "threshold": threshold}
    return msgspec.structs.replace(work, obste=work.obste.format(**facts), tool=tool.format(**facts))
