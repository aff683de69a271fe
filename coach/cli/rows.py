"""What goes in and out of a command: batches of JSON rows, drafts, JSON on standard output."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from coach.errors import CoachError, InputError, RowError, reason

#: Longest batch file and longest single draft read, in bytes.
MAX_INPUT = 64 << 20

_TYPE_WORDS = {
    "missing": "manca",
    "enum": "ha un valore sconosciuto",
    "literal_error": "ha un valore sconosciuto",
    "string_type": "deve essere un testo",
    "list_type": "deve essere un elenco",
    "model_type": "deve essere un oggetto",
}


def validated(kind: type[BaseModel], row: dict[str, Any]) -> Any:
    """A row as `kind`.

    Raises:
        RowError: a field is missing or not valid; says which, in Italian.
    """
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        # `str` and `int` are what pydantic calls the two kinds of `id`.
        field = ".".join(str(part) for part in first["loc"] if part not in ("str", "int"))
        words = _TYPE_WORDS.get(first["type"], "non è valido")
        raise RowError(f"Il campo «{field}» {words}.") from error


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines of a batch; bytes that are not UTF-8 spoil their own line only."""
    try:
        if file.stat().st_size > MAX_INPUT:
            raise InputError(f"Il file {file} supera i {MAX_INPUT >> 20} MB.")
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"Non riesco a leggere {file} ({reason(error)}).") from error
    for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), start=1):
        if line.strip():
            yield number, line


def parsed(line: str, number: int) -> dict[str, Any]:
    """The row that a line holds.

    Raises:
        RowError: it is not a JSON object.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RowError(f"La riga {number} non è JSON valido.") from error
    if not isinstance(row, dict):
        raise RowError(f"La riga {number} non è un oggetto JSON.")
    return row


def answer_batch(file: Path, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Print one object a row, in order; a bad row gives its error and the batch goes on."""
    failed = False
    for number, line in lines(file):
        identifier: object = None
        try:
            row = parsed(line, number)
            identifier = row.get("id")
            result = answer(row)
        except CoachError as error:
            failed = True
            result = {"id": identifier, "error": str(error)}
        except Exception:
            # A defect of ours: told in full on standard error, but the other rows are still owed.
            failed = True
            traceback.print_exc()
            result = {"id": identifier, "error": "Errore interno: la riga non è stata elaborata."}
        print_json(result)
    return 1 if failed else 0


def print_json(value: object) -> None:
    """Write one line of JSON on standard output."""
    text = json.dumps(value, ensure_ascii=False)
    # A lone surrogate in the input has no UTF-8 form.
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")
    sys.stdout.flush()


def read_text(file: Path | None) -> str:
    """A draft, from a file or from standard input."""
    try:
        if file is None:
            if sys.stdin.isatty():
                print("Incolla la bozza e chiudi con Ctrl-D.", file=sys.stderr)
            data = sys.stdin.buffer.read(MAX_INPUT)
        else:
            with file.open("rb") as opened:
                data = opened.read(MAX_INPUT)
    except OSError as error:
        raise InputError(f"Non riesco a leggere {file} ({reason(error)}).") from error
    try:
        return data.decode("utf-8-sig").rstrip("\n")
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        raise InputError("Il file non è un testo.", "Dammi la bozza come testo semplice.")
    return data.decode("cp1252", "replace").rstrip("\n")


def shortened(quote: str, limit: int = 120) -> str:
    """A quote on one line, of at most `limit` characters."""
    line = " ".join(quote.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def confirmed(question: str) -> bool:
    """Whether the person says yes.

    Raises:
        InputError: nobody is there to say it.
    """
    if not sys.stdin.isatty():
        raise InputError("Serve una conferma.", "Aggiungi --yes.")
    print(f"{question} [s/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("s", "sì", "si")


def write_text(file: Path, text: str) -> None:
    """Write a file as it is given, line ends included.

    Raises:
        InputError: it cannot be written.
    """
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"Non riesco a scrivere {file} ({reason(error)}).") from error
