"""The whole analysis of a message, in milliseconds and without a model that writes."""

from __future__ import annotations

from collections.abc import Collection

from coach.analysis import form, language, register, text
from coach.analysis.acts import GREETING, ActClassifier
from coach.schemas import Act, ActSpan, Analysis, Message, Register, Span

#: Acts that are always also another.
_IMPLIED = {Act.INTRO_REQUEST: Act.ASK, Act.FREE_SERVICE: Act.ASK}
#: Acts whose questions look like those that ask for something.
_INVITING = (Act.OFFER, Act.LIGHT_NEXT_STEP)


class Analyser:
    """Analyses messages; safe to share between threads."""

    def __init__(self) -> None:
        self._acts = ActClassifier()

    def analyse(self, message: Message, known_names: Collection[str] = ()) -> Analysis:
        """Tell what a message does and how it is written.

        Args:
            message: the draft; offsets of the result are into its text as given.
            known_names: words that are names whatever they look like.

        Raises:
            MessageError: the text is empty, too large, binary or holds no word.
        """
        text.check_text(message.text)
        source = text.clean(message.text)
        sentences = text.sentences(source.text)
        used, marks = register.detect(source, sentences, known_names)
        italian = text.looks_italian(source.text)
        return Analysis(
            text=message.text,
            sentences=tuple(_span(source, start, end) for start, end in sentences),
            acts=self._found_acts(source, sentences),
            slips=tuple(language.slips(source, sentences, known_names)) if italian else (),
            register_used=used,
            register_marks=marks,
            length=form.measure(message.text, message.channel),
            italian=italian,
        )

    def form_of_address(self, message: Message, known_names: Collection[str] = ()) -> Register:
        """Tell which form of address a message uses, and nothing else.

        Raises:
            MessageError: the text is empty, too large, binary or holds no word.
        """
        text.check_text(message.text)
        source = text.clean(message.text)
        return register.detect(source, text.sentences(source.text), known_names)[0]

    def _found_acts(
        self, source: text.Normalised, sentences: list[text.Offsets]
    ) -> tuple[ActSpan, ...]:
        weights = self._acts.weights
        seen = self._acts.probabilities([source.text[start:end] for start, end in sentences])
        found: list[ActSpan] = []
        for place, (start, end) in enumerate(sentences):
            if GREETING.fullmatch(source.text, start, end):
                continue
            acts = {
                act: float(seen[place, column])
                for column, act in enumerate(weights.acts)
                if seen[place, column] >= weights.thresholds[column]
            }
            if any(acts.get(act, 0.0) > acts.get(Act.ASK, 1.0) for act in _INVITING):
                # The question of an offer ("glielo mando?") or of an invitation.
                del acts[Act.ASK]
            for act, implied in _IMPLIED.items():
                if act in acts:
                    acts[implied] = max(acts[act], acts.get(implied, 0.0))
            if acts.get(Act.SALE, 0.0) > acts.get(Act.OFFER, 1.0):
                # A gift that comes with something to buy is part of the sale.
                del acts[Act.OFFER]
            for act, confidence in acts.items():
                span = _span(source, *self._acts.focus(source.text, start, end, act))
                found.append(
                    ActSpan(
                        **span.model_dump(),
                        act=act,
                        sentence=place,
                        confidence=round(confidence, 3),
                    )
                )
        return tuple(sorted(found, key=lambda span: (span.sentence, span.start, span.act)))


def _span(source: text.Normalised, start: int, end: int) -> Span:
    first, last = source.original_span(start, end)
    return Span(start=first, end=last, quote=source.original[first:last])
