"""The `coach` command: reads arguments and rows, calls the use cases, prints what they give.

::

    arguments.py  argparse in Italian
    rows.py       what goes in and out: batches, drafts, JSON
    progress.py   progress of long work, on standard error
    messages.py   critique, rewrite
    library.py    search, knowledge
    contacts.py   contacts, profile, ask
    practice.py   practice
    system.py     model, doctor, backup, restore, prepare, app
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable

from coach import __version__
from coach.cli import contacts, library, messages, practice, system
from coach.cli.arguments import Arguments, Parser, readable
from coach.cli.progress import show_progress
from coach.composition import Coach
from coach.errors import CoachError, reason
from coach.settings import load


def parser() -> Parser:
    """The command's arguments."""
    made = Parser(
        prog="coach",
        description="Prima offri: il coach dei tuoi messaggi a chi non conosci ancora.",
    )
    made.add_argument(
        "--version",
        action="version",
        version=f"prima-offri {__version__}",
        help="mostra la versione",
    )
    commands = made.add_subparsers(
        dest="command", required=True, metavar="comando", title="comandi", parser_class=Parser
    )
    for module in (messages, library, contacts, practice, system):
        module.add_commands(commands)
    return made


def main(arguments: Iterable[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 on success, 2 on wrong usage or bad input, 1 on a failure of the system.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
    args = readable(parser().parse_args(None if arguments is None else list(arguments)))
    try:
        run: Callable[[Arguments, Coach], int] = args.run
        code = run(args, Coach(load(), show_progress))
        # What is still to be written fails here, and not when the interpreter ends.
        print(end="", flush=True)
        return code
    except CoachError as error:
        print(f"coach: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say.
        _discard_output()
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"coach: Non riesco a scrivere ({reason(error)}).", file=sys.stderr)
        _discard_output()
        return 1
    except KeyboardInterrupt:
        print("Interrotto.", file=sys.stderr)
        return 130


def _discard_output() -> None:
    """Let go of what is still to be written: the interpreter would try again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
