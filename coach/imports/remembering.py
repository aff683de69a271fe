"""What repeats in a file is worked out once, and forgotten when the file has been read.

An export names the same people in every message; but nothing of them may stay behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import _lru_cache_wrapper, lru_cache
from typing import TypeVar

T = TypeVar("T")

#: Distinct arguments remembered of each function.
_SIZE = 65_536
_remembering: list[_lru_cache_wrapper[object]] = []


def remembered(function: Callable[..., T]) -> _lru_cache_wrapper[T]:
    """Keep the results of a pure function until `forgotten_afterwards` ends."""
    wrapper = lru_cache(maxsize=_SIZE)(function)
    _remembering.append(wrapper)
    return wrapper


@contextmanager
def forgotten_afterwards() -> Iterator[None]:
    """Forget every result when it ends."""
    try:
        yield
    finally:
        for wrapper in _remembering:
            wrapper.cache_clear()
