"""Practice and progress as safe HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from coach.schemas import Persona, PracticeTurn, Register, Stance, StanceMove

#: The stances, from cold to open.
SCALE = tuple(Stance)
_BUSY = {1: "ne ha", 2: "poco", 3: "pochissimo"}
_UNANSWERED = "Visualizzato, nessuna risposta"


def initials(name: str) -> str:
    """Two letters at most, for the round mark beside somebody's words."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def persona_card(persona: Persona) -> str:
    """Who will answer, as far as one would know before writing."""
    what = ", ".join(part for part in (persona.role, persona.company) if part)
    rows = [
        ("Settore", persona.sector),
        ("Dove", persona.region),
        ("Si aspetta", {Register.LEI: "il Lei", Register.TU: "il tu"}.get(
            persona.register_expected, ""
        )),
        ("Tempo", _BUSY.get(persona.busy, "") if not persona.contact_id else ""),
    ]  # fmt: skip
    items = "".join(
        f'<span class="po-quiet"><b>{label}:</b> {escape(value)}</span>'
        for label, value in rows
        if value
    )
    return (
        f'<div class="po-persona">{_avatar(persona.name)}<div><b>{escape(persona.name)}</b>'
        f'<p>{escape(what)}</p><p class="po-persona-facts">{items}</p></div></div>'
    )


def _avatar(name: str) -> str:
    return f'<span class="po-avatar" aria-hidden="true">{escape(initials(name))}</span>'


def learner(text: str) -> str:
    """What the learner wrote."""
    return (
        f'<div class="po-said-by po-mine"><div class="po-bubble"><span class="po-who">Tu</span>'
        f"{_lines(text)}</div></div>"
    )


def reply(turn: PracticeTurn, name: str) -> str:
    """What the person answered, or that they did not."""
    if not turn.reply:
        return f'<p class="po-unanswered">✓✓ {_UNANSWERED}</p>'
    return (
        f'<div class="po-said-by">{_avatar(name)}<div class="po-bubble">'
        f'<span class="po-who">{escape(name)}</span>{_lines(turn.reply)}</div></div>'
    )


def writing(name: str, so_far: str = "") -> str:
    """The person is writing; what is sure of it is shown already."""
    return (
        f'<div class="po-said-by">{_avatar(name)}<div class="po-bubble po-quiet" role="status">'
        f"{_lines(so_far) + ' ' if so_far else ''}{escape(name.split()[0])} sta scrivendo…"
        "</div></div>"
    )


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))


def meter(stance: Stance) -> str:
    """How the person is disposed now: four steps, the ones reached filled and the word said."""
    place = SCALE.index(stance)
    steps = "".join(
        f'<li class="{"po-reached" if index <= place else ""}'
        f'{" po-now" if index == place else ""}">{escape(each)}</li>'
        for index, each in enumerate(SCALE)
    )
    return (
        f'<div class="po-stance"><p><b>Disposizione:</b> {escape(stance)} '
        f'<span class="po-quiet">({place + 1} di {len(SCALE)})</span></p>'
        f'<ol aria-hidden="true">{steps}</ol></div>'
    )


def moves(found: Sequence[StanceMove]) -> str:
    """Why the stance moved, or did not."""
    if not found:
        return '<p class="po-quiet">Niente che la spostasse.</p>'
    items = "".join(
        f'<li><span class="po-sign" aria-hidden="true">{_sign(move.steps)}</span>'
        f"<span>{escape(move.reason)}</span></li>"
        for move in found
    )
    return f'<ul class="po-moves">{items}</ul>'


def _sign(steps: float) -> str:
    return "▲" if steps > 0 else "▼" if steps < 0 else "＝"


def score(label: str, value: int) -> str:
    """A score with its word."""
    return (
        f'<p class="po-score"><b>{value}</b><span class="po-quiet">/100 {escape(label)}</span></p>'
    )


def change(before: int, after: int) -> str:
    """Two scores, and what the second says of the first."""
    gain = after - before
    said = f"{gain:+d} punti" if gain else "come prima"
    return (
        f'<p class="po-score"><b>{before}</b> → <b>{after}</b> '
        f'<span class="po-quiet">su 100 ({said})</span></p>'
    )
