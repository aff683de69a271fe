"""YAML whose errors name the file and the line.

A value is read with PyYAML, checked by a pydantic model, and whatever is wrong with it is told in
Italian with the place where the writer must look: ``early_ask.yaml, riga 12: …``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from coach.errors import KnowledgeError

Location = tuple[int | str, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Scalars that YAML 1.1 turns into something else and that here are plain words: dates, and the
#: Italian "no", which would be read as false.
_PLAIN_WORDS = ("timestamp", "bool", "float")


class _Loader(_Base):  # type: ignore[misc]  # the base is chosen at run time
    """The safe loader, libyaml's where there is one, with fewer implicit types."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML's own class attribute, never changed here
        first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(_PLAIN_WORDS)]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }


class MarkedYaml:
    """A YAML document with the line of each of its values.

    Args:
        text: the document.
        path: the file it comes from; only its name is told.
        first_line: line of the file on which `text` starts, counted from 1.

    Attributes:
        data: the document as Python values.

    Raises:
        KnowledgeError: the text is not YAML, or a key is written twice.
    """

    def __init__(self, text: str, path: Path, first_line: int = 1) -> None:
        self.path = path
        self._first_line = first_line
        self._lines: dict[Location, int] = {(): first_line}
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            self.data = None if node is None else loader.construct_document(node)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = first_line + (mark.line if mark is not None else 0)
            problem = getattr(error, "problem", None) or str(error)
            raise KnowledgeError(
                f"{path.name}, riga {line}: YAML non valido ({problem})."
            ) from error
        finally:
            loader.dispose()
        if node is not None:
            self._mark(node, ())

    def error(self, location: Location, message: str) -> KnowledgeError:
        """The error to raise about the value at `location`, or about the nearest one around it."""
        while location not in self._lines:
            location = location[:-1]
        return KnowledgeError(f"{self.path.name}, riga {self._lines[location]}: {message}")

    def validate(self, model: type[ModelT]) -> ModelT:
        """Check the document against `model`.

        Raises:
            KnowledgeError: a key is unknown or missing, or a value is not what it should be; the
                first such place is told.
        """
        try:
            return model.model_validate(self.data)
        except ValidationError as failure:
            first = failure.errors(include_url=False)[0]
            location = tuple(first["loc"])
            raise self.error(location, _in_italian(dict(first), location)) from failure

    def _mark(self, node: yaml.Node, location: Location) -> None:
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self._lines[(*location, index)] = self._first_line + item.start_mark.line
                self._mark(item, (*location, index))
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*location, key.value)
                line = self._first_line + key.start_mark.line
                if here in self._lines:
                    message = f"la chiave «{key.value}» è scritta due volte."
                    raise KnowledgeError(f"{self.path.name}, riga {line}: {message}")
                self._lines[here] = line
                self._mark(value, here)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, with Unix line ends and no byte-order mark.

    Raises:
        KnowledgeError: the file cannot be read or is not UTF-8.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(
            f"{path.name}: non riesco a leggere il file ({error.strerror})."
        ) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise KnowledgeError(f"{path.name}, riga {line}: il testo non è in UTF-8.") from error
    return text.replace("\r\n", "\n")


def _in_italian(error: dict[str, Any], location: Location) -> str:
    """What a pydantic error says, for the person who writes the file."""
    kind = str(error["type"])
    where = ".".join(str(part) for part in location) or "il documento"
    context = error.get("ctx", {})
    if kind == "missing":
        return f"manca la chiave «{where}»."
    if kind == "extra_forbidden":
        return f"chiave sconosciuta «{where}»."
    if kind in ("enum", "literal_error"):
        allowed = str(context["expected"]).replace(" or ", " o ")
        return f"«{where}»: valore sconosciuto {error['input']!r}; ammessi: {allowed}."
    if kind == "value_error":
        return f"«{where}»: {context['error']}"
    if kind.startswith("string_"):
        wanted = "un testo" if kind == "string_type" else "un testo non vuoto e ben formato"
    elif kind.startswith("int_"):
        wanted = "un numero intero"
    elif kind in ("tuple_type", "list_type"):
        wanted = "un elenco"
    elif kind == "too_short":
        wanted = f"un elenco di almeno {context['min_length']} voci"
    elif kind in ("model_type", "model_attributes_type", "dict_type"):
        wanted = "un insieme di chiavi e valori"
    elif kind in ("greater_than", "greater_than_equal"):
        wanted = f"un numero non inferiore a {context.get('ge', context.get('gt'))}"
    else:
        wanted = f"un valore valido ({error['msg']})"
    return f"«{where}» deve essere {wanted}."
