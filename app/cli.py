"""The commands of `./obste` that work on the database or on election files, and then end.

What serves and stays (demo, run, worker, scheduler) is in app.supervisor and app.worker. Each command
here translates arguments and calls one function; imports are inside, so that `count` and `verify` start
fast and need no database.
"""

import argparse
import asyncio
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from app.embedded import fill_in
from app.settings import ROOT, BadSetting, get_settings

if TYPE_CHECKING:
    from alembic.config import Config

    from app.kit.db import Database
    from app.kit.outbox import OutboxMessage

T = TypeVar("T")
ROLES = ("reviewer", "desk", "election", "clerk", "secretariat", "councillor", "admin")
# Commands on files alone, with a parser of their own: `function(arguments) -> exit code`.
ELSEWHERE = {
    "booth": "app.booth.single_file:main",
    "count": "voting.verify:count_main",
    "registrar": "voting.roles:registrar_main",
    "trustee": "voting.roles:trustee_main",
    "verify": "voting.roles:verify_main",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (2: it was called wrongly)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in ELSEWHERE:
        module, _, function = ELSEWHERE[words[0]].partition(":")
        return int(getattr(importlib.import_module(module), function)(words[1:]))
    arguments = build_parser().parse_args(words)
    if arguments.needs_settings:
        os.environ.update(fill_in(os.environ))
    try:
        return int(arguments.run(arguments) or 0)
    except (BadSetting, FileNotFoundError) as error:
        print(f"obste: {error}", file=sys.stderr)
        return 1


def build_parser() -> argparse.ArgumentParser:
    """Every command with its arguments. A house test compares it with `./obste help`."""
    parser = argparse.ArgumentParser(prog="obste", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int | None], *, settings: bool = True):  # type: ignore[no-untyped-def]
        """Add one command; its help is the first line of its function's docstring."""
        one = commands.add_parser(name, help=(run.__doc__ or "").split("\n")[0], allow_abbrev=False)
        one.set_defaults(run=run, needs_settings=settings)
        return one

    for name, where in ELSEWHERE.items():
        commands.add_parser(name, help=f"see {where}", add_help=False)
    command("migrate", run_migrate)
    command("migration", run_migration, settings=False).add_argument("message")
    official = command("make-official", run_make_official)
    official.add_argument("email")
    official.add_argument("role", choices=ROLES)
    official.add_argument("--office", default="", help="department or position, public")
    official.add_argument("--reason", default="command line", help="why, public")
    imported = command("import-pb", run_import_pb)
    imported.add_argument("file")
    imported.add_argument("--rule", default="", help="count by this rule instead of the one the file names")
    imported.add_argument("--slug", default="", help="the cycle's name in addresses; else the file's")
    exported = command("export", run_export)
    exported.add_argument("poll", help="id of a vote that has been counted, as in its address")
    exported.add_argument("folder", help="where to write; made if it does not exist")
    command("undelivered", run_undelivered).add_argument(
        "--again", nargs="?", const="all", default="", metavar="ID", help="try all of it again, or one"
    )
    command("seed", run_seed).add_argument("--if-empty", action="store_true")
    return parser


# ── schema ───────────────────────────────────────────────────────────────────────────────────────


def run_migrate(arguments: argparse.Namespace) -> None:
    """Bring the database to the newest schema."""
    migrate(get_settings().database_url)


def run_migration(arguments: argparse.Namespace) -> None:
    """Write a migration from the difference between the models and the migrations so far."""
    from alembic import command
    from alembic.script import ScriptDirectory

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/migration.sqlite3"
        migrate(url)
        config = alembic_config(url)
        count = sum(1 for _ in ScriptDirectory.from_config(config).walk_revisions())
        command.revision(config, message=arguments.message, autogenerate=True, rev_id=f"{count + 1:04}")


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to a revision, in one transaction."""
    from alembic import command

    command.upgrade(alembic_config(url), revision)


def alembic_config(url: str) -> "Config":
    """Alembic's configuration for one database; env.py reads the address from the attributes."""
    from alembic.config import Config

    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url
    return config


# ── the demonstration ────────────────────────────────────────────────────────────────────────────


def run_seed(arguments: argparse.Namespace) -> int:
    """Fill an empty database with the demonstration's people, cycles and votes."""
    from app.main import make_services
    from app.seed import seed
    from app.wiring import wire

    wire()
    settings = get_settings()
    if settings.env == "production":
        print("obste: the demonstration's people do not belong in production", file=sys.stderr)
        return 1

    async def run() -> bool:
        services = make_services(settings)
        services.database.courier = None  # what happened in the past leaves nothing to be delivered
        try:
            return await seed(services)
        finally:
            await services.database.dispose()
            await services.redis.aclose()

    migrate(settings.database_url)
    if asyncio.run(run()) or arguments.if_empty:
        return 0
    print("obste: the database is not empty; nothing was changed", file=sys.stderr)
    return 1


def run_import_pb(arguments: argparse.Namespace) -> int:
    """Make a finished, counted cycle of a real election in a Pabulib file."""
    from pathlib import Path

    from app.imports import ImportRefused, import_pabulib
    from app.kit import clock
    from app.kit.storage import FileStorage

    settings = get_settings()
    storage = FileStorage(settings.var_dir / "files")
    migrate(settings.database_url)
    try:
        made = with_database(
            lambda database: import_pabulib(
                database,
                storage,
                Path(arguments.file),
                rule=arguments.rule,
                slug=arguments.slug,
                now=clock.now(),
            )
        )
    except ImportRefused as refusal:
        print(f"obste: {refusal}", file=sys.stderr)
        return 1
    for note in made.notes:
        print(f"note: {note}")
    agrees = {True: "yes, exactly", False: "NO", None: "the file does not say"}[made.agrees]
    print(f"{made.ballots} ballots, {len(made.winners)} projects funded; as the file's `selected`: {agrees}")
    print(f"result: {settings.base_url}/polls/{made.poll_id}/result")
    return 0 if made.agrees is not False else 1


# ── officials ────────────────────────────────────────────────────────────────────────────────────


def run_export(arguments: argparse.Namespace) -> int:
    """Write the files of a result, byte for byte as its page offers them."""
    import uuid
    from pathlib import Path

    from app.kit.errors import NotFound
    from app.kit.storage import FileStorage
    from voting.queries import get_poll, list_files

    storage = FileStorage(get_settings().var_dir / "files")
    folder = Path(arguments.folder)

    async def export(database: "Database") -> list[str]:
        async with database.read() as session:
            await get_poll(session, uuid.UUID(arguments.poll))
            files = await list_files(session, uuid.UUID(arguments.poll))
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            (folder / file.name).write_bytes(await storage.get(file.key))
        return [file.name for file in files]

    try:
        written = with_database(export)
    except (ValueError, NotFound):
        print(f"obste: there is no vote {arguments.poll}", file=sys.stderr)
        return 1
    if not written:
        print("obste: this vote has not been counted yet", file=sys.stderr)
        return 1
    print("\n".join(str(folder / name) for name in written))
    return 0


def run_make_official(arguments: argparse.Namespace) -> int:
    """Give a role to an account that exists; it becomes an entry of the public register."""
    from accounts.service import give_role
    from accounts.states import Role
    from app.kit import clock
    from app.kit.db import Database
    from app.kit.errors import DomainError

    async def give(database: Database) -> None:
        async with database.write() as session:
            await give_role(
                session,
                None,
                email=arguments.email,
                role=Role(arguments.role),
                office=arguments.office,
                reason=arguments.reason,
                now=clock.now(),
            )

    migrate(get_settings().database_url)
    try:
        with_database(give)
    except DomainError as error:
        print(f"obste: {error}", file=sys.stderr)
        return 1
    print("done: the next sign-in of this account asks for a second factor")
    return 0


def run_undelivered(arguments: argparse.Namespace) -> int:
    """List mail and jobs that were tried for days and given up, or have them tried again."""
    import uuid

    from app.kit import clock, outbox

    try:
        one = uuid.UUID(arguments.again) if arguments.again not in ("", "all") else None
    except ValueError:
        print(f"obste: {arguments.again} is no id of the list", file=sys.stderr)
        return 2

    async def look(database: "Database") -> list[str]:
        async with database.read() as session:
            return [_line(row) for row in await outbox.list_given_up(session)]

    async def again(database: "Database") -> int:
        async with database.write() as session:
            return await outbox.try_again(session, clock.now(), message_id=one)

    if not arguments.again:
        lines = with_database(look)
        print("\n".join(lines) or "nothing was given up")
        return 1 if lines else 0
    count = with_database(again)
    print(f"{count} will be tried again within a minute")
    return 0 if count or one is None else 1


def _line(row: "OutboxMessage") -> str:
    """A given-up job: id, since when it is tried no more, what, to whom, and the last error."""
    given = json.loads(row.arguments)
    what = str(given.get("template") or row.job)
    to = str(given.get("to", ""))
    return f"{row.id}  {row.due_at:%Y-%m-%d %H:%M}  {what}  {to}  {row.last_error or ''}".replace("\n", " ")


# ── with a database ──────────────────────────────────────────────────────────────────────────────


def with_database(work: "Callable[[Database], Awaitable[T]]") -> T:
    """Run `work` with the database of the settings, in the one event loop of this command."""
    from app.kit.db import Database

    async def run() -> T:
        database = Database(get_settings().database_url)
        try:
            return await work(database)
        finally:
            await database.dispose()

    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
