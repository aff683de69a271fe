"""From an analysis to a judgement: findings, checks, score and verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coach.analysis.language import TYPOGRAPHY
from coach.rubric import Detector, Principle, Rubric
from coach.schemas import (
    Act,
    Analysis,
    Critique,
    Finding,
    Message,
    Register,
    Relation,
    Severity,
    Slip,
    Span,
    Verdict,
    VirtueMark,
)

#: A life story: at least this many words, and this share of the message's words.
AUTOBIOGRAPHY_WORDS = 30
AUTOBIOGRAPHY_SHARE = 0.5
#: One form of address prevails when its marks are at least this many times the other's.
PREVAILING = 3
#: Acts that tie a message to its recipient; a message with none of them could go to anyone.
PERSONAL_ACTS = (Act.PERSONAL, Act.HOW_MET, Act.APPRECIATION, Act.COMMON_GROUND)
#: The verdicts as the person reads them.
VERDICT_NAMES = {
    Verdict.READY: "Pronta",
    Verdict.REVISE: "Da rivedere",
    Verdict.DO_NOT_SEND: "Non inviare ancora",
}
_MISSING_WORDS = {
    "offer": "un'offerta",
    "how_met": "come vi siete conosciuti",
    "personal": "qualcosa che riguardi proprio questa persona",
}


def critique(message: Message, analysis: Analysis, rubric: Rubric) -> Critique:
    """Judge a message.

    Args:
        message: the draft, with its channel and relation.
        analysis: what `Analyser.analyse` found in it.
        rubric: the principles it is judged by.

    Returns:
        Every finding quotes the draft and carries the passage it rests on. The score is the
        weighted share of the checks passed, so the same text always gets the same score.
    """
    violations: list[Finding] = []
    virtues: list[VirtueMark] = []
    for principle in rubric:
        if principle.relations and message.relation not in principle.relations:
            continue
        if principle.is_violation:
            violations.extend(_findings(principle, message, analysis))
        else:
            spans = _merged(analysis.spans(*principle.acts), message.text)
            virtues.extend(
                VirtueMark(**span.model_dump(), id=principle.id, source=principle.source)
                for span in spans
            )
    violations.sort(key=lambda finding: (finding.start, finding.end))
    virtues.sort(key=lambda mark: (mark.start, mark.end))
    found = {finding.id for finding in violations} | {mark.id for mark in virtues}
    # Whoever knows you does not need to be told how you met.
    known = found | {"how_met"} if message.relation is Relation.ESTABLISHED else found
    checks = rubric.answer(known)
    total = sum(check.weight for check in checks)
    score = round(100 * sum(check.weight for check in checks if check.passed) / total)
    missing = tuple(check.id for check in checks if not check.passed and check.id in _MISSING_WORDS)
    verdict = _verdict(violations, analysis)
    return Critique(
        score=score,
        verdict=verdict,
        missing=missing,
        register_used=analysis.register_used,
        violations=tuple(violations),
        virtues=tuple(virtues),
        checks=checks,
        length=analysis.length,
        summary=_summary(verdict, violations, missing, rubric, analysis),
    )


def _findings(principle: Principle, message: Message, analysis: Analysis) -> list[Finding]:
    """Where a violation holds in a message; empty when it does not."""
    match principle.detector:
        case Detector.ACTS:
            spans = _merged(analysis.spans(*principle.acts), message.text)
            return [_finding(principle, span) for span in spans]
        case Detector.LANGUAGE:
            # Slips of taste are left out: a careful reader would not call them errors.
            return [
                _slip_finding(principle, slip) for slip in analysis.slips if slip.kind != TYPOGRAPHY
            ]
        case Detector.REGISTER:
            return _register_findings(principle, analysis)
        case Detector.GENERIC:
            generic = not analysis.has(*PERSONAL_ACTS)
            return [_finding(principle, _whole(message.text))] if generic else []
        case Detector.FORM if principle.acts:
            return _autobiography_findings(principle, analysis)
        case Detector.FORM:
            length = analysis.length
            if length.chars <= length.limit:
                return []
            over = length.chars - length.limit
            return [
                _finding(
                    principle,
                    _whole(message.text),
                    message=f"{length.chars} caratteri su {length.limit}: {over} di troppo. "
                    f"{principle.why}",
                )
            ]


def _finding(principle: Principle, span: Span, message: str = "", suggestion: str = "") -> Finding:
    assert principle.severity is not None
    return Finding(
        **span.model_dump(include={"start", "end", "quote"}),
        id=principle.id,
        severity=principle.severity,
        message=message or f"{principle.name}. {principle.why}",
        suggestion=suggestion or principle.advice,
        source=principle.source,
    )


def _slip_finding(principle: Principle, slip: Slip) -> Finding:
    suggestion = f"Scrivi «{slip.suggestions[0]}»." if slip.suggestions else "Rileggi la parola."
    return _finding(principle, slip, message=slip.message, suggestion=suggestion)


def _register_findings(principle: Principle, analysis: Analysis) -> list[Finding]:
    """The words that leave the form of address that the message keeps.

    Where neither form clearly prevails, the words of both: which one is meant, only the writer
    knows.
    """
    if analysis.register_used is not Register.MIXED:
        return []
    marks = list(analysis.register_marks)
    tu = [mark for mark in marks if mark.register_used is Register.TU]
    lei = [mark for mark in marks if mark.register_used is Register.LEI]
    fewer, more = sorted((tu, lei), key=len)
    if fewer and len(more) >= PREVAILING * len(fewer):
        marks = fewer
    found = []
    for mark in marks:
        here, there, others = ("Lei", "tu", tu) if mark in lei else ("tu", "Lei", lei)
        words = ", ".join(f"«{other.quote}»" for other in others[:3])
        message = (
            f"{principle.name}: qui dai del {here}, altrove ({words}) del {there}. {principle.why}"
        )
        found.append(_finding(principle, mark, message=message))
    return found


def _autobiography_findings(principle: Principle, analysis: Analysis) -> list[Finding]:
    places = {span.sentence for span in analysis.spans(*principle.acts)}
    told = [analysis.sentences[place] for place in sorted(places)]
    words = sum(len(span.quote.split()) for span in told)
    total = sum(len(span.quote.split()) for span in analysis.sentences)
    if words < AUTOBIOGRAPHY_WORDS or words < AUTOBIOGRAPHY_SHARE * total:
        return []
    return [_finding(principle, span) for span in _merged(told, analysis.text)]


def _merged(spans: Iterable[Span], text: str) -> list[Span]:
    """Spans in the order of the text, those that overlap or only spaces part made one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if merged and not text[merged[-1].end : span.start].strip():
            start, end = merged[-1].start, max(span.end, merged[-1].end)
            merged[-1] = Span(start=start, end=end, quote=text[start:end])
        else:
            merged.append(Span(start=span.start, end=span.end, quote=span.quote))
    return merged


def _whole(text: str) -> Span:
    return Span(start=0, end=len(text), quote=text)


def _verdict(violations: Sequence[Finding], analysis: Analysis) -> Verdict:
    grave = any(
        finding.severity is Severity.ERROR and finding.id != "too_long" for finding in violations
    )
    if grave:
        return Verdict.DO_NOT_SEND
    # Of a text in another language too little is seen to call it ready.
    return Verdict.REVISE if violations or not analysis.italian else Verdict.READY


def _summary(
    verdict: Verdict,
    violations: Sequence[Finding],
    missing: Sequence[str],
    rubric: Rubric,
    analysis: Analysis,
) -> str:
    """Why the verdict, in a few short sentences."""
    found = {finding.id for finding in violations}
    names = [principle.name for principle in rubric.violations if principle.id in found]
    parts = []
    if not analysis.italian:
        parts.append(
            "Il testo non sembra in italiano: non ne controllo l'ortografia "
            "e il resto del giudizio è incerto."
        )
    if names:
        parts.append(f"{'; '.join(names[:3])}.")
    if missing and verdict is not Verdict.READY:
        parts.append(f"Manca {' e '.join(_MISSING_WORDS[name] for name in missing[:2])}.")
    elif missing:
        parts.append("Se puoi, aggiungi " + _MISSING_WORDS[missing[0]] + ".")
    return " ".join(parts) or "Niente da correggere."
