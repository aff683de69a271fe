"""Critique, rewrite and passages as safe HTML: pure functions, no Streamlit.

Whatever comes from a person, a model or a source is escaped here. Marks never rely on colour
alone: each kind has its own line, and its number leads to an entry of the list. What a mark says
shows on hover, on a tap and on focus by keyboard (`assets/page.css`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from coach.rubric import Rubric
from coach.schemas import (
    Critique,
    Finding,
    Length,
    Passage,
    Register,
    Rewrite,
    Source,
    Span,
    Verdict,
)
from coach.ui import wording
from coach.ui.diff import Change, Stretch

#: `Remark.kind` of what a draft does well; the others are severities.
VIRTUE = "virtue"

_KIND_WORDS = {**{str(kind): word for kind, word in wording.SEVERITIES.items()}, VIRTUE: "va bene"}
_PLACEHOLDER = re.compile(r"\[[^\]\n]{3,80}\]")
_EMPHASIS = re.compile(r"(\*{1,2})(?=\S)([^*\n]+)(?<=\S)\1")
#: Longest quote in the list, in characters.
_QUOTE = 90


@dataclass(frozen=True)
class Remark:
    """One numbered entry of the list, and the stretches of the draft it is about.

    Attributes:
        kind: `error`, `warning`, `suggestion` or `virtue`.
        whole: it is about the whole message, so nothing in it is marked.
        why: may be empty.
        how: a better way; empty for a virtue.
    """

    number: int
    kind: str
    title: str
    why: str
    how: str
    spans: tuple[Span, ...]
    whole: bool
    source: Source | None


def remarks(critique: Critique, text: str, rubric: Rubric) -> list[Remark]:
    """The findings as numbered entries, problems first, then what the draft does well.

    Findings that say the same are one entry with several stretches.
    """
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in critique.violations:
        groups.setdefault((finding.id, finding.message, finding.suggestion), []).append(finding)
    found: list[Remark] = []
    # What is about the whole message is marked nowhere: its number comes after the marked ones.
    for (principle, message, suggestion), findings in sorted(
        groups.items(), key=lambda group: _is_whole(group[1][0], text)
    ):
        title = rubric[principle].name
        found.append(
            Remark(
                number=len(found) + 1,
                kind=str(findings[0].severity),
                title=title,
                why=_without_title(message, title),
                how=suggestion,
                spans=tuple(findings),
                whole=all(_is_whole(finding, text) for finding in findings),
                source=findings[0].source,
            )
        )
    for principle in dict.fromkeys(mark.id for mark in critique.virtues):
        marks = tuple(mark for mark in critique.virtues if mark.id == principle)
        found.append(
            Remark(
                number=len(found) + 1,
                kind=VIRTUE,
                title=rubric[principle].name,
                why=rubric[principle].why,
                how="",
                spans=marks,
                whole=False,
                source=marks[0].source,
            )
        )
    return found


def _without_title(message: str, title: str) -> str:
    """A message without the name it begins with, which stands above it."""
    rest = message.removeprefix(title)
    if rest != message and rest[:1] in (".", ":"):
        rest = rest[1:].lstrip()
        return rest[:1].upper() + rest[1:]
    return message


def _is_whole(span: Span, text: str) -> bool:
    return not text[: span.start].strip() and not text[span.end :].strip()


def plain(text: str) -> str:
    """A text for Streamlit's Markdown, in which nothing is a mark but our own `code`."""
    return "".join(f"\\{c}" if c in "\\*_[]<>#|~$:!" else c for c in text)


# --- the draft -----------------------------------------------------------------------------------


def draft(text: str, entries: Sequence[Remark]) -> str:
    """The draft with its marks.

    Where stretches overlap the text is split at their ends, and each piece shows the gravest kind
    and says all that is said of it.
    """
    marks = [(span, entry) for entry in entries if not entry.whole for span in entry.spans]
    edges = sorted({0, len(text), *(edge for span, _ in marks for edge in (span.start, span.end))})
    pieces: list[str] = []
    for start, end in pairwise(edges):
        over = [(s, entry) for s, entry in marks if s.start <= start and end <= s.end]
        piece = escape(text[start:end])
        if not over:
            pieces.append(piece)
            continue
        covering = sorted((entry for _, entry in over), key=lambda entry: _rank(entry.kind))
        ending = sorted(entry.number for s, entry in over if s.end == end)
        pieces.append(_mark(piece, covering, ending, place=start))
    return f'<div class="po-draft" lang="it">{"".join(pieces)}</div>'


def _rank(kind: str) -> int:
    return list(_KIND_WORDS).index(kind)


def _mark(piece: str, covering: Sequence[Remark], ending: Sequence[int], place: int) -> str:
    tip = f"po-tip-{place}"
    said = "".join(
        f'<span class="po-said"><b>{entry.number}. {escape(entry.title)}</b> '
        f"({_KIND_WORDS[entry.kind]}). {escape(entry.why)}"
        + (f' <i class="po-how">{escape(entry.how)}</i>' if entry.how else "")
        + "</span>"
        for entry in covering
    )
    return (
        f'<span class="po-mark po-{covering[0].kind}" tabindex="0" aria-describedby="{tip}">{piece}'
        f"{''.join(_number(number) for number in ending)}"
        f'<span class="po-tip" role="tooltip" id="{tip}">{said}</span></span>'
    )


def _number(number: int) -> str:
    return f'<sup class="po-number">{number}</sup>'


# --- the list ------------------------------------------------------------------------------------


def remark_list(entries: Sequence[Remark]) -> str:
    """The entries in full: what, why, how, and the passage each rests on."""
    problems = [entry for entry in entries if entry.kind != VIRTUE]
    virtues = [entry for entry in entries if entry.kind == VIRTUE]
    html = ""
    if problems:
        # The first one open, to show that there is more inside.
        items = "".join(_entry(entry, opened=entry is problems[0]) for entry in problems)
        html += f'<ol class="po-list">{items}</ol>'
    if virtues:
        items = "".join(_entry(entry, opened=False) for entry in virtues)
        html += f'<h4 class="po-heading">Cosa funziona già</h4><ol class="po-list">{items}</ol>'
    return html


def _entry(entry: Remark, *, opened: bool) -> str:
    """One entry: what in sight, why and how inside."""
    return (
        f'<li class="po-entry po-side-{entry.kind}"><details{" open" if opened else ""}>'
        f"<summary>{_number(entry.number)}<b>{escape(entry.title)}</b>"
        f'<span class="po-kind">{_KIND_WORDS[entry.kind]}</span>'
        f'<span class="po-what">{_quotes(entry)}</span></summary>'
        f"<p>{escape(entry.why)}</p>"
        + (f"<p><b>Come fare:</b> {escape(entry.how)}</p>" if entry.how else "")
        + f"{source(entry.source)}</details></li>"
    )


def _quotes(entry: Remark) -> str:
    if entry.whole:
        return "Tutto il messaggio"
    quotes = dict.fromkeys(_shortened(span.quote) for span in entry.spans)
    return " · ".join(f"«{escape(quote)}»" for quote in quotes)


def _shortened(quote: str) -> str:
    quote = " ".join(quote.split())
    return quote if len(quote) <= _QUOTE else quote[: _QUOTE - 1].rsplit(" ", 1)[0] + "…"


def source(found: Source | None) -> str:
    """A source that opens on the passage."""
    if found is None:
        return ""
    heading = f" › {escape(found.heading)}" if found.heading else ""
    return (
        '<details class="po-source"><summary>Fonte: '
        f"{escape(found.title)}{heading}</summary>"
        f"<blockquote>{_paragraphs(found.passage)}</blockquote></details>"
    )


def _paragraphs(text: str) -> str:
    """Paragraphs of a source; the little Markdown of our notes that stays is emphasis."""
    parts = (part.strip() for part in re.split(r"\n\s*\n", text))
    marked = (_EMPHASIS.sub(r"<em>\2</em>", escape(part)) for part in parts if part)
    return "".join(f"<p>{part}</p>" for part in marked)


# --- the verdict ---------------------------------------------------------------------------------


def verdict(critique: Critique) -> str:
    """The verdict, why, and the score with the checks it is made of."""
    passed = sum(check.passed for check in critique.checks)
    rows = "".join(
        f'<li class="{"po-yes" if check.passed else "po-no"}">'
        f'<span class="po-sign" aria-hidden="true">{"✓" if check.passed else "✗"}</span>'
        f'<span>{escape(check.label or check.id)}<span class="po-quiet">'
        f" {'sì' if check.passed else 'no'}, pesa {check.weight}</span></span></li>"
        for check in critique.checks
    )
    return (
        f'<section class="po-verdict po-verdict-{critique.verdict}" aria-label="Verdetto">'
        f'<p class="po-verdict-word">{_verdict_sign(critique.verdict)}'
        f"{wording.VERDICTS[critique.verdict]}</p>"
        f"<p>{escape(critique.summary)}</p>"
        '<details class="po-checks"><summary>'
        f"{critique.score} su 100 · {passed} controlli superati su {len(critique.checks)}"
        f'</summary><ul>{rows}</ul><p class="po-quiet">Il punteggio è la somma dei pesi dei '
        "controlli superati, in centesimi: lo stesso testo ha sempre lo stesso punteggio.</p>"
        '</details><p class="po-jump"><a href="#riscrittura">Vai alla riscrittura</a></p></section>'
    )


def _verdict_sign(found: Verdict) -> str:
    sign = {Verdict.READY: "✓", Verdict.REVISE: "~", Verdict.DO_NOT_SEND: "✗"}[found]
    return f'<span class="po-sign" aria-hidden="true">{sign}</span>'


def meter(length: Length, register: Register) -> str:
    """Length against the channel's limit, register and readability, in one line."""
    share = min(100, round(100 * length.chars / length.limit))
    over = length.chars > length.limit
    parts = [f"<span>{wording.REGISTERS_FOUND[register]}</span>"]
    if length.gulpease is not None and length.sentences:
        parts.append(
            '<span title="Indice Gulpease, da 0 a 100: più è alto, più il testo è facile">'
            f"leggibilità {round(length.gulpease)}</span>"
        )
    return (
        f'<p class="po-meter{" po-over" if over else ""}">'
        f"<span>{length.chars}/{length.limit} caratteri"
        f"{' (troppi)' if over else ''}</span>"
        f'<span class="po-bar" aria-hidden="true"><span style="width:{share}%"></span></span>'
        f"{''.join(parts)}</p>"
    )


# --- the rewrite ---------------------------------------------------------------------------------


def message(text: str) -> str:
    """A message to copy; what is still to be filled in stands out."""
    pieces: list[str] = []
    at = 0
    for found in _PLACEHOLDER.finditer(text):
        pieces.append(escape(text[at : found.start()]))
        pieces.append(f'<mark class="po-gap">{escape(found.group())}</mark>')
        at = found.end()
    pieces.append(escape(text[at:]))
    return f'<div class="po-message" lang="it">{"".join(pieces)}</div>'


def before_and_after(rewrite: Rewrite) -> str:
    """The two verdicts, one beside the other."""

    def side(label: str, score: int, found: Verdict) -> str:
        return (
            f'<span class="po-chip po-verdict-{found}">{label}: '
            f"<b>{wording.VERDICTS[found]}</b>, {score} su 100</span>"
        )

    before = side("Prima", rewrite.before.score, rewrite.before.verdict)
    after = side("Dopo", rewrite.after.score, rewrite.after.verdict)
    arrow = '<span aria-hidden="true">→</span>'
    return f'<p class="po-chips">{before}{arrow}{after}</p>'


def proof(rewrite: Rewrite) -> str:
    """What the rewrite was checked for."""
    items = "".join(
        f'<li class="{"po-yes" if check.passed else "po-no"}">'
        f'<span class="po-sign">{"✓" if check.passed else "✗"}</span>'
        f"<span>{'' if check.passed else 'non va: '}{escape(check.detail or check.id)}</span></li>"
        for check in rewrite.verification
    )
    return f'<ul class="po-proof" aria-label="Controlli superati">{items}</ul>' if items else ""


def facts(rewrite: Rewrite) -> str:
    """Where each fact of the rewrite comes from."""
    if not rewrite.facts:
        return (
            '<p class="po-quiet">Nessun fatto da citare: nella bozza e nelle schede non ne ho '
            "trovati, e io non ne invento.</p>"
        )
    items = "".join(
        f'<li>«{escape(fact.text)}» <span class="po-quiet">{wording.ORIGINS[fact.origin]}</span>'
        "</li>"
        for fact in rewrite.facts
    )
    return f'<ul class="po-facts">{items}</ul>'


def notes(lines: Iterable[str]) -> str:
    """What the person is told beside the rewrite."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="po-facts">{items}</ul>' if items else ""


def changes(stretches: Sequence[Stretch]) -> str:
    """A comparison: what was removed is struck through, what was added underlined."""
    tags = {Change.SAME: ("", ""), Change.ADDED: ("<ins>", "</ins>"),
            Change.REMOVED: ("<del>", "</del>")}  # fmt: skip
    html = "".join(
        f"{tags[part.change][0]}{escape(part.text)}{tags[part.change][1]}" for part in stretches
    )
    return f'<div class="po-changes" lang="it">{html}</div>'


# --- the library ---------------------------------------------------------------------------------


def passages(found: Sequence[Passage]) -> str:
    """Passages that answer a question, best first."""
    items = "".join(
        '<li class="po-entry po-passage"><p class="po-title">'
        f"{_number(place)}<b>{escape(passage.title)}</b>"
        + (f'<span class="po-quiet">{escape(passage.heading)}</span>' if passage.heading else "")
        + f"</p>{_paragraphs(passage.text)}</li>"
        for place, passage in enumerate(found, start=1)
    )
    return f'<ol class="po-list">{items}</ol>'


def diagnosis(part: str, ok: bool, detail: str, remedy: str) -> str:
    """One of the checks of the installation."""
    mend = f"<br><b>Rimedio:</b> {escape(remedy)}" if remedy else ""
    return (
        f'<p class="po-diagnosis {"po-yes" if ok else "po-no"}">'
        f'<span class="po-sign">{"✓" if ok else "✗"}</span>'
        f"<span><b>{escape(part)}</b>: {escape(detail)}{mend}</span></p>"
    )
