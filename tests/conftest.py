"""What every test stands on: no network, a state folder of its own, and the costly parts once."""

import os

# Read by OpenMP when the embedder's engine loads: before anything imports it.
os.environ["OMP_WAIT_POLICY"] = "passive"

import io
import ipaddress
import json
import socket
from typing import NamedTuple

import pytest

from coach import cli
from coach import rubric as rubrics
from coach.analysis import Analyser
from coach.embeddings import E5Embeddings
from coach.library import Library
from coach.settings import PROJECT, Settings

#: Variables that would let the developer's own set-up into a test.
FOREIGN = ("COACH_", "OPENAI_", "LANGSMITH", "LANGCHAIN_", "STREAMLIT_", "TIKTOKEN_")
#: Kept: it says where the 1.1 GB of the embedded model are, for the tests marked `model`.
KEPT = "COACH_MODELS"


class NetworkUsed(BaseException):
    """A test tried to leave this computer. Not an `Exception`, so that no code can swallow it."""


def _on_this_computer(host):
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        text = host.decode() if isinstance(host, bytes) else host
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guarded(connect):
    def guarded(self, *arguments):
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _on_this_computer(address[0]):
            raise NetworkUsed(address)
        return connect(self, *arguments)

    return guarded


def _guarded_look_up(look_up):
    def guarded(host, *arguments, **options):
        if not _on_this_computer(host):
            raise NetworkUsed(host)
        return look_up(host, *arguments, **options)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def _no_network():
    """Sockets and names reach this computer only; processes started by a test are not held."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            patch.setattr(socket, name, _guarded_look_up(getattr(socket, name)))
        yield


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(tmp_path_factory):
    """No variable of the developer's own; fixtures wider than a test share one state folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(FOREIGN) and name != KEPT]:
            patch.delenv(name)
        patch.setenv("COACH_HOME", str(tmp_path_factory.mktemp("session") / "coach"))
        yield


@pytest.fixture(autouse=True)
def coach_home(tmp_path, monkeypatch):
    """The test's own state folder, not made yet."""
    home = tmp_path / "coach"
    monkeypatch.setenv("COACH_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def embeddings():
    """The real embedder."""
    return E5Embeddings()


@pytest.fixture(scope="session")
def analyser():
    return Analyser()


@pytest.fixture(scope="session")
def rubric():
    return rubrics.load(PROJECT / "knowledge" / "principles", PROJECT / "knowledge" / "notes")


class SettingsWithNotes(Settings):
    """The settings, with notes of the test's own: those of the product take long to index."""

    @property
    def notes(self):
        return PROJECT / "tests" / "notes"


@pytest.fixture
def small_library(monkeypatch):
    """Whoever opens the library finds two short notes in it."""
    real = Library.open

    def opened(settings, embeddings=None, progress=None):
        small = SettingsWithNotes(home=settings.home, models=settings.models)
        return real(small, embeddings, progress)

    monkeypatch.setattr(Library, "open", opened)


@pytest.fixture(scope="session")
def shared_folder():
    """The public sets beside the checkout."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"the public sets are not at {folder.name}/ beside the checkout")
    return folder


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self):
        (row,) = self.rows
        return row


@pytest.fixture
def coach(capsys, monkeypatch):
    """Runs the command in this process."""
    monkeypatch.setenv("COACH_MODEL", "none")

    def run(*arguments, stdin=b""):
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def batch(tmp_path):
    def write(*rows, name="batch.jsonl"):
        file = tmp_path / name
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        file.write_bytes(b"\n".join(lines))
        return file

    return write
