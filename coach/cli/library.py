"""`coach search` and `coach knowledge`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from pydantic import BaseModel, ConfigDict

from coach.cli.arguments import Arguments, Commands, add_action, add_group
from coach.cli.progress import show_progress
from coach.cli.rows import lines, parsed, print_json, validated
from coach.composition import Coach
from coach.errors import CoachError, InputError
from coach.schemas import Passage


def add_commands(commands: Commands) -> None:
    """Add the two commands."""
    search = commands.add_parser(
        "search",
        help="cerca nella libreria",
        description="Cerca i passi della libreria che rispondono.",
    )
    search.add_argument("query", nargs="?", metavar="DOMANDA", help="che cosa cerchi")
    search.add_argument("-k", type=int, default=5, metavar="N", help="quanti passi (5)")
    search.add_argument("--batch", type=Path, metavar="FILE", help="domande, una riga JSON l'una")
    search.add_argument(
        "--corpus",
        type=Path,
        metavar="FILE",
        help="cerca in questi passi (righe pid, text) invece che nella libreria",
    )
    search.add_argument(
        "--mode",
        choices=["hybrid", "dense", "lexical"],
        default="hybrid",
        help="come cercare (hybrid)",
    )
    search.add_argument("--json", action="store_true", help="stampa JSON")
    search.set_defaults(run=_search)

    actions = add_group(
        commands, "knowledge", "gestisce la libreria", "Gestisce i testi della libreria."
    )
    add = add_action(actions, "add", "aggiunge file .md e .txt, o cartelle")
    add.add_argument("paths", nargs="+", type=Path, metavar="PERCORSO", help="che cosa aggiungere")
    add.set_defaults(run=_knowledge_add)
    listing = add_action(actions, "list", "elenca le fonti")
    listing.add_argument("--json", action="store_true", help="stampa JSON")
    listing.set_defaults(run=_knowledge_list)
    remove = add_action(actions, "remove", "toglie un testo aggiunto")
    remove.add_argument("id", metavar="ID", help="quale, come lo scrive `coach knowledge list`")
    remove.set_defaults(run=_knowledge_remove)
    add_action(actions, "rebuild", "ricostruisce l'indice").set_defaults(run=_knowledge_rebuild)
    add_action(actions, "check", "controlla la libreria").set_defaults(run=_knowledge_check)


class _QuestionRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str | int
    question: str


def _search(args: Arguments, coach: Coach) -> int:
    if (args.query is None) == (args.batch is None):
        raise InputError("Dammi una domanda oppure --batch FILE.")
    if args.query is not None and not args.query.strip():
        raise InputError("La domanda è vuota.")
    if args.k < 1:
        raise InputError("-k deve essere almeno 1.")
    if args.corpus is None:
        return _answer_search(args, coach.library)
    import tempfile

    from coach.embeddings import CachedEmbeddings
    from coach.library import Library

    rows = [parsed(line, number) for number, line in lines(args.corpus)]
    embeddings = CachedEmbeddings(coach.embeddings, coach.settings.cache / "corpus_vectors.sqlite")
    with (
        tempfile.TemporaryDirectory(prefix="coach-corpus-") as folder,
        Library.from_corpus(rows, Path(folder), embeddings, show_progress) as library,
    ):
        return _answer_search(args, library)


def _answer_search(args: Arguments, library: Any) -> int:
    if args.batch is None:
        passages = library.search(args.query, args.k, args.mode)
        if args.json:
            print_json({"id": None, "passages": [passage_object(p) for p in passages]})
        else:
            _print_passages(passages, sys.stdout)
        return 0
    rows: list[_QuestionRow | CoachError] = []
    identifiers: list[object] = []
    for number, line in lines(args.batch):
        identifier: object = None
        try:
            row = parsed(line, number)
            identifier = row.get("id")
            rows.append(validated(_QuestionRow, row))
        except CoachError as error:
            rows.append(error)
        identifiers.append(identifier)
    questions = [row.question for row in rows if isinstance(row, _QuestionRow)]
    answers = iter(library.search_many(questions, args.k, args.mode))
    for identifier, row_or_error in zip(identifiers, rows, strict=True):
        if isinstance(row_or_error, CoachError):
            print_json({"id": identifier, "error": str(row_or_error)})
        else:
            passages = [passage_object(p) for p in next(answers)]
            print_json({"id": identifier, "passages": passages})
    return 1 if any(isinstance(row, CoachError) for row in rows) else 0


def _knowledge_add(args: Arguments, coach: Coach) -> int:
    addition = coach.library.add(args.paths)
    for text in addition.added:
        print(f"Aggiunto: {text.title} ({text.id})")
    for text in addition.known:
        print(f"C'era già: {text.title} ({text.id})")
    for path, error in addition.refused:
        print(f"Non aggiunto: {path}. {error}", file=sys.stderr)
    if addition.refused and not addition.added and not addition.known:
        return 2
    return 1 if addition.refused else 0


def _knowledge_list(args: Arguments, coach: Coach) -> int:
    for card in coach.library.sources():
        if args.json:
            print_json(asdict(card))
        else:
            origin = "della casa" if card.shipped else f"aggiunto il {card.added[:10]}"
            print(f"{card.id}\t{card.title} ({card.passages} passi, {origin})")
    return 0


def _knowledge_remove(args: Arguments, coach: Coach) -> int:
    coach.library.remove(args.id)
    print(f"Tolto: {args.id}")
    return 0


def _knowledge_rebuild(args: Arguments, coach: Coach) -> int:
    coach.library.rebuild()
    print("Indice ricostruito.")
    return 0


def _knowledge_check(args: Arguments, coach: Coach) -> int:
    parts = coach.library.check()
    for part in parts:
        print(f"{'ok  ' if part.sound else 'NO  '}{part.name}: {part.detail}")
    return 0 if all(part.sound for part in parts) else 1


def passage_object(passage: Passage) -> dict[str, Any]:
    """A passage as the contract writes it; `pid` only where the corpus gave one."""
    return passage.model_dump(exclude={"pid"} if passage.pid is None else None)


def _print_passages(passages: Sequence[Passage], out: TextIO) -> None:
    if not passages:
        out.write("Nessun passo trovato.\n")
    for number, passage in enumerate(passages, start=1):
        out.write(f"{number}. {passage.title} — {passage.heading}\n{passage.text}\n\n")
