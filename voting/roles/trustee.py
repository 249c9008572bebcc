"""`obste trustee`: a key, the ceremony of a threshold, mixing and opening, on the trustee's own machine.

Source: Belenios specification, Version 2.0, sections 3.1.1 and 3.4.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from gmpy2 import mpz

from voting.roles.terminal import Declined, ask_passphrase, ended, replace_secret, say, write_new
from voting.sealing.archive import Archive
from voting.sealing.channel import certificate, keys_of, new_seed
from voting.sealing.crew import Crew, cores
from voting.sealing.decryption import make_decryption
from voting.sealing.group import read_scalar
from voting.sealing.keyfile import TrusteeSecret, lock, unlock
from voting.sealing.schnorr import GENERATOR
from voting.sealing.shuffle import make_shuffle
from voting.sealing.threshold import (
    finish,
    make_polynomial,
    make_vinput,
    make_voutput,
    open_share,
    our_number,
)
from voting.sealing.trustees import new_private_key, public_key, read_private_key
from voting.sealing.verify import Verifier
from voting.sealing.wire import Polynomial, SignedMessage, T, Vinput, Voutput, fingerprint, read, write


def trustee_main(argv: Sequence[str]) -> int:
    """Run one step; 0 when it is done, 1 when something given is wrong, 2 when it cannot be done."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], None] = options.run
    return ended(lambda: run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="obste trustee", allow_abbrev=False)
    steps = parser.add_subparsers(required=True, metavar="STEP")

    def step(
        run: Callable[[argparse.Namespace], None], name: str, *arguments: str
    ) -> argparse.ArgumentParser:
        one = steps.add_parser(name, help=(run.__doc__ or "").split("\n")[0], allow_abbrev=False)
        one.set_defaults(run=run)
        for argument in arguments:
            one.add_argument(argument, type=Path)
        return one

    step(_make_key, "key", "key")
    step(_make_certificate, "certificate", "key")
    for run, name, arguments in (
        (_make_polynomial, "polynomial", ("key", "certificates", "out")),
        (_make_share, "share", ("key", "certificates", "vinput", "out")),
        (_hand_out, "hand-out", ("certificates", "polynomials", "folder")),
        (_finish, "finish", ("certificates", "polynomials", "voutputs", "out")),
    ):
        one = step(run, name, *arguments)
        if run is not _hand_out:
            one.add_argument("--threshold", type=int, required=True, help="how many are needed to open")
    step(_try_key, "try", "key", "archive")
    shuffle = step(_shuffle, "shuffle", "archive", "out")
    decrypt = step(_decrypt, "decrypt", "archive", "key", "out")
    for one in (shuffle, decrypt):
        one.add_argument("--cores", type=int, default=cores(), help="processes to use")
    return parser


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────


def _make_key(options: argparse.Namespace) -> None:
    """KEY: a key of one's own, without which nothing is opened; KEY.pubkey goes to the officer."""
    private = new_private_key()
    public = public_key(private)
    write_new(options.key, lock(TrusteeSecret(private=str(private)), ask_passphrase(new=True)), secret=True)
    write_new(_beside(options.key, ".pubkey"), write(public) + b"\n")
    say(f"fingerprint {fingerprint(public.public_key.encode())}")


def _make_certificate(options: argparse.Namespace) -> None:
    """KEY: step 1 of a threshold; KEY.cert goes to the officer."""
    seed = new_seed()
    made = certificate(keys_of(seed))
    write_new(options.key, lock(TrusteeSecret(seed=seed), ask_passphrase(new=True)), secret=True)
    write_new(_beside(options.key, ".cert"), write(made) + b"\n")
    say(f"fingerprint {fingerprint(write(made))}")


def _make_polynomial(options: argparse.Namespace) -> None:
    """KEY CERTIFICATES OUT: step 3; OUT goes to the officer."""
    certificates = _rows(options.certificates, SignedMessage)
    keys = keys_of(_opened(options.key).seed)
    say(f"you are number {our_number(keys, certificates)} of {len(certificates)}")
    write_new(options.out, write(make_polynomial(keys, certificates, options.threshold)) + b"\n")


def _make_share(options: argparse.Namespace) -> None:
    """KEY CERTIFICATES VINPUT OUT: step 5: check the others and keep the share; OUT goes to the officer."""
    passphrase = ask_passphrase()
    secret = unlock(options.key.read_bytes(), passphrase)
    certificates = _rows(options.certificates, SignedMessage)
    vinput = read(Vinput, options.vinput.read_bytes().strip())
    made = make_voutput(keys_of(secret.seed), certificates, vinput, options.threshold)
    replace_secret(options.key, lock(TrusteeSecret(seed=secret.seed, share=made.private_key), passphrase))
    write_new(options.out, write(made) + b"\n")


def _hand_out(options: argparse.Namespace) -> None:
    """CERTIFICATES POLYNOMIALS FOLDER: the officer's step 4: what each trustee is given, by number."""
    polynomials = _rows(options.polynomials, Polynomial)
    if len(_rows(options.certificates, SignedMessage)) != len(polynomials):
        raise Declined("there are not as many polynomials as certificates")
    for number in range(1, len(polynomials) + 1):
        made = make_vinput(polynomials, number)
        write_new(options.folder / f"{number}.vinput", write(made) + b"\n")


def _finish(options: argparse.Namespace) -> None:
    """CERTIFICATES POLYNOMIALS VOUTPUTS OUT: the officer's step 6: what is published."""
    parameters = finish(
        _rows(options.certificates, SignedMessage),
        _rows(options.polynomials, Polynomial),
        _rows(options.voutputs, Voutput),
        options.threshold,
    )
    write_new(options.out, write(parameters) + b"\n")


# ── the election ─────────────────────────────────────────────────────────────────────────────────────


def _try_key(options: argparse.Namespace) -> None:
    """KEY ARCHIVE: a dry run: does the key open, and is it one of this election's?"""
    secret = _opened(options.key)
    say("the passphrase opens the key")
    number, _ = _ours(_checked(options.archive, Crew()), secret)
    say(f"it is the key of trustee {number} of this election")


def _shuffle(options: argparse.Namespace) -> None:
    """ARCHIVE OUT: check the archive and mix its ballots; OUT goes to the officer."""
    with Crew(max(1, options.cores)) as crew:
        checked = _checked(options.archive, crew)
        if checked.checked.stage not in ("EncryptedTally", "Shuffle"):
            raise Declined(f"nothing is to be mixed now: the archive ends with {checked.checked.stage}")
        write_new(options.out, make_shuffle(checked.election, checked.mixed, crew=crew) + b"\n")


def _decrypt(options: argparse.Namespace) -> None:
    """ARCHIVE KEY OUT: check the archive and open its ballots with our key; OUT goes to the officer."""
    secret = _opened(options.key)
    with Crew(max(1, options.cores)) as crew:
        checked = _checked(options.archive, crew)
        number, private = _ours(checked, secret)
        if checked.checked.stage not in ("EndShuffles", "PartialDecryption"):
            raise Declined(f"nothing is to be opened now: the archive ends with {checked.checked.stage}")
        if number in checked.checked.decryptions:
            raise Declined(f"trustee {number} has opened already")
        write_new(options.out, make_decryption(checked.election, checked.mixed, private, crew=crew) + b"\n")
        say(f"you are trustee {number}")


def _checked(path: Path, crew: Crew) -> Verifier:
    """The archive after every check. Raises: Refused."""
    with path.open("rb") as file:
        verifier = Verifier(Archive(file), crew)
        for member, content in verifier.members():
            verifier.take(member, content)
        verifier.finish()
    return verifier


def _ours(checked: Verifier, secret: TrusteeSecret) -> tuple[int, mpz]:
    """Our number in the election, and the private key. Raises: Refused (key_foreign), Declined."""
    if not secret.private and not secret.share:
        raise Declined("this key has no share yet: `obste trustee share` was not run with it")
    private = (
        read_scalar(secret.private) if secret.private else open_share(keys_of(secret.seed), secret.share)
    )
    return checked.trustees.number_of(GENERATOR.power(private)), private


def _opened(path: Path) -> TrusteeSecret:
    """What a key file holds; `belenios-tool` writes single keys without a passphrase, as a JSON string."""
    raw = path.read_bytes()
    if raw.startswith(b'"'):
        return TrusteeSecret(private=str(read_private_key(raw)))
    return unlock(raw, ask_passphrase())


def _rows(path: Path, shape: type[T]) -> list[T]:
    """Several structures, one a line, as the steps exchange them."""
    return [read(shape, line.strip()) for line in path.read_bytes().splitlines() if line.strip()]


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
