"""A real Chromium and a real page, for the tests marked `browser`."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from coach.settings import PROJECT

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
#: As root Chromium needs the first; the others keep it from looking for its own updates.
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
#: Where a page that is not the first looks for its server before it looks at the root: not found.
PROBES = ("/_stcore/health", "/_stcore/host-config")
#: Longest wait for anything on the page, in milliseconds: a test fails by it, never passes by it.
PATIENCE = 120_000


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@contextmanager
def served(home, model):
    """The address of the page, served by a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ, "COACH_HOME": str(home), "COACH_MODEL": model, "OMP_WAIT_POLICY": "passive",
    }  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        for _ in range(600):
            if process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                yield f"http://127.0.0.1:{port}"
                return
        raise AssertionError((home / "server.log").read_text())
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def serve(tmp_path):
    """Serves a page of its own with the model of that name; gives the address."""
    with ExitStack() as stack:
        yield lambda model: stack.enter_context(served(tmp_path, model))


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    """The page without a model."""
    with served(tmp_path_factory.mktemp("home"), "none") as url:
        yield url


@dataclass
class Visit:
    """A visitor's page and what it did behind their back."""

    page: object
    complaints: list = field(default_factory=list)
    outside: list = field(default_factory=list)


@pytest.fixture
def visitor(browser, serve):  # after `serve`, so that pages are closed before their server is
    """Makes visitors, each with a profile of their own; checks at the end that all went well."""
    visits = []

    def visit(url, **context):
        made = browser.new_context(**context)
        made.set_default_timeout(PATIENCE)
        visit = Visit(made.new_page())
        visit.page.on(
            "console",
            lambda message: (
                visit.complaints.append(message.text)
                if message.type in ("error", "warning")
                and not message.location["url"].endswith(PROBES)
                else None
            ),
        )
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((url, url.replace("http", "ws"), "data:", "blob:"))
                else visit.outside.append(request.url)
            ),
        )
        visits.append(visit)
        visit.page.goto(url)
        visit.page.get_by_label("Il tuo messaggio").wait_for()
        return visit.page

    yield visit
    for visited in visits:
        visited.page.context.close()
    assert [complaint for visited in visits for complaint in visited.complaints] == []
    assert [request for visited in visits for request in visited.outside] == []
