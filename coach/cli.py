"""The `coach` command: reads arguments and rows, calls the use cases, prints what they give."""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, NoReturn, TextIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach import __version__
from coach.composition import Coach
from coach.errors import CoachError, InputError, RowError, reason
from coach.schemas import (
    Channel,
    Contact,
    Critique,
    Message,
    Passage,
    Register,
    Relation,
    Rewrite,
    RewriteRequest,
    Sender,
    Severity,
)
from coach.settings import EMBEDDED, NO_MODEL, choose_model, load

#: Longest batch file and longest single draft read, in bytes.
MAX_INPUT = 64 << 20

_SEVERITY_NAMES = {
    Severity.ERROR: "errore",
    Severity.WARNING: "attenzione",
    Severity.SUGGESTION: "consiglio",
}

# --- arguments -----------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """argparse in Italian."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("formatter_class", _HelpFormatter)
        options["add_help"] = False
        super().__init__(*args, **options)
        self._positionals.title = "argomenti"
        self._optionals.title = "opzioni"
        self.add_argument("-h", "--help", action="help", help="mostra questo aiuto")

    def error(self, message: str) -> NoReturn:
        for pattern, words in _ARGPARSE_WORDS:
            message = re.sub(pattern, words, message)
        self.print_usage(sys.stderr)
        self.exit(2, f"coach: {message}\n")


class _HelpFormatter(argparse.HelpFormatter):
    def _format_usage(self, usage: Any, actions: Any, groups: Any, prefix: Any) -> str:
        # An empty prefix is argparse's own way of asking for the words before a subcommand.
        return super()._format_usage(usage, actions, groups, "uso: " if prefix is None else prefix)


_ARGPARSE_WORDS = (
    (r"the following arguments are required: ", "mancano: "),
    (r"unrecognized arguments: ", "argomenti sconosciuti: "),
    (
        r"argument ([^:]+): invalid choice: (\S+).*\(choose from (.*)\)",
        r"\1: \2 non va; scegli fra \3",
    ),
    (r"argument ([^:]+): expected one argument", r"\1: manca il valore"),
    (r"argument ([^:]+): expected at least one argument", r"\1: manca il valore"),
    (r"argument ([^:]+): invalid int value: (\S+)", r"\1: \2 non è un numero intero"),
    (r"argument ([^:]+): not allowed with argument (\S+)", r"\1 e \2 non vanno insieme"),
    (r"argument ([^:]+): ignored explicit argument (\S+)", r"\1 non vuole un valore (\2)"),
    (r"ambiguous option: (.*) could match (.*)", r"\1 è ambigua: \2"),
)


def _parser() -> _Parser:
    parser = _Parser(
        prog="coach",
        description="Prima offri: il coach dei tuoi messaggi a chi non conosci ancora.",
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"prima-offri {__version__}",
        help="mostra la versione",
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="comando", title="comandi", parser_class=_Parser
    )

    critique = commands.add_parser(
        "critique",
        help="critica una bozza",
        description="Critica una bozza: parole, fonte, rimedio.",
    )
    _add_message_arguments(critique)
    critique.add_argument(
        "--llm",
        action="store_true",
        help="aggiunge la riscrittura verificata del modello configurato",
    )
    critique.set_defaults(run=_critique)

    rewrite = commands.add_parser(
        "rewrite",
        help="riscrive una bozza",
        description="Riscrive una bozza in modo che offra prima di chiedere.",
    )
    _add_message_arguments(rewrite)
    rewrite.add_argument("--register", choices=["tu", "Lei"], help="forma con cui rivolgersi")
    rewrite.add_argument("--to", metavar="NOME", default="", help="a chi scrivi")
    rewrite.add_argument("--role", default="", metavar="RUOLO", help="che cosa fa")
    rewrite.add_argument("--company", default="", metavar="AZIENDA", help="dove lavora")
    rewrite.add_argument(
        "--note",
        action="append",
        default=[],
        metavar="APPUNTO",
        help="che cosa sai di questa persona (ripetibile)",
    )
    rewrite.add_argument("--from", dest="sender", default="", metavar="NOME", help="chi scrive")
    rewrite.add_argument("--about", default="", metavar="MESTIERE", help="che cosa fai")
    rewrite.add_argument(
        "--offer",
        action="append",
        default=[],
        metavar="OFFERTA",
        help="che cosa puoi offrire (ripetibile)",
    )
    rewrite.add_argument("--no-llm", action="store_true", help="solo il compositore, senza modello")
    rewrite.add_argument(
        "--variants",
        type=int,
        default=0,
        metavar="N",
        choices=range(4),
        help="quante varianti aggiungere (breve, calda, formale)",
    )
    rewrite.set_defaults(run=_rewrite)

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

    knowledge = commands.add_parser(
        "knowledge", help="gestisce la libreria", description="Gestisce i testi della libreria."
    )
    actions = knowledge.add_subparsers(
        dest="action", required=True, metavar="azione", title="azioni", parser_class=_Parser
    )
    add = _add_action(actions, "add", "aggiunge file .md e .txt, o cartelle")
    add.add_argument("paths", nargs="+", type=Path, metavar="PERCORSO", help="che cosa aggiungere")
    add.set_defaults(run=_knowledge_add)
    listing = _add_action(actions, "list", "elenca le fonti")
    listing.add_argument("--json", action="store_true", help="stampa JSON")
    listing.set_defaults(run=_knowledge_list)
    remove = _add_action(actions, "remove", "toglie un testo aggiunto")
    remove.add_argument("id", metavar="ID", help="quale, come lo scrive `coach knowledge list`")
    remove.set_defaults(run=_knowledge_remove)
    _add_action(actions, "rebuild", "ricostruisce l'indice").set_defaults(run=_knowledge_rebuild)
    _add_action(actions, "check", "controlla la libreria").set_defaults(run=_knowledge_check)

    model = commands.add_parser(
        "model", help="gestisce il modello", description="Gestisce il modello che scrive."
    )
    actions = model.add_subparsers(
        dest="action", required=True, metavar="azione", title="azioni", parser_class=_Parser
    )
    _add_action(actions, "pull", "scarica il modello incorporato (1,1 GB)").set_defaults(
        run=_model_pull
    )
    _add_action(actions, "list", "elenca i modelli").set_defaults(run=_model_list)
    use = _add_action(actions, "use", "sceglie il modello")
    use.add_argument("name", metavar="NOME", help="embedded, none, o un modello dell'endpoint")
    use.set_defaults(run=_model_use)

    doctor = commands.add_parser(
        "doctor",
        help="controlla l'installazione",
        description="Controlla ogni parte e dice come rimediare.",
    )
    doctor.add_argument("--json", action="store_true", help="stampa JSON")
    doctor.set_defaults(run=_doctor)

    commands.add_parser(
        "prepare",
        help="prepara libreria e modello",
        description="Costruisce la libreria e scarica il modello, se mancano.",
    ).set_defaults(run=_prepare)

    app = commands.add_parser(
        "app", help="apre la pagina web", description="Avvia la pagina web su questo computer."
    )
    app.add_argument("--port", type=int, metavar="PORTA", help="porta (la prima libera dalla 8501)")
    app.set_defaults(run=_app)
    return parser


def _add_action(actions: argparse._SubParsersAction[_Parser], name: str, purpose: str) -> _Parser:
    """A command of a command, whose own help says what the list of commands says of it."""
    return actions.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")


def _add_message_arguments(parser: _Parser) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="la bozza; senza, si legge lo standard input",
    )
    source.add_argument("--batch", type=Path, metavar="FILE", help="bozze, una riga JSON l'una")
    parser.add_argument(
        "--channel",
        choices=[c.value for c in Channel],
        default=Channel.LINKEDIN_MESSAGE.value,
        help="canale (linkedin_message)",
    )
    parser.add_argument(
        "--relation",
        choices=[r.value for r in Relation],
        default=Relation.STRANGER.value,
        help="quanto vi conoscete (stranger)",
    )
    parser.add_argument("--json", action="store_true", help="stampa JSON")


# --- rows ----------------------------------------------------------------------------------------


class _CritiqueRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str
    channel: Channel | None = None
    relation: Relation | None = None

    def noun(self) -> Message:
        return Message(
            text=self.text,
            channel=self.channel or Channel.LINKEDIN_MESSAGE,
            relation=self.relation or Relation.STRANGER,
        )


class _SenderRow(BaseModel):
    name: str | None = ""
    about: str | None = ""
    can_offer: list[str] | None = None

    def noun(self) -> Sender:
        return Sender(
            name=self.name or "", about=self.about or "", can_offer=tuple(self.can_offer or ())
        )


class _ContactRow(BaseModel):
    name: str | None = ""
    role: str | None = ""
    company: str | None = ""
    notes: list[str] | None = None

    def noun(self) -> Contact:
        return Contact(
            name=self.name or "",
            role=self.role or "",
            company=self.company or "",
            notes=tuple(self.notes or ()),
        )


class _RewriteRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str | int | None = None
    draft: str
    channel: Channel | None = None
    relation: Relation | None = None
    register_wanted: Literal[Register.TU, Register.LEI] | None = Field(
        default=None, alias="register"
    )
    sender: _SenderRow | None = None
    contact: _ContactRow | None = None

    def noun(self) -> RewriteRequest:
        return RewriteRequest(
            draft=self.draft,
            channel=self.channel or Channel.LINKEDIN_MESSAGE,
            relation=self.relation or Relation.STRANGER,
            register_wanted=self.register_wanted,
            sender=self.sender.noun() if self.sender else Sender(),
            contact=self.contact.noun() if self.contact else Contact(),
        )


class _QuestionRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str | int
    question: str


_TYPE_WORDS = {
    "missing": "manca",
    "enum": "ha un valore sconosciuto",
    "literal_error": "ha un valore sconosciuto",
    "string_type": "deve essere un testo",
    "list_type": "deve essere un elenco",
    "model_type": "deve essere un oggetto",
}


def _validated(kind: type[BaseModel], row: dict[str, Any]) -> Any:
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        # `str` and `int` are what pydantic calls the two kinds of `id`.
        field = ".".join(str(part) for part in first["loc"] if part not in ("str", "int"))
        words = _TYPE_WORDS.get(first["type"], "non è valido")
        raise RowError(f"Il campo «{field}» {words}.") from error


def _lines(file: Path) -> Iterator[tuple[int, str]]:
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


def _parsed(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RowError(f"La riga {number} non è JSON valido.") from error
    if not isinstance(row, dict):
        raise RowError(f"La riga {number} non è un oggetto JSON.")
    return row


def _answer_batch(file: Path, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Print one object a row, in order; a bad row gives its error and the batch goes on."""
    failed = False
    for number, line in _lines(file):
        identifier: object = None
        try:
            row = _parsed(line, number)
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
        _print_json(result)
    return 1 if failed else 0


def _print_json(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    # A lone surrogate in the input has no UTF-8 form.
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")
    sys.stdout.flush()


def _read_text(file: Path | None) -> str:
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


# --- commands ------------------------------------------------------------------------------------


def _critique(args: argparse.Namespace, coach: Coach) -> int:
    use_model = args.llm and _is_ready(coach)

    def judged(message: Message) -> tuple[Critique, Rewrite | None]:
        found = coach.critique(message)
        if not args.llm:
            return found, None
        request = RewriteRequest(
            draft=message.text, channel=message.channel, relation=message.relation
        )
        return found, coach.rewrite(request, use_model=use_model)

    def as_object(found: Critique, rewrite: Rewrite | None) -> dict[str, Any]:
        with_rewrite = {"rewrite": rewrite_object(rewrite)} if rewrite else {}
        return {**critique_object(found), **with_rewrite}

    if args.batch:

        def answer(row: dict[str, Any]) -> dict[str, Any]:
            valid: _CritiqueRow = _validated(_CritiqueRow, row)
            return {"id": valid.id, **as_object(*judged(valid.noun()))}

        return _answer_batch(args.batch, answer)
    found, rewrite = judged(
        Message(
            text=_read_text(args.file),
            channel=Channel(args.channel),
            relation=Relation(args.relation),
        )
    )
    if args.json:
        _print_json({"id": str(args.file or "-"), **as_object(found, rewrite)})
        return 0
    _print_critique(found, coach, sys.stdout)
    if rewrite:
        print("\nRiscrittura verificata\n")
        _print_rewrite(rewrite, sys.stdout)
    return 0


def _is_ready(coach: Coach) -> bool:
    """Whether the configured model can write, started if need be; says why it cannot."""
    try:
        if problem := coach.model_problem:
            raise problem
        coach.warm()
    except CoachError as error:
        print(f"{error} Intanto scrive il compositore.", file=sys.stderr)
        return False
    return True


def _rewrite(args: argparse.Namespace, coach: Coach) -> int:
    use_model = not args.no_llm and _is_ready(coach)

    def rewritten(request: RewriteRequest) -> Rewrite:
        return coach.rewrite(request, use_model=use_model, variants=args.variants)

    if args.batch:

        def answer(row: dict[str, Any]) -> dict[str, Any]:
            valid: _RewriteRow = _validated(_RewriteRow, row)
            return {"id": valid.id, **rewrite_object(rewritten(valid.noun()))}

        return _answer_batch(args.batch, answer)
    request = RewriteRequest(
        draft=_read_text(args.file),
        channel=Channel(args.channel),
        relation=Relation(args.relation),
        register_wanted=Register(args.register) if args.register else None,
        sender=Sender(name=args.sender, about=args.about, can_offer=tuple(args.offer)),
        contact=Contact(name=args.to, role=args.role, company=args.company, notes=tuple(args.note)),
    )
    result = rewritten(request)
    if args.json:
        _print_json({"id": str(args.file or "-"), **rewrite_object(result)})
    else:
        _print_rewrite(result, sys.stdout)
    return 0


def _search(args: argparse.Namespace, coach: Coach) -> int:
    if (args.query is None) == (args.batch is None):
        raise InputError("Dammi una domanda oppure --batch FILE.")
    if args.k < 1:
        raise InputError("-k deve essere almeno 1.")
    if args.corpus is None:
        return _answer_search(args, coach.library)
    import tempfile

    from coach.embeddings import CachedEmbeddings
    from coach.library import Library

    rows = [_parsed(line, number) for number, line in _lines(args.corpus)]
    embeddings = CachedEmbeddings(coach.embeddings, coach.settings.cache / "corpus_vectors.sqlite")
    with (
        tempfile.TemporaryDirectory(prefix="coach-corpus-") as folder,
        Library.from_corpus(rows, Path(folder), embeddings, _show_progress) as library,
    ):
        return _answer_search(args, library)


def _answer_search(args: argparse.Namespace, library: Any) -> int:
    if args.batch is None:
        passages = library.search(args.query, args.k, args.mode)
        if args.json:
            _print_json({"id": None, "passages": [passage_object(p) for p in passages]})
        else:
            _print_passages(passages, sys.stdout)
        return 0
    rows: list[_QuestionRow | CoachError] = []
    identifiers: list[object] = []
    for number, line in _lines(args.batch):
        identifier: object = None
        try:
            row = _parsed(line, number)
            identifier = row.get("id")
            rows.append(_validated(_QuestionRow, row))
        except CoachError as error:
            rows.append(error)
        identifiers.append(identifier)
    questions = [row.question for row in rows if isinstance(row, _QuestionRow)]
    answers = iter(library.search_many(questions, args.k, args.mode))
    for identifier, row_or_error in zip(identifiers, rows, strict=True):
        if isinstance(row_or_error, CoachError):
            _print_json({"id": identifier, "error": str(row_or_error)})
        else:
            passages = [passage_object(p) for p in next(answers)]
            _print_json({"id": identifier, "passages": passages})
    return 1 if any(isinstance(row, CoachError) for row in rows) else 0


def _knowledge_add(args: argparse.Namespace, coach: Coach) -> int:
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


def _knowledge_list(args: argparse.Namespace, coach: Coach) -> int:
    for card in coach.library.sources():
        if args.json:
            _print_json(asdict(card))
        else:
            origin = "della casa" if card.shipped else f"aggiunto il {card.added[:10]}"
            print(f"{card.id}\t{card.title} ({card.passages} passi, {origin})")
    return 0


def _knowledge_remove(args: argparse.Namespace, coach: Coach) -> int:
    coach.library.remove(args.id)
    print(f"Tolto: {args.id}")
    return 0


def _knowledge_rebuild(args: argparse.Namespace, coach: Coach) -> int:
    coach.library.rebuild()
    print("Indice ricostruito.")
    return 0


def _knowledge_check(args: argparse.Namespace, coach: Coach) -> int:
    parts = coach.library.check()
    for part in parts:
        print(f"{'ok  ' if part.sound else 'NO  '}{part.name}: {part.detail}")
    return 0 if all(part.sound for part in parts) else 1


def _model_pull(args: argparse.Namespace, coach: Coach) -> int:
    from coach import local_model

    path = local_model.pull(coach.settings.models, _byte_progress)
    print(f"Il modello è in {path}.", file=sys.stderr)
    return 0


def _model_list(args: argparse.Namespace, coach: Coach) -> int:
    from coach import local_model

    installed = local_model.is_installed(coach.settings.models)
    rows = [
        (EMBEDDED, f"{local_model.QWEN.name}, {'presente' if installed else 'da scaricare'}"),
        (NO_MODEL, "solo il compositore"),
    ]
    if coach.settings.model not in (EMBEDDED, NO_MODEL):
        rows.append((coach.settings.model, f"presso {coach.settings.base_url}"))
    for name, detail in rows:
        print(f"{'*' if name == coach.settings.model else ' '} {name}\t{detail}")
    return 0


def _model_use(args: argparse.Namespace, coach: Coach) -> int:
    choose_model(coach.settings, args.name)
    print(f"Modello scelto: {args.name}.")
    if (in_force := load().model) != args.name.strip():
        print(f"Attenzione: COACH_MODEL={in_force} ha la precedenza.", file=sys.stderr)
    return 0


def _doctor(args: argparse.Namespace, coach: Coach) -> int:
    from coach.doctor import examine

    found = examine(coach)
    for diagnosis in found:
        if args.json:
            _print_json(asdict(diagnosis))
        else:
            mark = "ok" if diagnosis.ok else "NO"
            print(f"{mark}  {diagnosis.part}: {diagnosis.detail} {diagnosis.remedy}".rstrip())
    return 0 if all(d.ok or not d.required for d in found) else 1


def _prepare(args: argparse.Namespace, coach: Coach) -> int:
    _ = coach.library
    if coach.settings.model != EMBEDDED:
        return 0
    from coach import local_model

    if local_model.is_installed(coach.settings.models):
        return 0
    print("Scarico il modello incorporato (1,1 GB, una volta sola).", file=sys.stderr)
    try:
        local_model.pull(coach.settings.models, _byte_progress)
    except CoachError as error:
        print(
            f"{error}\nLa pagina funziona lo stesso: scrive il compositore. "
            "Per riprovare: .venv/bin/coach model pull",
            file=sys.stderr,
        )
    return 0


def _app(args: argparse.Namespace, coach: Coach) -> int:
    import threading

    from streamlit.web import cli as streamlit

    from coach.settings import PROJECT

    port = _free_port() if args.port is None else args.port
    if not 1 <= port <= 65535:
        raise InputError("La porta deve essere un numero da 1 a 65535.")
    if not _is_free(port):
        raise InputError(f"La porta {port} è occupata.", "Scegline un'altra con --port.")
    # Read by the embedder's engine when it loads: without it, waiting threads keep the cores busy.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.chdir(PROJECT)  # where .streamlit/config.toml is
    print(f"Prima offri: http://127.0.0.1:{port} (Ctrl-C per chiudere)", file=sys.stderr)
    threading.Thread(target=_open_browser, args=(port,), daemon=True).start()
    streamlit.main(["run", "app.py", "--server.port", str(port)], standalone_mode=False)
    return 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def _free_port(first: int = 8501, tries: int = 20) -> int:
    """The first free port from `first`, so that a second page does not need a flag."""
    return next((port for port in range(first, first + tries) if _is_free(port)), first)


def _open_browser(port: int, patience: float = 60.0) -> None:
    """Open the page once it answers, where there is a screen to show it on."""
    import time
    import urllib.error
    import urllib.request
    import webbrowser

    if sys.platform == "linux" and not (os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"}):
        return
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
        else:
            webbrowser.open(f"http://127.0.0.1:{port}")
            return


# --- progress ------------------------------------------------------------------------------------


_BAR = "{desc}: {percentage:3.0f}% {n_fmt}/{total_fmt} {remaining}"


class _Bars:
    """One progress bar a stage, on standard error."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def show(self, stage: str, done: int, total: int, unit: str = "") -> None:
        from tqdm import tqdm

        if stage not in self._bars:
            self._bars[stage] = tqdm(
                desc=stage,
                total=total,
                unit=unit,
                unit_scale=bool(unit),
                file=sys.stderr,
                mininterval=0.5,
                bar_format=_BAR,
            )
        bar = self._bars[stage]
        bar.total = total
        bar.update(done - bar.n)
        if total and done >= total:
            bar.close()
            del self._bars[stage]


_bars = _Bars()


def _show_progress(stage: str, done: int, total: int) -> None:
    _bars.show(stage, done, total)


def _byte_progress(done: int, total: int) -> None:
    _bars.show("Modello", done, total, unit="B")


# --- output --------------------------------------------------------------------------------------


def critique_object(critique: Critique) -> dict[str, Any]:
    """A critique as the contract writes it."""
    return {
        "score": critique.score,
        "verdict": critique.verdict.value,
        "missing": list(critique.missing),
        "register": critique.register_used.value,
        "violations": [
            {
                "id": finding.id,
                "severity": finding.severity.value,
                "start": finding.start,
                "end": finding.end,
                "quote": finding.quote,
                "message": finding.message,
                "suggestion": finding.suggestion,
                "source": finding.source
                and {"title": finding.source.title, "passage": finding.source.passage},
            }
            for finding in critique.violations
        ],
        "virtues": [
            {"id": mark.id, "start": mark.start, "end": mark.end, "quote": mark.quote}
            for mark in critique.virtues
        ],
        "checks": [
            {"id": check.id, "passed": check.passed, "weight": check.weight}
            for check in critique.checks
        ],
        "length": {
            "chars": critique.length.chars,
            "limit": critique.length.limit,
            "words": critique.length.words,
            "gulpease": critique.length.gulpease,
        },
    }


def rewrite_object(rewrite: Rewrite) -> dict[str, Any]:
    """A rewrite as the contract writes it."""
    return {
        "text": rewrite.text,
        "origin": rewrite.origin,
        "model": rewrite.model,
        "rounds": rewrite.rounds,
        "seconds": rewrite.seconds,
        "facts": [{"text": fact.text, "from": fact.origin.value} for fact in rewrite.facts],
        "placeholders": list(rewrite.placeholders),
        "questions": [question.text for question in rewrite.questions],
        "verification": [check.model_dump() for check in rewrite.verification],
        "rejected": rewrite.rejected,
        "before": {"score": rewrite.before.score, "verdict": rewrite.before.verdict.value},
        "after": {"score": rewrite.after.score, "verdict": rewrite.after.verdict.value},
        "variants": [variant.model_dump() for variant in rewrite.variants],
        "advice": list(rewrite.advice),
    }


def passage_object(passage: Passage) -> dict[str, Any]:
    """A passage as the contract writes it; `pid` only where the corpus gave one."""
    return passage.model_dump(exclude={"pid"} if passage.pid is None else None)


def _print_critique(critique: Critique, coach: Coach, out: TextIO) -> None:
    from coach.critique import VERDICT_NAMES

    passed = sum(check.passed for check in critique.checks)
    length = critique.length
    lines = [
        f"{VERDICT_NAMES[critique.verdict]}: {critique.score}/100, "
        f"{passed} controlli su {len(critique.checks)}.",
        critique.summary,
        f"{length.chars}/{length.limit} caratteri, registro {critique.register_used}, "
        f"Gulpease {length.gulpease if length.gulpease is not None else 'non misurabile'}.",
    ]
    for number, finding in enumerate(critique.violations, start=1):
        lines += [
            "",
            f"{number}. «{_short(finding.quote)}» ({_SEVERITY_NAMES[finding.severity]})",
            f"   {finding.message}",
            f"   Meglio: {finding.suggestion}",
        ]
        if finding.source:
            lines.append(f"   Fonte: {finding.source.title}, «{finding.source.heading}»")
    for mark in critique.virtues:
        lines += ["", f"+ «{_short(mark.quote)}»: {coach.rubric[mark.id].name.lower()}"]
    out.write("\n".join(lines) + "\n")


def _print_rewrite(rewrite: Rewrite, out: TextIO) -> None:
    writer = f"modello {rewrite.model}" if rewrite.origin == "model" else "compositore"
    lines = [
        rewrite.text,
        "",
        f"— {writer}, {rewrite.seconds:.1f} s, punteggio "
        f"{rewrite.before.score} → {rewrite.after.score}",
    ]
    lines += [f"! {words}" for words in rewrite.advice]
    lines += [f"? {question.text}" for question in rewrite.questions]
    for variant in rewrite.variants:
        lines += ["", f"[{variant.label}]", variant.text]
    out.write("\n".join(lines) + "\n")


def _print_passages(passages: Sequence[Passage], out: TextIO) -> None:
    if not passages:
        out.write("Nessun passo trovato.\n")
    for number, passage in enumerate(passages, start=1):
        out.write(f"{number}. {passage.title} — {passage.heading}\n{passage.text}\n\n")


def _short(quote: str, limit: int = 120) -> str:
    line = " ".join(quote.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def main(arguments: Iterable[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 on success, 2 on wrong usage or bad input, 1 on a failure of the system.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
    args = _parser().parse_args(None if arguments is None else list(arguments))
    try:
        run: Callable[[argparse.Namespace, Coach], int] = args.run
        return run(args, Coach(load(), _show_progress))
    except CoachError as error:
        print(f"coach: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("Interrotto.", file=sys.stderr)
        return 130
