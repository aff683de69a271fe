"""Prompts: one a file, in `prompts/*.md`.

A file has front matter between two `---` lines (`name`, `purpose`, and optionally `max_tokens`,
`temperature`, `stop`), then sections headed `## system`, `## user` and `## assistant`; turns of the
last two, repeated, are examples. Variables are those of `string.Template`: `$name` or `${name}`,
and `$$` for a dollar.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.errors import PromptError
from coach.schemas import ChatMessage

_ROLES = ("system", "user", "assistant")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FRONT = re.compile(r"\A---\n(?P<front>.*?\n)---\n(?P<body>.*)\Z", re.DOTALL)
_HEADING = re.compile(r"## +(?P<role>.+?) *")


class _Front(BaseModel):
    """The front matter of a prompt file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    purpose: str
    max_tokens: int | None = Field(default=None, gt=0)
    temperature: float | None = Field(default=None, ge=0, le=2)
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prompt:
    """A conversation with blanks.

    Attributes:
        name: the file's name without `.md`.
        purpose: what it is for, in Italian.
        version: the first twelve hexadecimal digits of the file's SHA-256.
        messages: the messages as templates.
        max_tokens: longest answer it is meant to get, if it says so.
        temperature: temperature it is meant for, if it says so.
        stop: texts at which the answer ends.
    """

    name: str
    purpose: str
    version: str
    messages: tuple[ChatMessage, ...]
    max_tokens: int | None = None
    temperature: float | None = None
    stop: tuple[str, ...] = ()

    @property
    def variables(self) -> frozenset[str]:
        """Names of the blanks."""
        return frozenset(name for each in self.messages for name in _variables(each))

    def render(self, **variables: str) -> tuple[ChatMessage, ...]:
        """Fill the blanks; a `$` in a value stays a `$`.

        Raises:
            PromptError: a variable is missing or unknown.
        """
        for words, names in (
            ("mancano le variabili", self.variables - variables.keys()),
            ("non ci sono le variabili", variables.keys() - self.variables),
        ):
            if names:
                raise PromptError(f"Nel prompt {self.name} {words}: {', '.join(sorted(names))}.")
        return tuple(
            ChatMessage(role=each.role, content=Template(each.content).substitute(variables))
            for each in self.messages
        )

    def prefix(self) -> tuple[ChatMessage, ...]:
        """The leading messages without blanks: the same at every call, so worth reading once."""
        fixed: list[ChatMessage] = []
        for each in self.messages:
            if _variables(each):
                break
            fixed.append(ChatMessage(role=each.role, content=Template(each.content).substitute()))
        return tuple(fixed)


def load(name: str, folder: Path) -> Prompt:
    """Read the prompt `name` from `folder`.

    Raises:
        PromptError: there is none, or it is not well formed; the message names file and line.
    """
    path = folder / f"{name}.md"
    try:
        if not _NAME.fullmatch(name):
            raise FileNotFoundError
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise PromptError(f"Non c'è un prompt di nome {name!r} in {folder}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"Non riesco a leggere il prompt {path}.") from error
    parts = _FRONT.match(text)
    if parts is None:
        raise _malformed(path, 1, "manca l'intestazione tra due righe `---`")
    front = _front(path, parts["front"])
    first_line = text.count("\n", 0, parts.start("body")) + 1
    return Prompt(
        name=name,
        purpose=front.purpose,
        version=hashlib.sha256(raw).hexdigest()[:12],
        messages=_messages(path, parts["body"], first_line),
        max_tokens=front.max_tokens,
        temperature=front.temperature,
        stop=front.stop,
    )


def _front(path: Path, text: str) -> _Front:
    try:
        front = _Front.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 + (mark.line if mark else 0)
        raise _malformed(path, line, "l'intestazione non è YAML valido") from error
    except ValidationError as error:
        fields = ", ".join(str(each["loc"][0]) for each in error.errors() if each["loc"])
        raise _malformed(path, 2, f"l'intestazione non va bene: {fields or 'vuota'}") from error
    if front.name != path.stem:
        raise _malformed(path, 2, f"si chiama {front.name!r}, ma il file {path.name}")
    return front


def _messages(path: Path, body: str, first_line: int) -> tuple[ChatMessage, ...]:
    """Split the body at its headings."""
    sections: list[tuple[int, str, list[str]]] = []
    for line, text in enumerate(body.split("\n"), first_line):
        if heading := _HEADING.fullmatch(text):
            if heading["role"] not in _ROLES:
                raise _malformed(
                    path,
                    line,
                    f"sezione sconosciuta {heading['role']!r} (sono {', '.join(_ROLES)})",
                )
            sections.append((line, heading["role"], []))
        elif sections:
            sections[-1][2].append(text)
        elif text.strip():
            raise _malformed(path, line, "c'è testo prima della prima sezione")
    if not sections:
        raise _malformed(path, first_line, "non ci sono sezioni")
    messages = []
    for position, (line, role, lines) in enumerate(sections):
        content = "\n".join(lines).strip()
        if not content:
            raise _malformed(path, line, f"la sezione {role} è vuota")
        if role == "system" and position:
            raise _malformed(path, line, "la sezione system può stare solo all'inizio")
        if not Template(content).is_valid():
            raise _malformed(path, line, "nella sezione c'è un `$` isolato: scrivi `$$`")
        messages.append(ChatMessage(role=role, content=content))
    return tuple(messages)


def _variables(message: ChatMessage) -> list[str]:
    return Template(message.content).get_identifiers()


def _malformed(path: Path, line: int, what: str) -> PromptError:
    return PromptError(f"Il prompt {path.name}, riga {line}: {what}.")
