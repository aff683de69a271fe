"""The knowledge base: read, split, embed, index, retrieve.

::

    library.py       Library: what the rest of the product uses
    sources.py       the texts that the person added
    reading.py       a file -> its text, or why not
    splitting.py     a text -> passages
    entries.py       a passage with the words that help to find it
    alignment.py     which added passages our notes tell again
    snapshot.py      a sealed state of the library on disk; locking, checking, mending
    vector_index.py  Chroma: search by meaning
    lexical.py       BM25 on lemmas: search by words
    retrieval.py     both fused into one ranking
    evidence.py      how strongly what is found speaks of a question
"""

from coach.library.evidence import Evidence, Weighing
from coach.library.library import CheckedPart, Library, SourceCard
from coach.library.retrieval import Mode
from coach.library.sources import AddedText, Addition

__all__ = [
    "AddedText",
    "Addition",
    "CheckedPart",
    "Evidence",
    "Library",
    "Mode",
    "SourceCard",
    "Weighing",
]
