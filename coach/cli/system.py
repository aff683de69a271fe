"""`coach model`, `doctor`, `backup`, `restore`, `prepare` and `app`."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import asdict
from pathlib import Path

from coach.cli.arguments import Arguments, Commands, add_action, add_group
from coach.cli.progress import byte_progress
from coach.cli.rows import confirmed, print_json
from coach.composition import Coach
from coach.errors import CoachError, InputError
from coach.settings import EMBEDDED, NO_MODEL, choose_model, load


def add_commands(commands: Commands) -> None:
    """Add the commands."""
    actions = add_group(commands, "model", "gestisce il modello", "Gestisce il modello che scrive.")
    add_action(actions, "pull", "scarica il modello incorporato (1,1 GB)").set_defaults(
        run=_model_pull
    )
    add_action(actions, "list", "elenca i modelli").set_defaults(run=_model_list)
    use = add_action(actions, "use", "sceglie il modello")
    use.add_argument("name", metavar="NOME", help="embedded, none, o un modello dell'endpoint")
    use.set_defaults(run=_model_use)

    doctor = commands.add_parser(
        "doctor",
        help="controlla l'installazione",
        description="Controlla ogni parte e dice come rimediare.",
    )
    doctor.add_argument("--json", action="store_true", help="stampa JSON")
    doctor.set_defaults(run=_doctor)

    backup = commands.add_parser(
        "backup",
        help="copia i tuoi dati in un file",
        description="Copia contatti, scambi, bozze, conversazioni e pratiche in un file.",
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="dove")
    backup.set_defaults(run=_backup)
    restore = commands.add_parser(
        "restore",
        help="rimette i dati di una copia",
        description="Mette i dati di una copia al posto di quelli di adesso.",
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="la copia")
    restore.add_argument("--yes", action="store_true", help="senza chiedere conferma")
    restore.set_defaults(run=_restore)

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


def _model_pull(args: Arguments, coach: Coach) -> int:
    from coach import local_model

    path = local_model.pull(coach.settings.models, byte_progress)
    print(f"Il modello è in {path}.", file=sys.stderr)
    return 0


def _model_list(args: Arguments, coach: Coach) -> int:
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


def _model_use(args: Arguments, coach: Coach) -> int:
    choose_model(coach.settings, args.name)
    print(f"Modello scelto: {args.name}.")
    if (in_force := load().model) != args.name.strip():
        print(f"Attenzione: COACH_MODEL={in_force} ha la precedenza.", file=sys.stderr)
    return 0


def _doctor(args: Arguments, coach: Coach) -> int:
    from coach.doctor import examine

    found = examine(coach)
    for diagnosis in found:
        if args.json:
            print_json(asdict(diagnosis))
        else:
            mark = "ok" if diagnosis.ok else "NO"
            print(f"{mark}  {diagnosis.part}: {diagnosis.detail} {diagnosis.remedy}".rstrip())
    return 0 if all(d.ok or not d.required for d in found) else 1


def _backup(args: Arguments, coach: Coach) -> int:
    if args.file.is_dir():
        raise InputError(f"{args.file} è una cartella.", "Indica il file della copia.")
    if not args.file.absolute().parent.is_dir():
        raise InputError(f"La cartella {args.file.parent} non esiste.")
    coach.store.backup(args.file)
    print(f"Copia in {args.file}.", file=sys.stderr)
    return 0


def _restore(args: Arguments, coach: Coach) -> int:
    from coach.store import restore

    if not args.yes and not confirmed("I dati di adesso lasciano il posto a quelli della copia?"):
        print("Non ho cambiato niente.")
        return 0
    # Not through the store: the database may be too damaged to open.
    restore(coach.settings.database, args.file)
    print("Dati rimessi.", file=sys.stderr)
    return 0


def _prepare(args: Arguments, coach: Coach) -> int:
    _ = coach.library
    if coach.settings.model != EMBEDDED:
        return 0
    from coach import local_model

    if local_model.is_installed(coach.settings.models):
        return 0
    print("Scarico il modello incorporato (1,1 GB, una volta sola).", file=sys.stderr)
    try:
        local_model.pull(coach.settings.models, byte_progress)
    except CoachError as error:
        print(
            f"{error}\nLa pagina funziona lo stesso: scrive il compositore. "
            "Per riprovare: .venv/bin/coach model pull",
            file=sys.stderr,
        )
    return 0


def _app(args: Arguments, coach: Coach) -> int:
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
