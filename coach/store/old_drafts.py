"""Drafts of the versions that kept them in files, taken into the store."""

from __future__ import annotations

import json
from pathlib import Path

from coach.errors import StoreError, reason
from coach.store.store import Store


def take_in(store: Store, folder: Path) -> int:
    """Move the drafts of a folder into the store: one a JSON file, named after its identifier.

    The files are removed, and the folder when nothing is left in it; a file that is no draft stays.
    Killed midway, it goes on at the next call.

    Returns:
        How many were moved.

    Raises:
        StoreError: the store cannot be written, or the files cannot be removed.
    """
    if not folder.is_dir():
        return 0
    moved = 0
    try:
        # The ones touched last are saved last: they are let go last.
        for path in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns):
            data = path.read_text("utf-8", errors="replace")
            recipient = _recipient(data)
            if recipient is None:
                continue
            if store.draft(path.stem) is None:
                store.save_draft(path.stem, None, data, recipient=recipient)
                moved += 1
            path.unlink()
        for partial in folder.glob(".*.partial"):
            partial.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()
    except OSError as error:
        raise StoreError(
            f"Non riesco a spostare le vecchie bozze di {folder} ({reason(error)})."
        ) from error
    return moved


def _recipient(data: str) -> str | None:
    """Whom a draft is for; None when the file is not a draft."""
    try:
        known = json.loads(data)
    except ValueError:
        return None
    if not isinstance(known, dict) or "text" not in known:
        return None
    name = known.get("to_name", "")
    return name.strip() if isinstance(name, str) else ""
