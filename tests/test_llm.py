"""The chat model, against an endpoint that misbehaves and against the embedded model."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from misbehaving_server import ANSWER, MisbehavingServer

from coach import llm, local_model
from coach.errors import ConfigurationError, ModelFailure, ModelUnavailable
from coach.schemas import ChatMessage
from coach.settings import Settings, load

KEY = "sk-prova-segretissima"
SECRET = "Il mio segreto è che cerco lavoro"
TALK = (
    ChatMessage(role="system", content="Scrivi una frase in italiano."),
    ChatMessage(role="user", content=SECRET),
)


def ask(url, **options):
    model = llm.EndpointModel("prova", url, KEY)
    return model.complete(TALK, **{"max_tokens": 20, "timeout": 10.0, **options})


def listen(url, **options):
    model = llm.EndpointModel("prova", url, KEY)
    return list(model.stream(TALK, **{"max_tokens": 20, "timeout": 10.0, **options}))


# ---------------------------------------------------------------- what is opened


def settings(tmp_path, **given):
    return Settings(home=tmp_path, models=tmp_path / "models", **given)


def test_none_is_no_model(tmp_path):
    assert llm.open_model(settings(tmp_path, model="none")) is None


def test_the_embedded_model_must_be_installed(tmp_path):
    with pytest.raises(ModelUnavailable, match="coach model pull"):
        llm.open_model(settings(tmp_path))


def test_openai_without_a_key_names_the_variable_and_the_way_out(tmp_path):
    with pytest.raises(ConfigurationError, match=r"OPENAI_API_KEY.*COACH_MODEL=embedded"):
        llm.open_model(settings(tmp_path, model="gpt-4o-mini"))


def test_a_local_endpoint_needs_no_key(tmp_path):
    with MisbehavingServer("ok") as server:
        model = llm.open_model(settings(tmp_path, model="qualunque", base_url=server.url))
        assert model is not None
        assert not model.remote
        assert model.complete(TALK, max_tokens=20) == [ANSWER]


def test_another_host_is_remote():
    assert llm.EndpointModel("m", "https://api.example.org/v1", KEY).remote


@pytest.mark.parametrize("url", ["", "api.openai.com", "ftp://x/v1", "http://", "http://[::1"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ConfigurationError, match="OPENAI_BASE_URL"):
        llm.EndpointModel("m", url, KEY)


def test_a_key_with_a_line_break_is_refused_without_being_shown():
    with pytest.raises(ConfigurationError) as error:
        llm.EndpointModel("m", "https://api.example.org/v1", "sk-uno\nsk-due")
    assert "sk-" not in str(error.value)


# ---------------------------------------------------------------- answers


def test_candidates_come_in_one_request():
    with MisbehavingServer("ok") as server:
        assert ask(server.url, n=3, stop=["\n"], temperature=0.2) == [ANSWER] * 3
    (body,) = server.bodies
    assert (body["n"], body["stop"], body["temperature"]) == (3, ["\n"], 0.2)
    assert body["max_tokens"] == body["max_completion_tokens"] == 20
    assert body["messages"][1] == {"role": "user", "content": SECRET}


def test_an_endpoint_that_ignores_n_is_asked_again():
    with MisbehavingServer("ignores_n") as server:
        assert ask(server.url, n=3) == [ANSWER] * 3
        assert len(server.bodies) == 3


def test_fewer_candidates_are_better_than_none():
    with MisbehavingServer("ignores_n", "404") as server:
        assert ask(server.url, n=3) == [ANSWER]


def test_a_parameter_the_endpoint_refuses_is_left_out():
    with MisbehavingServer("refuses_temperature") as server:
        assert ask(server.url) == [ANSWER]
        assert ["temperature" in body for body in server.bodies] == [True, False]


def test_an_answer_comes_in_pieces():
    with MisbehavingServer("ok") as server:
        pieces = listen(server.url)
    assert "".join(pieces) == ANSWER
    assert len(pieces) > 3


@pytest.mark.parametrize("passing", ["429", "500"])
def test_a_passing_failure_is_retried(passing):
    with MisbehavingServer(passing, "ok") as server:
        assert ask(server.url) == [ANSWER]
    with MisbehavingServer(passing, "ok") as server:
        assert "".join(listen(server.url)) == ANSWER


def test_retries_end():
    with MisbehavingServer("500") as server:
        with pytest.raises(ModelFailure, match="500"):
            ask(server.url)
        assert len(server.bodies) == 1 + llm.RETRIES


# ---------------------------------------------------------------- misbehaviour


@pytest.mark.parametrize("way", [ask, listen])
@pytest.mark.parametrize(
    ("mode", "error", "words"),
    [
        ("400", ModelFailure, "rifiuta la richiesta"),
        ("401", ModelUnavailable, "OPENAI_API_KEY"),
        ("404", ModelUnavailable, "COACH_MODEL"),
        ("garbage", ModelFailure, "risposta|metà"),
        ("html", ModelFailure, "risposta|metà"),
        ("wrong_shape", ModelFailure, "risposta|metà"),
        ("empty_choices", ModelFailure, "risposta|metà"),
        ("null_choices", ModelFailure, "risposta|metà"),
        ("blank", ModelFailure, "risposta|metà"),
        ("stops_midway", ModelFailure, "metà"),
        ("huge", ModelFailure, "risposta|metà"),
    ],
)
def test_misbehaviour_is_told_without_quoting(way, mode, error, words):
    with MisbehavingServer(mode) as server, pytest.raises(error, match=words) as caught:
        way(server.url)
    chain = [caught.value, caught.value.__cause__]
    assert not any(secret in str(each) for each in chain for secret in (KEY, SECRET))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_limit_reached_for_good_is_told():
    with MisbehavingServer("429") as server, pytest.raises(ModelUnavailable, match="limite"):
        ask(server.url)


@pytest.mark.parametrize("way", [ask, listen])
@pytest.mark.parametrize("mode", ["silent", "drip"])
def test_a_slow_endpoint_is_given_up(way, mode):
    with MisbehavingServer(mode) as server:
        with pytest.raises(ModelFailure, match="in tempo"):
            way(server.url, timeout=0.5)
        assert len(server.bodies) == 1  # asking again would take as long again


@pytest.mark.parametrize("way", [ask, listen])
def test_an_endpoint_that_is_down_is_told(way):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ModelUnavailable, match="raggiungibile"):
        way(f"http://127.0.0.1:{port}/v1")


def test_pieces_before_the_break_are_kept():
    with MisbehavingServer("stops_midway") as server:
        stream = llm.EndpointModel("prova", server.url, KEY).stream(TALK, max_tokens=20)
        assert next(stream) + next(stream) == "Mi ha"
        with pytest.raises(ModelFailure):
            next(stream)


def test_warming_sends_nothing_to_an_endpoint():
    with MisbehavingServer("ok") as server:
        llm.EndpointModel("prova", server.url, KEY).warm(TALK)
        assert not server.bodies


def test_the_grammar_stays_at_home():
    with MisbehavingServer("ok") as server:
        ask(server.url, grammar='root ::= "a"')
        assert "grammar" not in server.bodies[0]


# ---------------------------------------------------------------- privacy

TRACED = """
import sys
from coach import llm
from coach.schemas import ChatMessage
talk = [ChatMessage(role="user", content="un segreto")]
model = llm.EndpointModel("prova", sys.argv[1])
print(model.complete(talk, max_tokens=5), list(model.stream(talk, max_tokens=5)))
"""


def test_tracing_is_off_even_where_the_environment_asks_for_it():
    with MisbehavingServer("ok") as server, MisbehavingServer("ok") as tracer:
        asked = {
            f"{prefix}_{name}": value
            for prefix in ("LANGSMITH", "LANGCHAIN")
            for name, value in (
                ("TRACING", "true"),
                ("TRACING_V2", "true"),
                ("ENDPOINT", tracer.url),
                ("API_KEY", "x"),
            )
        }
        run = subprocess.run(
            [sys.executable, "-c", TRACED, server.url],
            env={**os.environ, **asked, "OPENAI_PROXY": tracer.url, "HTTP_PROXY": tracer.url},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=True,
        )
        assert ANSWER in run.stdout
        assert len(server.bodies) == 2
        assert not tracer.bodies


def test_nothing_is_logged(caplog):
    caplog.set_level("INFO")
    with MisbehavingServer("ok", "400") as server:
        ask(server.url)
        with pytest.raises(ModelFailure):
            ask(server.url)
    assert SECRET not in caplog.text
    assert KEY not in caplog.text


# ---------------------------------------------------------------- the embedded model


@pytest.fixture(scope="module")
def embedded():
    models = load().models
    if not local_model.is_installed(models):
        pytest.skip("the embedded model is not installed: coach model pull")
    model = llm.EmbeddedModel(local_model.server(models))
    model.warm(TALK[:1])
    return model


def user(text):
    return [TALK[0], ChatMessage(role="user", content=text)]


@pytest.mark.model
def test_the_embedded_model_gives_candidates(embedded):
    texts = embedded.complete(
        user("Ringrazia Anna per il libro."), n=3, max_tokens=20, timeout=120.0
    )
    assert 1 <= len(texts) <= 3
    assert all(text.strip() for text in texts)


@pytest.mark.model
def test_more_candidates_than_slots(embedded):
    texts = embedded.complete(user("Di' ciao."), n=5, max_tokens=2, timeout=120.0)
    assert len(texts) == 5


@pytest.mark.model
def test_a_grammar_is_obeyed(embedded):
    texts = embedded.complete(
        user("Sei pronto?"), n=2, max_tokens=5, grammar='root ::= "certo" | "no"', timeout=120.0
    )
    assert set(texts) <= {"certo", "no"}


@pytest.mark.model
def test_a_closed_stream_leaves_the_model_free(embedded):
    stream = embedded.stream(user("Racconta una storia lunga."), max_tokens=400, timeout=120.0)
    assert next(stream)
    stream.close()
    assert embedded.complete(user("Di' ciao."), max_tokens=3, timeout=120.0)


@pytest.mark.model
def test_a_prompt_beyond_the_context_is_told(embedded):
    with pytest.raises(ModelFailure, match="troppo lungo"):
        embedded.complete(user("parola " * 6000), max_tokens=3, timeout=120.0)


@pytest.mark.model
def test_a_server_that_died_is_started_again(embedded):
    endpoint = embedded._server.endpoint()
    embedded._server.stop()
    assert embedded._server.status().phase is local_model.Phase.IDLE
    assert embedded.complete(user("Di' ciao."), max_tokens=3, timeout=120.0)
    assert embedded._server.endpoint() != endpoint
