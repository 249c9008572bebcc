"""Looks for secrets of a sealed vote wherever an installation leaves traces: tables, files, mail, memory.

A search that finds nothing proves little unless it finds what is there: tests plant something in each place.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests import servers
from tests.live import LiveServer, _session_of
from voting.sealing.credentials import secret_exponent
from voting.sealing.encoding import encode_ranks
from voting.sealing.wire import write

CHUNK = 1 << 22
JOINERS = (",", ", ", " ", ".", "-", "|", '","', '", "', "%2C")


def needles_of(ranks: Sequence[int], names: Sequence[str], code: str, uuid: str) -> dict[str, bytes]:
    """Everything by which a ballot or a private code could be recognised, by what it is."""
    ordered = [name for _, name in sorted(zip(ranks, names, strict=True)) if _]
    element, exponent = encode_ranks(ranks), secret_exponent(code, uuid)
    found = {
        "ranks": write(list(ranks)),
        "ranks with spaces": ", ".join(map(str, ranks)).encode(),
        "ranks as bytes": bytes(ranks),
        "encoded ranks": str(element).encode(),
        "code": code.encode(),
        "code without hyphens": code.replace("-", "").encode(),
        "secret exponent": str(exponent).encode(),
        "secret exponent in memory": int(exponent).to_bytes(32, "little"),
    }
    found |= {f"order with {joiner!r}": joiner.join(ordered).encode() for joiner in JOINERS}
    return found


def traces(server: LiveServer) -> Iterator[tuple[str, bytes]]:
    """Every place but memory, in pieces: its name, and what is there. What a backup holds is the tables."""
    yield from _tables(server.database_url)
    for path in sorted(server.folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(server.folder)), path.read_bytes()


def _tables(url: str) -> Iterator[tuple[str, bytes]]:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        for path in Path(str(address.database)).parent.glob(Path(str(address.database)).name + "*"):
            yield f"database {path.name}", path.read_bytes()
        connection = sqlite3.connect(str(address.database))
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = connection.execute(f'SELECT * FROM "{table}"')
            yield f"table {table}", b"\n".join(_bytes(value) for row in rows for value in row)
        connection.close()
        return
    conninfo = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo) as link:
        names = link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in names:
            found = link.execute(f'SELECT * FROM "{table}"').fetchall()  # type: ignore[arg-type]
            yield f"table {table}", b"\n".join(_bytes(value) for row in found for value in row)


class Cluster:
    """The PostgreSQL of a run, told to write every statement with its values into its log: what an operator
    may find there, and in the files of one database.
    """

    def __init__(self, url: str) -> None:
        self.database = str(make_url(url).database)
        self._link = psycopg.connect(servers.conninfo(servers.postgres_url()), autocommit=True)
        for setting in ("log_statement = 'all'", "log_min_messages = 'log'"):
            self._link.execute(f"ALTER DATABASE {self.database} SET {setting}")  # type: ignore[arg-type]
        self.first_segment = self._segment()

    def close(self) -> None:
        self._link.close()

    def _ask(self, question: str) -> str:
        row = self._link.execute(question).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return str(row[0])

    def _segment(self) -> str:
        return self._ask("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")

    def traces(self) -> Iterator[tuple[str, bytes]]:
        """The log, the tables' files and what the write-ahead log has had since. Nothing, where the cluster
        is not the run's own, whose files we may not read.
        """
        data = servers.run_folder() / "pg" / "data"
        if not data.is_dir():
            return
        self._link.execute("CHECKPOINT")
        number = self._ask(f"SELECT oid FROM pg_database WHERE datname = '{self.database}'")
        yield "log of PostgreSQL", (servers.run_folder() / "postgres.log").read_bytes()
        for path in sorted((data / "base" / number).iterdir()):
            yield f"files of PostgreSQL {path.name}", path.read_bytes()
        last = self._segment()
        for path in sorted((data / "pg_wal").iterdir()):
            if self.first_segment <= path.name <= last:
                yield f"write-ahead log of PostgreSQL {path.name}", path.read_bytes()


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def memory(processes: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    """The writable memory of processes, in overlapping pieces."""
    for process in processes:
        with Path(f"/proc/{process}/mem").open("rb", buffering=0) as file:
            for line in Path(f"/proc/{process}/maps").read_text().splitlines():
                (
                    span,
                    rights,
                    *_,
                ) = line.split()
                if not rights.startswith("rw") or line.endswith("[vvar]"):
                    continue
                start, end = (int(one, 16) for one in span.split("-"))
                for at in range(start, end, CHUNK):
                    try:
                        file.seek(at)
                        yield f"memory of {process}", file.read(min(CHUNK + 4096, end - at))
                    except OSError:
                        break  # gone meanwhile


def web_processes(server: LiveServer) -> list[int]:
    """The web server and what it started."""
    return sorted(_session_of({server.children()["web"]}))


def search(places: Iterator[tuple[str, bytes]], needles: Mapping[str, bytes]) -> set[tuple[str, str]]:
    """(place, needle) of everything that was found."""
    return {
        (place, name) for place, content in places for name, needle in needles.items() if needle in content
    }
