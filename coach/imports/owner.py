"""Whose export it is: told from it, or asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from coach.errors import ImportRefused
from coach.imports.people import profile
from coach.store.merging import fold


class Person(NamedTuple):
    """Somebody in an export: a clean name and a normalised profile; either may be empty."""

    name: str
    url: str

    @property
    def key(self) -> str:
        """What tells this person from others: the profile, or else the folded name."""
        return self.url or fold(self.name)

    def is_same(self, other: Person) -> bool:
        """Whether both are one person: by profile if both have one, else by name."""
        if self.url and other.url:
            return self.url == other.url
        return bool(self.name) and fold(self.name) == fold(other.name)


class OwnerUnknown(ImportRefused):
    """The export does not tell whose it is.

    Args:
        candidates: the names it may be, the likeliest first, for the person to choose from.
    """

    def __init__(self, message: str, remedy: str, candidates: tuple[str, ...]) -> None:
        super().__init__(message, remedy)
        self.candidates = candidates


def find_owner(
    conversations: Iterable[tuple[str, Person]],
    *,
    wanted: str = "",
    known: Iterable[Person] = (),
    connections: Collection[str] = (),
) -> Person | None:
    """Find out whose export it is.

    Args:
        conversations: pairs of a conversation and somebody who takes part in it.
        wanted: name or profile, as the person gave it.
        known: who other files of the export say the owner is, the surest first.
        connections: keys of the owner's connections: the owner is none of them.

    Returns:
        The owner, with name and profile as the conversations have them, or None when there are no
        conversations and nothing else says it.

    Raises:
        OwnerUnknown: several people may be the owner, or `wanted` is none of them.
    """
    talks: dict[str, set[str]] = defaultdict(set)
    spellings: dict[str, Counter[Person]] = defaultdict(Counter)
    for conversation, person in conversations:
        # By name: old exports give the profile of senders only.
        name = fold(person.name) or person.url
        talks[name].add(conversation)
        spellings[name][person] += 1
    named = [Person(wanted.strip(), profile(wanted))] if wanted.strip() else []
    claims = [*named, *known]
    if not talks:
        return claims[0] if claims else None
    for claim in claims:
        alike = Counter(
            {
                person: count
                for spelling in spellings.values()
                for person, count in spelling.items()
                if person.is_same(claim)
            }
        )
        if alike:
            return _fullest(alike)
        if claim in named:
            raise OwnerUnknown(
                f"Nei messaggi «{wanted.strip()}» non compare.",
                "Scrivi il tuo nome come su LinkedIn, o l'indirizzo del tuo profilo.",
                _likeliest(talks, spellings),
            )
    most = max(map(len, talks.values()))
    first = [name for name, held in talks.items() if len(held) == most]
    if len(first) > 1:
        first = [
            name
            for name in first
            if name not in connections
            and not any(person.key in connections for person in spellings[name])
        ]
    if len(first) == 1:
        return _fullest(spellings[first[0]])
    candidates = _likeliest(talks, spellings)
    raise OwnerUnknown(
        f"Dai messaggi non si capisce chi sei: {' o '.join(f'«{name}»' for name in candidates)}?",
        "Indica il tuo nome come su LinkedIn, oppure importa lo .zip intero.",
        candidates,
    )


def _fullest(spelling: Counter[Person]) -> Person:
    """The spelling met most often, one with a profile if there is any."""
    return max(spelling, key=lambda person: (bool(person.url), spelling[person]))


def _likeliest(
    talks: dict[str, set[str]], spellings: dict[str, Counter[Person]]
) -> tuple[str, ...]:
    names = sorted(talks, key=lambda name: -len(talks[name]))[:4]
    return tuple(_fullest(spellings[name]).name or name for name in names)
