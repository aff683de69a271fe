"""Search by words: BM25 on Italian lemmas and on stretches of four letters of them.

Lemmas were measured on 997 questions over 2,007 Italian passages: nDCG@10 .845, against .811 for
bare word forms, .840 for the first five letters of each word or for the stretches alone, and .848
for lemmas with their stretches. These let words of one family meet ("relazione", "relazionale"):
on our own questions that share few words with the texts R@5 rises from .72 to .79 (135 questions,
words alone).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bm25s import BM25

#: Saturation and length normalisation of BM25. Flat between .9/.4 and 1.5/.75 (nDCG@10 within
#: .006); passages are of like length, hence the low b.
K1 = 1.2
B = 0.5

#: Distinct terms and stretches of a query that are looked up; a pasted page needs no more.
LONGEST_QUERY = 256

#: Letters of a stretch; with 3 or 5 the gain was less.
STRETCH = 4

_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Lower case without accents, so that "perche'", "perchè" and "perché" meet."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def terms(text: str) -> list[str]:
    """The folded lemmas of the words that carry meaning, in order."""
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    stop = _stop_words()
    return [_lemma(word) for word in words if fold(word) not in stop]


def features(text: str) -> list[str]:
    """What is counted for BM25: the terms, then the stretches of letters of each."""
    found = terms(text)
    return [*found, *(stretch for term in found for stretch in _stretches(term))]


def _stretches(term: str) -> Iterator[str]:
    """Its stretches of letters; a mark says where the term begins and ends."""
    marked = f"#{term}#"
    for start in range(max(1, len(marked) - STRETCH + 1)):
        yield marked[start : start + STRETCH]


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    from bm25s.stopwords import STOPWORDS_ITALIAN

    return frozenset(map(fold, STOPWORDS_ITALIAN))


@lru_cache(maxsize=50_000)
def _lemma(word: str) -> str:
    import simplemma

    return fold(simplemma.lemmatize(word, lang="it"))


class LexicalIndex:
    """BM25 over a fixed list of texts; a text is known by its position."""

    def __init__(self, model: BM25 | None, size: int) -> None:
        self._model = model
        self._size = size

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index the texts."""
        import bm25s

        documents = [features(text) for text in texts]
        if not any(documents):
            return cls(None, len(texts))  # bm25s cannot index an empty vocabulary
        model = bm25s.BM25(k1=K1, b=B)
        model.index(documents, show_progress=False)
        return cls(model, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index; an index without a word writes nothing."""
        if self._model is not None:
            self._model.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """Read an index of `size` texts written by `save`."""
        import bm25s

        if not folder.exists():
            return cls(None, size)
        return cls(bm25s.BM25.load(str(folder), load_corpus=False), size)

    def scores(self, query: str) -> NDArray[np.float32]:
        """The BM25 score of every text, shape `(size,)`; all zero when no word is known."""
        if self._model is None:
            return np.zeros(self._size, dtype=np.float32)
        vocabulary = self._model.vocab_dict
        known = [term for term in dict.fromkeys(features(query)) if term in vocabulary]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        scores: NDArray[np.float32] = self._model.get_scores(known[:LONGEST_QUERY])
        return scores

    def holds(self, term: str) -> bool:
        """Whether any text holds a term, as `terms` gives it."""
        return self._model is not None and term in self._model.vocab_dict

    def spread(self, term: str) -> int:
        """How many texts hold a term.

        One of four letters is also counted where it is a stretch of a longer word.
        """
        if self._model is None or term not in self._model.vocab_dict:
            return 0
        return int((self._model.get_scores([term]) > 0).sum())
