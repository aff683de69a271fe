"""Written replies (`knowledge/replies/`): the floor of the practice, and what the model builds on.

One plan, one file: openings, bodies and closings, any of which go together. In a text,
``{ti|La}`` is what is said with *tu* and what is said with *Lei*; ``[adesso|oggi]`` are words of
which any will do; ``<topic>`` is something the learner's message speaks of, ``<su topic>`` the same
after a preposition, ``<care>`` something the persona cares about. A file that is not as it should
be is refused, with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import pairwise, product
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from coach.analysis.text import listed
from coach.errors import KnowledgeError
from coach.marked_yaml import MarkedYaml, read_text
from coach.notes import NonEmpty
from coach.rewrite import morphology
from coach.roleplay.planning import ReplyPlan
from coach.schemas import Model, Persona, Register, Relation, Stance

#: Longest reply, in sentences and in words.
MAX_SENTENCES = 3
MAX_WORDS = 40

_CHOICE = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
_ANY_OF = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"<(?:(su|di|a|per|Su|Di|A|Per) )?(topic|care)>")
_COLD = (Stance.COLD, Stance.WARY)


def _well_marked(text: str) -> str:
    rest = _ANY_OF.sub("", _SLOT.sub("", _CHOICE.sub("", text)))
    alone = any("|" not in _CHOICE.sub("", match[1]) for match in _ANY_OF.finditer(text))
    if alone or set(rest) & set("{}|<>[]"):
        raise ValueError(f"i segni {{tu|Lei}}, [a|b] o <…> non sono ben formati in «{text}».")
    return text


_Text = Annotated[NonEmpty, AfterValidator(_well_marked)]
_Texts = tuple[_Text, ...]


class _About(Model):
    """Replies for a message that holds one of `words` and none of `unless`."""

    words: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
    unless: tuple[NonEmpty, ...] = ()
    any: Annotated[_Texts, Field(min_length=1)]


class _Section(Model):
    """Parts of replies, by when they fit.

    Attributes:
        any: always.
        first: only in the first reply of a conversation.
        cold: while the persona is cold or wary.
        warm: while the persona is curious or open.
        strangers: while the two do not know each other and the persona is cold or wary.
        busy: when the persona is very busy.
        topic: when something the message speaks of can be named.
        care: when something the persona cares about can be named.
        tu, lei: with that form of address only (`Lei` in the file).
        about: for messages that hold certain words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    any: _Texts = ()
    first: _Texts = ()
    cold: _Texts = ()
    warm: _Texts = ()
    strangers: _Texts = ()
    busy: _Texts = ()
    topic: _Texts = ()
    care: _Texts = ()
    tu: _Texts = ()
    lei: Annotated[_Texts, Field(alias="Lei")] = ()
    about: tuple[_About, ...] = ()

    def texts(self) -> Iterator[str]:
        """Every text, whenever it fits."""
        for name in _Section.model_fields:
            if name != "about":
                yield from getattr(self, name)
        for about in self.about:
            yield from about.any


class _ReplyFile(Model):
    """How a plan is said.

    Attributes:
        task: what the reply does, as the model is told it.
    """

    plan: ReplyPlan
    task: _Text
    openings: _Section = _Section()
    bodies: _Section = _Section()
    closings: _Section = _Section()


@dataclass(frozen=True)
class Scene:
    """What a reply is written for.

    Attributes:
        plan: what it is to do.
        register: the form of address, `TU` or `LEI`.
        stance: how the persona is disposed.
        persona: who replies.
        message: what the learner wrote.
        said: the persona's earlier replies in this conversation.
        learner_said: the learner's earlier messages in it.
        relation: how well the two know each other.
        topics: what of the message a reply may name, with the definite article.
    """

    plan: ReplyPlan
    register: Register
    stance: Stance
    persona: Persona
    message: str
    said: tuple[str, ...] = ()
    learner_said: tuple[str, ...] = ()
    relation: Relation = Relation.STRANGER
    topics: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """What makes one scene choose other words than the next."""
        parts = (self.plan, self.persona.id, self.stance, *self.learner_said, self.message)
        return "\n".join(parts)


@dataclass(frozen=True)
class Parts:
    """The parts that fit a scene, those to be preferred first; ``[a|b]`` still stands in them.

    Attributes:
        openings: with which a reply may begin.
        bodies: what it says; empty when all of them were said already.
        closings: with which it may end.
    """

    openings: tuple[str, ...]
    bodies: tuple[str, ...]
    closings: tuple[str, ...]


@dataclass(frozen=True)
class Bank:
    """All the written replies, by plan."""

    files: Mapping[ReplyPlan, _ReplyFile] = field(repr=False)

    def task(self, plan: ReplyPlan, register: Register) -> str:
        """What a reply of this plan does, as the model is told it."""
        return _worded(self.files[plan].task, register)

    @cached_property
    def vocabulary(self) -> str:
        """Every text of the bank in both forms of address: words that claim nothing."""
        return " ".join(
            re.sub(r"[\[\]|]", " ", _SLOT.sub(" ", _worded(text, register)))
            for file in self.files.values()
            for section in (file.openings, file.bodies, file.closings)
            for text in section.texts()
            for register in (Register.TU, Register.LEI)
        )

    @cached_property
    def pairs(self) -> Mapping[Register, frozenset[tuple[str, str]]]:
        """Words that stand beside each other in the bank, by form of address; "" is an edge."""
        return {
            register: frozenset(
                pair
                for file in self.files.values()
                for section in (file.openings, file.bodies, file.closings)
                for pattern in section.texts()
                for text in expansions(_worded(pattern, register))
                for clause in re.split(r"[.!?,;:<>]", text)
                for pair in neighbours(clause)
            )
            for register in (Register.TU, Register.LEI)
        }

    def parts(self, scene: Scene) -> Parts:
        """The parts that fit a scene and were not said before, in an order of its own."""
        file = self.files[scene.plan]
        heard = " ".join(f" {plain(reply)} " for reply in scene.said)

        def fresh(section: _Section) -> tuple[str, ...]:
            return tuple(
                pattern
                for pattern in _fitting(section, scene)
                if not any(f" {plain(text)} " in heard for text in expansions(pattern))
            )

        return Parts(fresh(file.openings), fresh(file.bodies), fresh(file.closings))

    def opening(self, scene: Scene, parts: Parts) -> str:
        """The opening this scene's reply begins with; empty for the brisk ones."""
        brisk = scene.persona.busy + (1 if scene.stance is Stance.COLD else 0)
        if not parts.openings or _draw(scene.key, "opening") % 8 < brisk:
            return ""
        return one_of(parts.openings[0], scene.key)

    def rest(self, scene: Scene, parts: Parts, opening: str) -> str:
        """What follows `opening`; empty when everything that fits was said already."""
        bodies = [body for body in parts.bodies if go_together(opening, body)]
        return (
            self.ended(scene, parts, opening, bodies[0])[len(opening) :].strip() if bodies else ""
        )

    def ended(self, scene: Scene, parts: Parts, opening: str, body: str) -> str:
        """A whole reply with a body in one of its wordings, and at times with a closing."""
        said = one_of(body, scene.key)
        short = scene.persona.busy == 3 or scene.stance is Stance.COLD
        if parts.closings and not _draw(scene.key, "closing") % (4 if short else 2):
            for closing in (one_of(pattern, scene.key) for pattern in parts.closings):
                if fits(scene.register, opening, said, closing):
                    return joined(scene.register, opening, said, closing)
        return joined(scene.register, opening, said)


def load(folder: Path) -> Bank:
    """Read the written replies.

    Args:
        folder: of `<plan>.yaml` files, one for each plan.

    Raises:
        KnowledgeError: a file is not valid or is missing; the message, in Italian, names file and
            line.
    """
    if not folder.is_dir():
        raise KnowledgeError(f"{folder.name}: la cartella delle risposte non c'è.")
    files: dict[ReplyPlan, _ReplyFile] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.suffix != ".yaml":
            raise KnowledgeError(
                f"{path.name}, riga 1: nella cartella delle risposte stanno solo file .yaml."
            )
        yaml = MarkedYaml(read_text(path), path)
        file = yaml.validate(_ReplyFile)
        if file.plan != path.stem:
            raise yaml.error(("plan",), f"il piano «{file.plan}» è diverso dal nome del file.")
        if file.plan is not ReplyPlan.SILENCE and not any(file.bodies.texts()):
            raise yaml.error(("bodies",), "non c'è nessuna risposta.")
        files[file.plan] = file
    missing = [plan for plan in ReplyPlan if plan not in files]
    if missing:
        raise KnowledgeError(f"{folder.name}: mancano le risposte {', '.join(missing)}.")
    return Bank(files)


# --- putting a reply together -------------------------------------------------------------------


def one_of(pattern: str, key: str) -> str:
    """A text of a pattern, chosen by `key`."""
    texts = expansions(pattern)
    return texts[_draw(key, pattern) % len(texts)]


@lru_cache(maxsize=4_000)
def expansions(pattern: str) -> tuple[str, ...]:
    """Every text of a pattern: "[Adesso|Oggi] no." is "Adesso no." and "Oggi no."."""
    pieces = [
        piece.split("|") if at % 2 else [piece] for at, piece in enumerate(_ANY_OF.split(pattern))
    ]
    return tuple("".join(chosen) for chosen in product(*pieces))


def joined(register: Register, *parts: str) -> str:
    """The parts as one text; after a comma or a colon the next one loses its capital."""
    text = ""
    for part in filter(None, parts):
        if not text:
            text = part
        elif text.endswith((".", "!", "?")):
            text = f"{text} {part}"
        else:
            text = f"{text} {_lowered(part, register)}"
    return text


def go_together(first: str, second: str) -> bool:
    """Whether two parts say no word twice, nor build two clauses on the same hinge."""
    twice = any(re.search(sign, first) and re.search(sign, second) for sign in _HINGES)
    return not (twice or _content(first) & _content(second))


#: What a reply says once only: "ma", "no", a colon.
_HINGES = (
    re.compile(r"\bma\b", re.IGNORECASE),
    re.compile(r"\bno\b", re.IGNORECASE),
    re.compile(":"),
)


def fits(register: Register, opening: str, body: str, closing: str) -> bool:
    """Whether three parts go together within the limits of a reply."""
    text = max(expansions(joined(register, opening, body, closing)), key=len)
    return (
        go_together(body, closing)
        and go_together(opening, closing)
        and len(re.findall(r"[.!?](?:\s|$)", text)) <= MAX_SENTENCES
        and len(text.split()) <= MAX_WORDS
    )


def plain(text: str) -> str:
    """A text less its punctuation and capitals, to tell whether two are the same."""
    return " ".join(re.findall(r"\w+", text.lower()))


def neighbours(clause: str) -> Iterator[tuple[str, str]]:
    """Each two words in a row of a clause, its edges as empty words."""
    return pairwise(["", *plain(clause).split(), ""])


def _clauses(reply: str) -> Iterator[str]:
    """The sentences of a reply, and what comes before its first comma or colon."""
    yield from re.split(r"(?<=[.!?])\s+", reply)
    yield re.split(r"[,:]", reply, maxsplit=1)[0]


def _draw(key: str, what: str) -> int:
    return int.from_bytes(sha256(f"{what}\n{key}".encode()).digest()[:4])


def _shuffled(texts: Iterable[str], key: str) -> list[str]:
    """The texts in an order that depends on `key` alone."""
    return sorted(dict.fromkeys(texts), key=lambda text: sha256(f"{key}\n{text}".encode()).digest())


def _fitting(section: _Section, scene: Scene) -> list[str]:
    """The texts of a section that fit a scene, those made for its message first."""
    cold = scene.stance in _COLD
    words = set(re.findall(r"\w+", scene.message.lower()))
    special = [
        text
        for about in section.about
        if words & set(about.words) and not words & set(about.unless)
        for text in about.any
    ]
    if scene.topics:
        special += section.topic
    common = [
        *section.any,
        *(section.cold if cold else section.warm),
        *(section.tu if scene.register is Register.TU else section.lei),
        *(section.first if not scene.said else ()),
        *(section.strangers if cold and scene.relation is Relation.STRANGER else ()),
        *(section.busy if scene.persona.busy == 3 else ()),
        *(section.care if scene.persona.cares_about else ()),
    ]
    # One for the message, one for any, in turn: to the point first, and then not always the same.
    first, second = _shuffled(special, scene.key), _shuffled(common, scene.key)
    mixed = [text for pair in zip(first, second, strict=False) for text in pair]
    rest = [*first[len(second) :], *second[len(first) :]]
    filled = (_filled(_worded(text, scene.register), scene) for text in (*mixed, *rest))
    return [text for text in filled if text]


def _worded(text: str, register: Register) -> str:
    """A text with the form of address chosen."""
    return _CHOICE.sub(lambda match: match[1 if register is Register.TU else 2], text)


def _filled(text: str, scene: Scene) -> str:
    """A text with its slots filled; empty when something is missing."""

    def fill(match: re.Match[str]) -> str:
        preposition, slot = match[1] or "", match[2]
        pool: Sequence[str] = scene.topics if slot == "topic" else scene.persona.cares_about
        phrase = _shuffled(pool, scene.key)[0]
        if preposition:
            phrase = morphology.with_preposition(preposition.lower(), phrase)
        return phrase[0].upper() + phrase[1:] if preposition[:1].isupper() else phrase

    return _SLOT.sub(fill, text)


_COURTESY_PRONOUNS = listed("Lei La Le Suo Sua Suoi Sue")
#: Words that may come twice in a reply.
_REPEATABLE = listed(
    "buon buona buono cosa cose come quando questo questa questi queste sono molto così anche dove "
    "quello quella della delle degli dello nella non che chi per con una ancora tutto tutti adesso"
)


def _lowered(text: str, register: Register) -> str:
    if text.startswith("["):
        first, rest = text[1:].split("]", 1)
        return f"[{'|'.join(_lowered(each, register) for each in first.split('|'))}]{rest}"
    first = re.split(r"\W", text, maxsplit=1)[0]
    if register is Register.LEI and first in _COURTESY_PRONOUNS:
        return text
    return text[:1].lower() + text[1:]


def _content(text: str) -> set[str]:
    """Beginnings of the words of a text that one notices when they come again."""
    words = re.findall(r"[^\W\d_]{4,}", text.lower())
    return {word[:5] for word in words if word not in _REPEATABLE}
