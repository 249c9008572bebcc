"""The supervisor with its real children: it starts, restarts, refuses, stops, and leaves nobody behind."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live import LiveServer
from tests.servers import new_database


@pytest.fixture
def stopped_server(tmp_path: Path) -> Iterator[LiveServer]:
    """A live server on SQLite that the test starts itself."""
    with new_database("sqlite") as url:
        server = LiveServer(tmp_path / "live", url)
        yield server
        server.stop()


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    """Whether it becomes so in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def is_running(process: int) -> bool:
    """Whether a process lives (a zombie does not)."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="NOT TESTED: needs Linux's /proc"
)


def test_everything_starts_and_stops_and_a_second_one_on_the_same_folder_is_refused(
    stopped_server: LiveServer,
) -> None:
    children = stopped_server.start().children()
    assert list(children) == ["valkey", "worker", "scheduler", "web"]
    env = {**stopped_server.env, "OBSTE_PORT": "1"}
    second = subprocess.run(stopped_server.command, env=env, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert "already running from" in second.stderr
    assert all(is_running(process) for process in children.values())
    assert stopped_server.is_healthy()
    assert stopped_server.stop() == 0
    assert not any(is_running(process) for process in children.values())


def test_a_killed_child_is_started_again(stopped_server: LiveServer) -> None:
    stopped_server.start()
    for name in ("web", "worker", "valkey"):  # the worker ends by itself when its queue is gone
        before = stopped_server.children()[name]
        stopped_server.kill(name)
        assert within(60, lambda n=name, b=before: stopped_server.children()[n] != b), name  # type: ignore[misc]
    assert within(60, stopped_server.is_healthy)
    assert "worker ended (exit code -9); starting it again" in stopped_server.log


def test_children_end_with_a_killed_supervisor_and_another_takes_over(stopped_server: LiveServer) -> None:
    children = stopped_server.start().children()
    assert stopped_server.process is not None
    stopped_server.process.send_signal(signal.SIGKILL)
    stopped_server.process.wait(10)
    stopped_server.start()
    assert not any(is_running(process) for process in children.values())
    assert stopped_server.is_healthy()


def test_after_a_power_cut_it_starts_again(stopped_server: LiveServer) -> None:
    stopped_server.start().kill()
    assert not stopped_server.is_healthy()
    assert stopped_server.start().is_healthy()


def test_a_taken_port_is_told(stopped_server: LiveServer) -> None:
    with socket.create_server(("127.0.0.1", stopped_server.port)):
        stopped_server.folder.mkdir()
        done = subprocess.run(
            stopped_server.command, env=stopped_server.env, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{stopped_server.port} (Address already in use)" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_told(stopped_server: LiveServer, port: str) -> None:
    env = {**stopped_server.env, "OBSTE_PORT": port, "PATH": os.environ["PATH"]}
    done = subprocess.run(stopped_server.command, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "OBSTE_PORT must be a number from 1 to 65535" in done.stderr
