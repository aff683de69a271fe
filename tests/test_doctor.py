"""The doctor: every part is examined, and what is missing comes with its remedy."""

import pytest

from coach import doctor, settings
from coach.composition import Coach
from coach.doctor import examine
from coach.errors import LibraryError
from coach.library import Library

PARTS = [
    "Python", "pacchetti", "cartella dei dati", "principi e note", "persone per la pratica",
    "contatti", "analisi", "libreria", "conteggio dei token", "modello",
]  # fmt: skip


@pytest.fixture
def configured(tmp_path, small_library):
    def configure(model="none", **variables):
        environ = {"COACH_HOME": str(tmp_path / "home"), "COACH_MODELS": str(tmp_path), **variables}
        return Coach(settings.load({**environ, "COACH_MODEL": model}))

    return configure


def part(found, name):
    return next(diagnosis for diagnosis in found if diagnosis.part == name)


def test_a_sound_installation_is_sound(configured):
    found = examine(configured())
    assert [diagnosis.part for diagnosis in found] == PARTS
    for diagnosis in found:
        assert diagnosis.ok, diagnosis
        assert diagnosis.detail
        assert diagnosis.remedy == ""
    assert part(found, "principi e note").detail.startswith("16 principi")
    assert part(found, "libreria").detail.startswith("2 note, 0 testi, ")


def test_nothing_but_what_is_built_is_left_behind(configured):
    coach = configured()
    examine(coach)
    left = {path.name.removesuffix("-wal").removesuffix("-shm")
            for path in coach.settings.home.iterdir()}  # fmt: skip
    assert left <= {"library", "sources", "cache", "coach.sqlite"}


def test_a_missing_package_is_named(configured, monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", (*doctor.PACKAGES, "pacchetto-che-manca"))
    diagnosis = part(examine(configured()), "pacchetti")
    assert not diagnosis.ok
    assert diagnosis.required
    assert "pacchetto-che-manca" in diagnosis.detail
    assert "make setup" in diagnosis.remedy


def test_a_package_that_does_not_load_does_not_stop_the_others(configured, monkeypatch):
    def broken(coach):
        raise ImportError("libgomp.so.1: cannot open shared object file")

    monkeypatch.setattr(doctor, "_analysis", broken)
    found = examine(configured())
    assert [d.part for d in found if not d.ok] == ["analisi"]
    assert "libgomp" in part(found, "analisi").detail
    assert part(found, "analisi").remedy


def test_a_folder_that_is_gone_is_told(configured):
    coach = configured()
    coach.settings.home.rmdir()
    diagnosis = part(examine(coach), "cartella dei dati")
    assert not diagnosis.ok
    assert "COACH_HOME" in diagnosis.remedy


def test_a_library_that_cannot_be_built_says_what_to_do(configured, monkeypatch):
    def broken(*arguments, **options):
        raise LibraryError("L'indice non si apre.", "Rifallo.")

    monkeypatch.setattr(Library, "open", broken)
    diagnosis = part(examine(configured()), "libreria")
    assert (diagnosis.ok, diagnosis.detail, diagnosis.remedy) == (
        False,
        "L'indice non si apre.",
        "Rifallo.",
    )


def test_a_library_that_is_spoilt_says_how_to_rebuild_it(configured):
    coach = configured()
    coach.library.close()
    for file in sorted(coach.settings.library.rglob("*"), reverse=True):
        if file.is_file():
            file.write_bytes(b"spoilt")
    diagnosis = part(examine(coach), "libreria")
    assert not diagnosis.ok
    assert "rebuild" in diagnosis.remedy


def test_the_model_is_missed_but_not_needed(configured):
    diagnosis = part(examine(configured("embedded")), "modello")
    assert not diagnosis.ok
    assert not diagnosis.required
    assert "coach model pull" in f"{diagnosis.detail} {diagnosis.remedy}"


def test_a_remote_model_is_said_to_be_so_and_its_key_is_not(configured):
    coach = configured(
        "gpt-prova", OPENAI_BASE_URL="https://api.example.org/v1", OPENAI_API_KEY="sk-segreta"
    )
    diagnosis = part(examine(coach), "modello")
    assert diagnosis.ok
    assert "https://api.example.org/v1" in diagnosis.detail
    assert "escono da questo computer" in diagnosis.detail
    assert "sk-segreta" not in repr(examine(coach))


def test_an_endpoint_on_this_computer_is_not_said_to_be_elsewhere(configured):
    coach = configured("gemma3", OPENAI_BASE_URL="http://127.0.0.1:11434/v1")
    assert part(examine(coach), "modello").detail == (
        "gemma3, su questo computer: http://127.0.0.1:11434/v1"
    )
