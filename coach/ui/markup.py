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
    Balance,
    Citation,
    Critique,
    Direction,
    Exchange,
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
_CITED = re.compile(r"\[(\d{1,2})\]")
_BULLET = re.compile(r"[-•*]\s+")
_JUMP = '<p class="po-jump"><a href="#riscrittura">Vai alla riscrittura</a></p>'
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


def working(doing: str) -> str:
    """What is going on in the background."""
    return f'<p class="po-working"><span class="po-sign">◌</span>{escape(doing)}</p>'


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


def verdict(critique: Critique, *, jump: bool = True) -> str:
    """The verdict, why, and the score with the checks it is made of.

    Args:
        critique: the judgement.
        jump: whether the rewrite is on the same page, to be led to.
    """
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
        f"</details>{_JUMP if jump else ''}</section>"
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


# --- people --------------------------------------------------------------------------------------


def about(role: str, company: str) -> str:
    """What somebody does and where, in one line of text; may be empty."""
    return ", ".join(part for part in (role.strip(), company.strip()) if part)


def contact_row(what: str, facts: Iterable[str]) -> str:
    """What stands beside a name in the list of contacts."""
    said = " · ".join(escape(fact) for fact in facts)
    return (
        f'<p class="po-person"><span>{escape(what)}</span><span class="po-quiet">{said}</span></p>'
    )


def stage(name: str, reason: str) -> str:
    """The stage of a relation and why it is that one."""
    return (
        f'<p class="po-stage"><b>{escape(name)}</b> <span class="po-quiet">{escape(reason)}</span>'
        "</p>"
    )


def balance(found: Balance, name: str) -> str:
    """What was given and asked on both sides: bars with their numbers, which open on the words.

    Gifts are full bars, requests are hollow ones: the colour is not needed to tell them apart.
    """
    rows = (
        ("Hai offerto", "po-gives", found.given),
        ("Hai chiesto", "po-asks", found.asked),
        ("Ti ha offerto", "po-gives", found.received),
        ("Ti ha chiesto", "po-asks", found.requested),
    )
    most = max(1, *(len(words) for _, _, words in rows))
    items = "".join(_balance_row(label, kind, words, most) for label, kind, words in rows)
    return (
        f'<p class="po-sentence">{escape(found.sentence)}</p>'
        f'<ul class="po-balance" aria-label="Bilancio con {escape(name)}">{items}</ul>'
    )


def _balance_row(label: str, kind: str, words: Sequence[str], most: int) -> str:
    row = (
        f'<span class="po-balance-label">{escape(label)}</span>'
        f'<span class="po-balance-bar" aria-hidden="true">'
        f'<span class="{kind}" style="width:{100 * len(words) / most:.0f}%"></span></span>'
        f'<b class="po-balance-number">{len(words)}</b>'
    )
    if not words:
        return f'<li><div class="po-balance-row">{row}</div></li>'
    said = "".join(f"<li>«{escape(_shortened(quote))}»</li>" for quote in words)
    return (
        f'<li><details><summary class="po-balance-row">{row}</summary>'
        f'<ul class="po-facts">{said}</ul></details></li>'
    )


def exchange(found: Exchange, name: str, *, whole: bool) -> str:
    """One exchange of the timeline: who wrote, when and where, the text, what it gives and asks.

    Args:
        found: the exchange.
        name: of the contact.
        whole: whether the text is open; a long one is otherwise folded.
    """
    sent = found.direction is Direction.SENT
    who = "Tu" if sent else escape(name)
    where = wording.EXCHANGE_CHANNELS[found.channel]
    text = found.text.strip()
    short = _shortened(text)
    body = f'<div class="po-said-text" lang="it">{escape(text)}</div>'
    if not whole and short != " ".join(text.split()):
        body = f"<details><summary>{escape(short)}</summary>{body}</details>"
    return (
        f'<article class="po-exchange {"po-sent" if sent else "po-received"}">'
        f'<p class="po-title"><span class="po-sign" aria-hidden="true">{"→" if sent else "←"}'
        f"</span><b>{who}</b>"
        f'<span class="po-quiet">{wording.day(found.at)} · {where}</span></p>'
        f"{body}{_reading(found)}</article>"
    )


def _reading(found: Exchange) -> str:
    """What an exchange gives and asks, and who says so."""
    if found.gives is None or found.asks is None:
        return '<p class="po-quiet">Non l\'ho ancora letto.</p>'
    said = "".join(
        f'<span class="po-chip">{label} «{escape(_shortened(words))}»</span>'
        for label, all_words in (("Offre:", found.gives), ("Chiede:", found.asks))
        for words in all_words
    )
    if not said:
        said = '<span class="po-quiet">Non offre e non chiede.</span>'
    hand = '<span class="po-quiet">(corretto da te)</span>' if found.corrected else ""
    return f'<p class="po-chips">{said}{hand}</p>'


def chips(texts: Iterable[str]) -> str:
    """Short facts, side by side."""
    items = "".join(f'<span class="po-chip">{escape(text)}</span>' for text in texts)
    return f'<p class="po-chips">{items}</p>' if items else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A small table, that scrolls by itself where the screen is narrow."""
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(_shortened(cell))}</td>' for cell in row)}</tr>"
        for row in rows
    )
    return (
        '<div class="po-table" tabindex="0"><table><thead><tr>'
        f"{names}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def listing(texts: Iterable[str]) -> str:
    """Lines of which each is one thing."""
    return f'<ul class="po-facts">{"".join(f"<li>{escape(text)}</li>" for text in texts)}</ul>'


# --- the chat ------------------------------------------------------------------------------------


def answer(text: str, citations: Sequence[Citation] = (), place: str = "") -> str:
    """What the coach says: paragraphs and lists; each `[n]` leads to its citation.

    Args:
        text: as `Answer.text`; may be the beginning of one still being written.
        citations: the sources; a number without one stays as it is written.
        place: tells this answer from the others on the page.
    """
    known = {citation.n for citation in citations}

    def cited(found: re.Match[str]) -> str:
        number = int(found.group(1))
        if number not in known:
            return found.group()
        return (
            f'<a class="po-cited" href="#{_citation_id(place, number)}" '
            f'aria-label="Fonte {number}">{number}</a>'
        )

    html = ""
    for block in re.split(r"\n\s*\n", text.strip()):
        for bullets, lines in _runs(block.splitlines()):
            safe = [_CITED.sub(cited, escape(line)) for line in lines]
            if bullets:
                html += f"<ul>{''.join(f'<li>{line}</li>' for line in safe)}</ul>"
            else:
                html += f"<p>{'<br>'.join(safe)}</p>"
    return f'<div class="po-answer" lang="it">{html}</div>'


def _runs(lines: Sequence[str]) -> list[tuple[bool, list[str]]]:
    """Lines in runs of bullets and of plain ones, the bullets' signs taken off."""
    runs: list[tuple[bool, list[str]]] = []
    for line in filter(None, map(str.strip, lines)):
        sign = _BULLET.match(line)
        if not runs or runs[-1][0] is not bool(sign):
            runs.append((bool(sign), []))
        runs[-1][1].append(line[sign.end() :] if sign else line)
    return runs


def citations(found: Sequence[Citation], place: str) -> str:
    """The numbered sources of an answer, each of which opens on its passage."""
    if not found:
        return ""
    items = "".join(
        '<li><details class="po-source"><summary>'
        f"{_number(citation.n)}{escape(citation.title)}"
        f"{f' › {escape(citation.heading)}' if citation.heading else ''}"
        f' <span class="po-quiet">({wording.CITATIONS[citation.kind]})</span></summary>'
        f'<blockquote id="{_citation_id(place, citation.n)}">'
        f"{_paragraphs(citation.passage)}</blockquote></details></li>"
        for citation in found
    )
    return f'<ol class="po-list po-citations" aria-label="Fonti">{items}</ol>'


def _citation_id(place: str, number: int) -> str:
    return f"fonte-{escape(place)}-{number}"


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
