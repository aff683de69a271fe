"""argparse in Italian, and what every command's arguments share."""

from __future__ import annotations

import argparse
import os
import re
import sys
import unicodedata
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
    (r"one of the arguments (.*) is required", r"serve uno fra \1"),
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


def add_share_option(parser: argparse.ArgumentParser) -> None:
    """Whether a model on another computer may read of the contact."""
    parser.add_argument(
        "--share-contact",
        action="store_true",
        help="con --contact, lascia leggere la scheda e gli scambi anche a un modello remoto",
    )


def readable(args: Arguments) -> Arguments:
    """The arguments with every text in letters; the paths stay as the system knows them.

    Bytes that are not UTF-8 are taken for Windows' letters, and control characters, which a
    terminal would obey when the text is shown again, are left out.
    """
    for name, value in vars(args).items():
        if isinstance(value, str):
            setattr(args, name, _letters(value))
        elif isinstance(value, list):
            setattr(args, name, [_letters(v) if isinstance(v, str) else v for v in value])
    return args


def _letters(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # Bytes that the system's encoding did not explain.
        given = os.fsencode(text)
        try:
            text = given.decode()
        except UnicodeDecodeError:
            text = given.decode("cp1252", "replace")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
