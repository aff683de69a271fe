"""argparse in Italian, and what every command's arguments share."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn, TypeAlias

Arguments: TypeAlias = argparse.Namespace


class Parser(argparse.ArgumentParser):
    """argparse in Italian."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("formatter_class", _HelpFormatter)
        options["add_help"] = False
        super().__init__(*args, **options)
        self._positionals.title = "argomenti"
        self._optionals.title = "opzioni"
        self.add_argument("-h", "--help", action="help", help="mostra questo aiuto")

    def error(self, message: str) -> NoReturn:
        """Say in Italian what is wrong with the arguments, and exit with 2."""
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

#: What commands are added to.
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def add_group(commands: Commands, name: str, purpose: str, description: str) -> Commands:
    """A command that has commands of its own."""
    parser = commands.add_parser(name, help=purpose, description=description)
    return parser.add_subparsers(
        dest="action", required=True, metavar="azione", title="azioni", parser_class=Parser
    )


def add_action(actions: Commands, name: str, purpose: str) -> Parser:
    """A command of a command, whose own help says what the list of commands says of it."""
    return actions.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
