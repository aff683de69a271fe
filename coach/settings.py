"""The only reader of the environment.

Everything the product can be told from outside is here: where its state lives and which model
speaks. Paths are made, never at import but when asked for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import platformdirs

from coach.errors import ConfigurationError, reason

APP_NAME = "prima-offri"
EMBEDDED = "embedded"
NO_MODEL = "none"
OPENAI_URL = "https://api.openai.com/v1"

#: The configuration file, in the state folder.
CONFIGURATION = "configuration.json"

#: The folder that holds `knowledge/` and `prompts/`.
PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """What was configured.

    Attributes:
        home: folder of all state (`COACH_HOME`).
        models: folder of downloaded models; outside `home` because it holds 1.1 GB that can be had
            again and that a new, empty `home` need not fetch anew (`COACH_MODELS`).
        model: `embedded`, `none`, or the name of a model at `base_url` (`COACH_MODEL`).
        base_url: an OpenAI-compatible endpoint (`OPENAI_BASE_URL`).
        api_key: its key (`OPENAI_API_KEY`); never printed.
        database_url: where people and exchanges are kept, as SQLAlchemy writes it
            (`COACH_DATABASE_URL`); a SQLite file in `home` when empty.
    """

    home: Path
    models: Path
    model: str = EMBEDDED
    base_url: str = OPENAI_URL
    api_key: str = ""
    database_url: str = ""

    @property
    def database(self) -> str:
        """The database's address, as SQLAlchemy writes it."""
        # SQLAlchemy unquotes the path: a folder may have a % or a ? in its name.
        file = quote((self.home / "coach.sqlite").as_posix())
        return self.database_url or f"sqlite:///{file}"

    @property
    def library(self) -> Path:
        """Folder of the index of passages."""
        return self.home / "library"

    @property
    def sources(self) -> Path:
        """Folder of the texts that the person added."""
        return self.home / "sources"

    @property
    def cache(self) -> Path:
        """Folder of what can be made again."""
        return self.home / "cache"

    @property
    def notes(self) -> Path:
        """Folder of the notes that come with the product."""
        return PROJECT / "knowledge" / "notes"

    @property
    def principles(self) -> Path:
        """Folder of the principles that come with the product."""
        return PROJECT / "knowledge" / "principles"

    @property
    def personas(self) -> Path:
        """Folder of the people to practise with that come with the product."""
        return PROJECT / "knowledge" / "personas"

    @property
    def replies(self) -> Path:
        """Folder of the written replies of the people to practise with."""
        return PROJECT / "knowledge" / "replies"

    @property
    def prompts(self) -> Path:
        """Folder of the prompts that come with the product."""
        return PROJECT / "prompts"

    @property
    def uses_remote_model(self) -> bool:
        """Whether texts would leave this program for a configured endpoint."""
        return self.model not in (EMBEDDED, NO_MODEL)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings and make the state folder.

    The environment comes first, then what `coach model use` chose.

    Args:
        environ: the environment; the process's own when None.

    Raises:
        ConfigurationError: `COACH_HOME` cannot be made, or its configuration file is not valid.
    """
    env = os.environ if environ is None else environ
    home = _folder("COACH_HOME", env, platformdirs.user_data_dir(APP_NAME))
    models = _folder("COACH_MODELS", env, platformdirs.user_cache_dir(APP_NAME))
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"Non riesco a creare la cartella dei dati {home} ({reason(error)}).",
            "Indica una cartella scrivibile in COACH_HOME.",
        ) from error
    return Settings(
        home=home.resolve(),
        models=(models / "models").resolve(),
        model=env.get("COACH_MODEL", "").strip() or _chosen_model(home),
        base_url=env.get("OPENAI_BASE_URL", "").strip() or OPENAI_URL,
        api_key=env.get("OPENAI_API_KEY", "").strip(),
        database_url=env.get("COACH_DATABASE_URL", "").strip(),
    )


def _folder(variable: str, env: Mapping[str, str], default: str) -> Path:
    try:
        return Path(env.get(variable) or default).expanduser()
    except RuntimeError as error:
        raise ConfigurationError(
            f"{variable}: non so qual è la cartella personale in «{env.get(variable)}».",
            "Scrivi il percorso per intero.",
        ) from error


def choose_model(settings: Settings, name: str) -> None:
    """Make `name` the model used when `COACH_MODEL` does not say otherwise.

    Raises:
        ConfigurationError: the name is empty, or the configuration file cannot be written.
    """
    name = name.strip()
    if not name:
        raise ConfigurationError(
            "Il nome del modello è vuoto.", f"Scegli {EMBEDDED}, {NO_MODEL} o un altro modello."
        )
    file = settings.home / CONFIGURATION
    partial = file.with_suffix(".partial")
    try:
        partial.write_text(json.dumps({"model": name}) + "\n", encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        raise ConfigurationError(f"Non riesco a scrivere {file} ({reason(error)}).") from error


def _chosen_model(home: Path) -> str:
    file = home / CONFIGURATION
    try:
        chosen = json.loads(file.read_text(encoding="utf-8"))["model"]
        if not isinstance(chosen, str) or not chosen.strip():
            raise ValueError(chosen)
    except FileNotFoundError:
        return EMBEDDED
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"Il file di configurazione {file} non è valido.",
            "Cancellalo e scegli di nuovo il modello con `coach model use`.",
        ) from error
    return chosen.strip()
