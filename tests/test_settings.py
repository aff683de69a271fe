"""What the product can be told from outside, and where it keeps its state."""

import json
import os
from contextlib import closing

import platformdirs
import pytest

from coach import settings
from coach.errors import ConfigurationError
from coach.settings import CONFIGURATION, EMBEDDED, NO_MODEL, PROJECT, choose_model, load
from coach.store import Store


@pytest.fixture
def environ(tmp_path):
    return {"COACH_HOME": str(tmp_path / "a" / "b"), "COACH_MODELS": str(tmp_path / "big")}


def test_the_database_is_in_the_home_whatever_its_name(tmp_path):
    home = tmp_path / "città 50%20?a#b"
    known = load({"COACH_HOME": str(home)})
    with closing(Store.open(known.database)):
        assert (home / "coach.sqlite").is_file()
    other = "postgresql://localhost/coach"
    assert load({"COACH_HOME": str(home), "COACH_DATABASE_URL": other}).database == other


def test_a_new_folder_works_at_once(environ, tmp_path):
    known = load(environ)
    assert known.home == tmp_path / "a" / "b"
    assert known.home.is_dir()
    assert list(known.home.iterdir()) == []
    assert known.model == EMBEDDED
    assert known.base_url == "https://api.openai.com/v1"
    assert known.api_key == ""
    assert not known.uses_remote_model


def test_state_is_in_the_home_and_models_are_not(environ, tmp_path):
    known = load(environ)
    assert {known.library, known.sources, known.cache} == {
        known.home / name for name in ("library", "sources", "cache")
    }
    assert known.models == tmp_path / "big" / "models"
    assert not known.models.exists()


def test_knowledge_comes_with_the_product(environ):
    known = load(environ)
    assert known.notes == PROJECT / "knowledge" / "notes"
    for folder in (known.notes, known.principles, known.prompts):
        assert any(folder.iterdir())


def test_without_variables_the_platform_says_where(monkeypatch, tmp_path):
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda name: str(tmp_path / "data" / name))
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    known = load({"COACH_HOME": "", "COACH_MODELS": ""})
    assert known.home == tmp_path / "data" / "prima-offri"
    assert known.models == tmp_path / "cache" / "prima-offri" / "models"


def test_the_process_environment_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "mine"))
    monkeypatch.setenv("COACH_MODEL", " none ")
    known = load()
    assert (known.home, known.model) == (tmp_path / "mine", NO_MODEL)


def test_home_may_be_relative_or_the_persons_own(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert load({"COACH_HOME": "~/mio"}).home == tmp_path / "mio"
    assert load({"COACH_HOME": "qui"}).home == tmp_path / "qui"


def test_an_endpoint_is_what_the_variables_say(environ):
    environ |= {
        "COACH_MODEL": "gemma3",
        "OPENAI_BASE_URL": " http://127.0.0.1:11434/v1 ",
        "OPENAI_API_KEY": " sk-prova\n",
    }
    known = load(environ)
    assert (known.model, known.base_url) == ("gemma3", "http://127.0.0.1:11434/v1")
    assert known.api_key == "sk-prova"
    assert known.uses_remote_model


def test_the_environment_comes_before_the_choice(environ):
    choose_model(load(environ), " gemma3 ")
    assert load(environ).model == "gemma3"
    assert load({**environ, "COACH_MODEL": "none"}).model == NO_MODEL
    choose_model(load(environ), EMBEDDED)
    assert load(environ).model == EMBEDDED


@pytest.mark.parametrize("name", ["", "  "])
def test_a_model_has_a_name(name, environ):
    known = load(environ)
    with pytest.raises(ConfigurationError, match="vuoto"):
        choose_model(known, name)
    assert list(known.home.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"3", b'"none"', b"{}", b'{"model": null}', b'{"model": 3}',
     b'{"model": " "}', b"\xff\xfe"],
)  # fmt: skip
def test_a_damaged_configuration_is_named(content, environ):
    file = load(environ).home / CONFIGURATION
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=CONFIGURATION) as raised:
        load(environ)
    assert "Cancellalo" in raised.value.remedy
    # A variable that says the model makes the file needless.
    assert load({**environ, "COACH_MODEL": "none"}).model == NO_MODEL


def test_a_choice_is_written_whole_or_not_at_all(environ, monkeypatch):
    known = load(environ)
    choose_model(known, "uno")

    def fail(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(settings.Path, "replace", fail)
    with pytest.raises(ConfigurationError, match="il disco è pieno"):
        choose_model(known, "due")
    assert json.loads((known.home / CONFIGURATION).read_text("utf-8")) == {"model": "uno"}


@pytest.mark.parametrize("variable", ["COACH_HOME", "COACH_MODELS"])
def test_an_unknown_person_has_no_folder(variable, environ):
    with pytest.raises(ConfigurationError, match=variable):
        load({**environ, variable: "~nessuno-con-questo-nome/x"})


def test_a_home_that_cannot_be_made_is_named(environ, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="COACH_HOME") as raised:
        load({**environ, "COACH_HOME": str(tmp_path / "file" / "x")})
    assert raised.value.exit_code == 2
    assert str(tmp_path / "file" / "x") in raised.value.message


def test_reading_settings_leaves_the_environment_alone(environ, monkeypatch):
    before = dict(os.environ)
    load(environ)
    assert dict(os.environ) == before
