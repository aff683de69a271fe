"""Conversations played from a script, one row each: `coach practice --script`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.errors import NotFoundError, RowError
from coach.rewrite import draft as drafts
from coach.roleplay import personas as people
from coach.roleplay.debrief import debrief
from coach.roleplay.practice import play, start
from coach.schemas import (
    Channel,
    Difficulty,
    Persona,
    PracticeSession,
    PracticeTurn,
    Register,
    Relation,
)

if TYPE_CHECKING:
    from coach.analysis import Analyser
    from coach.llm import ChatModel
    from coach.roleplay.bank import Bank
    from coach.rubric import Rubric

#: Who answers when neither the row nor the greeting names anybody.
NAMELESS = "Andrea Ferri"
#: What stands for a reply that does not come: the first time, the second, and from then on.
UNANSWERED = (
    "(visualizzato, nessuna risposta)",
    "(visualizzato, ancora nessuna risposta)",
    "(silenzio: {n} messaggi senza risposta, finora)",
)

#: Longest wait for the model, in seconds: nobody looks on, so more than a page allows.
SCRIPT_TIMEOUT = 20.0


class ScriptRow(BaseModel):
    """A conversation to play; keys that are not these are let be."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str | int
    relation: Relation = Relation.STRANGER
    channel: Channel = Channel.LINKEDIN_MESSAGE
    persona: str | Persona = ""
    difficulty: Difficulty = Difficulty.MEDIUM
    turns: Annotated[tuple[str, ...], Field(min_length=1)]


def run_script_row(
    row: Mapping[str, Any],
    *,
    personas: Sequence[Persona],
    analyser: Analyser,
    rubric: Rubric,
    bank: Bank,
    prompts_folder: Path,
    model: ChatModel | None = None,
    timeout: float = SCRIPT_TIMEOUT,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Play a scripted conversation and tell what it taught.

    Args:
        row: `id`, `turns`, and maybe `relation`, `channel`, `difficulty`, and `persona`: the name
            of one of `personas`, or a few words on somebody else ("Anna Rossi, direttrice, Acme").
        personas: those there are.
        analyser: tells what sentences do.
        rubric: the principles.
        bank: the written replies.
        prompts_folder: where the prompts are.
        model: speaks for the person played; None for the written replies alone.
        timeout: longest wait for the model at each reply, in seconds.
        now: when the session starts; the present moment when not given.

    Returns:
        The row out of the contract; a reply that does not come is said to, in brackets.

    Raises:
        RowError: the row is not valid.
        MessageError: a message is too large or binary.
    """
    asked = _valid(row)
    session = start(
        persona_of(asked, personas),
        relation=asked.relation,
        channel=asked.channel,
        difficulty=asked.difficulty,
        now=now,
    )
    for message in asked.turns:
        session = play(
            session,
            message,
            analyser=analyser,
            rubric=rubric,
            bank=bank,
            model=model,
            prompts_folder=prompts_folder,
            timeout=timeout,
        )
    session = debrief(session, analyser=analyser, rubric=rubric)
    return {"id": asked.id, **told(session)}


def told(session: PracticeSession) -> dict[str, Any]:
    """A practice with its debrief as the contract's JSON, without the row's id."""
    found = session.debrief
    assert found is not None
    return {
        "turns": [
            {
                "learner": turn.learner,
                "stance_before": str(turn.stance_before),
                "stance_after": str(turn.stance_after),
                "reply": turn.reply or _unanswered(session.turns[: place + 1]),
                "origin": turn.origin,
                "findings": list(turn.findings),
                "plan": turn.plan,
                "moves": [
                    {"id": move.id, "steps": move.steps, "reason": move.reason}
                    for move in turn.moves
                ],
                "score": turn.score,
            }
            for place, turn in enumerate(session.turns)
        ],
        "debrief": {
            "score": found.score,
            "did_well": list(found.did_well),
            "to_improve": list(found.to_improve),
            "next_draft_hint": found.next_draft_hint,
            "focus": found.focus,
        },
    }


def _valid(row: Mapping[str, Any]) -> ScriptRow:
    given = {key: value for key, value in row.items() if value is not None}
    try:
        return ScriptRow.model_validate(given)
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        # `str`, `int` and `Persona` are what pydantic calls the kinds that a field may be of.
        kinds = ("str", "int", "Persona")
        where = ".".join(str(part) for part in first["loc"] if part not in kinds) or "riga"
        if first["type"] == "missing":
            raise RowError(f"Manca «{where}».") from failure
        allowed = first.get("ctx", {}).get("expected")
        hint = f"Ammessi: {allowed.replace(' or ', ' o ')}." if allowed else ""
        said = json.dumps(first["input"], ensure_ascii=False)
        raise RowError(f"«{where}» non è valido: {said:.60}.", hint) from failure


def persona_of(row: ScriptRow, personas: Sequence[Persona]) -> Persona:
    """One of ours, or somebody drawn from the few words of the row and its first greeting."""
    if isinstance(row.persona, Persona):
        return row.persona
    words = row.persona.strip()
    if words:
        try:
            return people.find(words, personas)
        except NotFoundError:
            pass
    name, _, rest = words.partition(",")
    if not name or not all(word[:1].isupper() for word in name.split()) or len(name.split()) > 4:
        # No name in it: whoever is greeted, who does what the words say.
        name, rest = drafts.addressee(row.turns[0])[0] or NAMELESS, words
    role, _, company = rest.strip().partition(",")
    return Persona(
        id="described",
        name=name.strip(),
        role=role.strip(),
        company=company.strip(),
        # Nothing is known of what they expect: no form of address is wrong.
        register_expected=Register.NONE,
    )


def _unanswered(turns: Sequence[PracticeTurn]) -> str:
    """What stands for the missing reply to the last of these turns, never twice the same."""
    times = sum(1 for turn in turns if not turn.reply)
    return UNANSWERED[min(times, len(UNANSWERED)) - 1].format(n=times)
