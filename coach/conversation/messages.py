"""Answers that hold a message: one to send, one that is looked at, one that hurt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coach import prompts
from coach.conversation.contact import Dossier
from coach.conversation.context import (
    INSISTENCE,
    KINDLY,
    NEVER_AT_ONCE,
    PEDLAR,
    SILENCE_FOLLOWS,
    Context,
)
from coach.conversation.sources import AnswerDraft, enumerated, first_name, plain
from coach.critique import VERDICT_NAMES, critique
from coach.errors import MessageError
from coach.library.lexical import fold
from coach.rewrite import RewriteEvent, rewrite
from coach.rewrite.discretion import confidential
from coach.schemas import (
    CHANNEL_LIMITS,
    Answer,
    Channel,
    ChatMessage,
    Contact,
    Critique,
    Exchange,
    Fact,
    FactOrigin,
    Finding,
    Message,
    Passage,
    Register,
    Relation,
    Rewrite,
    RewriteRequest,
    Severity,
    Source,
)

#: Longest time given to the model to polish a message in a chat, in seconds.
POLISH_SECONDS = 8.0
#: Exchanges looked at for their form of address, and characters read of each.
LAST_READ, MAX_READ = 3, 2_000

#: Longest stretch of a draft that is quoted, in characters.
LONGEST_QUOTED = 160

#: The two forms of address.
FORMS = (Register.TU, Register.LEI)


# --- a message to send ----------------------------------------------------------------------------


def write(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "scrivimi il messaggio" with a verified one made of what is known."""
    about = context.about
    who = first_name(about.card) if about else ""
    opening = f"Ecco un messaggio per {who}:" if who else "Ecco un messaggio da completare:"

    def told(event: RewriteEvent) -> None:
        if event.text and context.on_text is not None:
            context.on_text(f"{opening}\n\n{event.text}")

    request = _request(context)
    result = rewrite(
        request,
        analyser=context.analyser,
        rubric=context.rubric,
        model=context.model,
        prompts_folder=context.prompts_folder,
        budget_seconds=POLISH_SECONDS,
        variants=len(_MANNERS),
        on_progress=told,
        cancel=context.cancel,
    )
    result, apart = _in_manner(result, fold(context.question))
    draft.say(opening)
    draft.paragraph(result.text)
    _tell_facts(result, context, draft)
    for question in result.questions[:2]:
        draft.say(f"Mi manca un'informazione: {question.text}")
    for advice in (*result.advice[:1], apart):
        if advice:
            draft.say(advice)
    said = _TO_SAY.search(context.question)
    if said is not None:
        draft.say(f"Aggiungi con parole tue quello che vuoi dire: «{said['what'].strip(' .!?')}».")
    if about is not None and any(confidential(note) for note in about.card.notes):
        draft.say("Gli appunti che hai segnato come riservati sono rimasti fuori.")
    return draft.answer(rewrite=result)


# "Scrivile che vengo volentieri": what only the person can put into words.
_TO_SAY = re.compile(
    r"\b(?:scriv|di(?:gli|lle)|dir|dic|messaggio|mand)\w* che (?P<what>\w+ \w+.{4,150})$",
    re.IGNORECASE | re.DOTALL,
)


def messages_of(result: Rewrite, context: Context) -> tuple[ChatMessage, ...]:
    """What a stronger model is sent to polish a message (`coach.rewrite.polish`)."""
    request = _request(context)
    formal = result.verification and any(
        check.id == "register" and check.detail.endswith("Lei") for check in result.verification
    )
    facts = [fact.text for fact in result.facts]
    return prompts.load("polish_message", context.prompts_folder).render(
        register="Lei" if formal else "tu",
        limit=str(CHANNEL_LIMITS[request.channel]),
        facts="\n".join(f"- {fact}" for fact in facts) or "- nessuno",
        message=result.text,
    )


def _tell_facts(result: Rewrite, context: Context, draft: AnswerDraft) -> None:
    """Name what the message was made of, each thing with its source."""
    cited = []
    for fact in result.facts:
        number = _source_of(fact, context, draft)
        if number:
            cited.append(f"«{fact.text}» [{number}]")
    if cited:
        draft.paragraph(f"L'ho composto da {enumerated(cited)}.")
    else:
        draft.paragraph()


def _source_of(fact: Fact, context: Context, draft: AnswerDraft) -> int:
    """The number of the citation of a fact; 0 for one that needs none."""
    about = context.about
    if fact.origin is FactOrigin.SENDER and fact.text in context.profile.can_offer:
        return draft.profile(context.profile, fact.text)
    if fact.origin is FactOrigin.CONTACT and about is not None:
        for note in about.card.notes:
            if fact.text in note:
                return draft.card(about.card, note, "appunto")
    return 0


def _request(context: Context) -> RewriteRequest:
    """The rewrite that makes a message of what is known."""
    about = context.about
    asked = fold(context.question)
    register = _register_wanted(asked, context)
    relation = context.balance.relation if context.balance else Relation.STRANGER
    return RewriteRequest(
        # A draft that says nothing: the message is made of what is known of the two.
        draft=f"Buongiorno {about.card.name}," if about else "Buongiorno,",
        channel=_channel(asked, about),
        relation=relation,
        register_wanted=register,
        sender=context.profile,
        contact=_speakable(about),
    )


def _speakable(about: Dossier | None) -> Contact:
    """The contact without the notes that are marked as not to be repeated."""
    if about is None:
        return Contact()
    contact = about.card.contact
    notes = tuple(note for note in contact.notes if not confidential(note))
    return contact.model_copy(update={"notes": notes})


#: Manners a message is asked for, by the words that ask (labels of `Variant`).
_MANNERS = (
    ("breve", r"\b(?:piu|molto) (?:brev|cort|sintetic|concis)|\baccorci|\bin breve\b|poche righe"),
    ("calda", r"\b(?:piu|molto) (?:cald|cordial|amichevol|affettuos)"),
    ("formale", r"\b(?:piu|molto) formal"),
)


def _in_manner(result: Rewrite, asked: str) -> tuple[Rewrite, str]:
    """The message in the manner that was asked for, and what to say when there is none."""
    manner = next((name for name, pattern in _MANNERS if re.search(pattern, asked)), "")
    if not manner:
        return result, ""
    for variant in result.variants:
        if variant.label == manner:
            return result.model_copy(update={"text": variant.text, "model": None}), ""
    if manner == "breve":
        return result, "Più breve di così perderebbe quello che offri o come vi conoscete."
    return result, ""


def _register_wanted(asked: str, context: Context) -> Register | None:
    if re.search(r"\b(?:con il lei|del lei|dalle del lei|formale|in lei|col lei)\b", asked):
        return Register.LEI
    if re.search(r"\b(?:con il tu|del tu|informale|in tu|col tu)\b", asked):
        return Register.TU
    return used_with(context.about, context)


def used_with(about: Dossier | None, context: Context) -> Register | None:
    """The form of address used with a contact: the card's, else that of the last exchange."""
    if about is None:
        return None
    if about.card.register_used in FORMS:
        return about.card.register_used
    for exchange in reversed(about.exchanges[-LAST_READ:]):
        form = form_in(exchange, context)
        if form in FORMS:
            return form
    return None


def form_in(exchange: Exchange, context: Context) -> Register:
    """The form of address of an exchange."""
    try:
        message = Message(text=exchange.text[:MAX_READ], channel=Channel.EMAIL)
        return context.analyser.form_of_address(message, names_of(context))
    except MessageError:
        return Register.NONE


def _channel(asked: str, about: Dossier | None) -> Channel:
    if re.search(r"\b(?:invito|collegament\w+|nota|connession\w+|collegarmi|connettermi)\b", asked):
        return Channel.LINKEDIN_INVITE
    if re.search(r"\b(?:e-?mail|mail|posta)\b", asked):
        return Channel.EMAIL
    if re.search(r"\b(?:seguito|follow|sollecit\w+|ricontatt\w+|riprendere|di nuovo)\b", asked):
        return Channel.FOLLOW_UP
    if about is not None and about.exchanges and not re.search(r"\bprim[oa]\b", asked):
        return Channel.FOLLOW_UP
    return Channel.LINKEDIN_MESSAGE


# --- a message that is looked at ------------------------------------------------------------------


def review(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "rivedi questo": the critique, and the worst finding with its source."""
    if not context.pasted:
        draft.say("Incollami qui il testo e te lo rivedo: dimmi anche se è un invito o un'e-mail.")
        return draft.answer()
    judged = judge(context.pasted, context, _channel_of_draft(context))
    if judged is None:
        draft.say("Quello che hai incollato non ha parole da giudicare: mandami il testo.")
        return draft.answer(grounded=False)
    found = judged.violations
    draft.say(f"{VERDICT_NAMES[judged.verdict]}: {judged.score} punti su 100.")
    if found:
        worst = _worst(found)
        _tell_finding(worst, draft)
        others = len({finding.id for finding in found} - {worst.id})
        if others:
            draft.say("C'è anche dell'altro da sistemare: lo trovi nel giudizio per esteso.")
    else:
        mark = next((mark for mark in judged.virtues if mark.source is not None), None)
        if mark is not None and mark.source is not None:
            number = _cite(mark.source, draft)
            draft.say(f"Va bene così: qui funziona «{mark.quote.strip()}».", number)
        else:
            draft.say("Non ho trovato niente da correggere.")
    return draft.answer(critique=judged)


def judge(text: str, context: Context, channel: Channel) -> Critique | None:
    """The critique of a text written to, or by, whom a question is about; None without words."""
    relation = context.balance.relation if context.balance else Relation.STRANGER
    message = Message(text=text, channel=channel, relation=relation)
    try:
        analysis = context.analyser.analyse(message, names_of(context))
    except MessageError:
        return None
    return critique(message, analysis, context.rubric)


def names_of(context: Context) -> frozenset[str]:
    """Words of the names of the two, which are no slips."""
    about = context.about
    texts = [context.profile.name, *((about.card.name, about.card.company) if about else ())]
    return frozenset(word for text in texts for word in text.split())


def _channel_of_draft(context: Context) -> Channel:
    asked = fold(context.question)
    if re.search(r"\b(?:invito|nota|collegament\w+)\b", asked):
        return Channel.LINKEDIN_INVITE
    if re.search(r"\b(?:e-?mail|mail)\b", asked):
        return Channel.EMAIL
    return Channel.LINKEDIN_MESSAGE


_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.SUGGESTION: 2}


def _worst(found: Sequence[Finding]) -> Finding:
    """The gravest finding; language last among equals, for a slip is soon mended."""
    return min(found, key=lambda f: (_GRAVITY[f.severity], f.id == "language_errors", f.start))


def _tell_finding(finding: Finding, draft: AnswerDraft) -> None:
    numbers = []
    if finding.source is not None:
        numbers.append(_cite(finding.source, draft))
    quote = " ".join(finding.quote.split())
    where = f", in «{quote}»" if 0 < len(quote) <= LONGEST_QUOTED else ""
    message = finding.message[:1].lower() + finding.message[1:]
    draft.say(f"Il punto più importante{where}: {message}", *numbers)
    draft.say(finding.suggestion)


def _cite(source: Source, draft: AnswerDraft) -> int:
    """The number of the citation of what a principle rests on."""
    return draft.passage(
        Passage(
            text=source.passage,
            title=source.title,
            source_id=source.source_id,
            heading=source.heading,
            score=0.0,
        )
    )


# --- messages that hurt ---------------------------------------------------------------------------


def rude(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "come reagisco a chi mi scrive male" from the readers' experience."""
    asked = fold(context.question)
    if _SAYS_NO.search(fold(context.pasted or context.question)):
        passage = context.section(INSISTENCE)
        if passage is not None:
            draft.say(
                "Ti sta dicendo di no: se vuoi scusati in una riga, poi non scrivere più, perché "
                "chi insiste finisce nascosto e tolto dai collegamenti.",
                draft.passage(passage),
            )
            return draft.answer()
    said = False
    for pattern, place, words in _TO_RUDENESS:
        if pattern is None or re.search(pattern, asked):
            passage = context.section(place)
            if passage is not None:
                draft.say(words, draft.passage(passage))
                said = True
    if not said:
        draft.say("Su questo le fonti che ho non dicono niente.")
    if context.pasted:
        judged = judge(context.pasted, context, Channel.LINKEDIN_MESSAGE)
        if judged is not None and judged.violations:
            worst = _worst(judged.violations)
            draft.say(
                f"In quello che ti ha scritto pesa soprattutto questo: «{plain(worst.quote)}».",
                draft.pasted(context.pasted),
            )
    return draft.answer(grounded=said)


# Whoever wants to be left alone.
_SAYS_NO = re.compile(
    r"\b(?:smett\w+|smettila|la smetta|lasciami|lasciatemi|mi lasci|toglimi|mi tolga|disiscriv\w*|"
    r"non (?:mi )?(?:scriver\w*|contattar\w*|disturbar\w*|mandar\w*|cercar\w*)"
    r"(?: piu| mai)?\b(?! prima)|non (?:sono|mi) interess\w+)\b"
)

# What the sources say, from the general to the particular; None for what always holds.
_TO_RUDENESS: tuple[tuple[str | None, tuple[str, str], str], ...] = (
    (None, KINDLY,
     "Conviene rispondere in modo propositivo, facendo capire con garbo come si comincia una "
     "relazione: è il consiglio di Federico, un lettore, perché chi sbaglia maniera spesso è in "
     "buona fede."),
    (r"generic|a caso|senza (?:due|present|dire|nota|motivo)|invit|copia|uguali|amicizia",
     SILENCE_FOLLOWS,
     "Puoi anche chiedere il perché del contatto: a un altro lettore, Alberto Riva, nel 99% dei "
     "casi segue il silenzio."),
    (r"vend|prodott|commercial|listin|promoz|offert", PEDLAR,
     "Chi parte con prodotti e prezzi si comporta da venditore porta a porta: non sei tenuto a "
     "stare al gioco."),
    (r"insist|tempest|scocciat|assill|aggress|offens|arrogant|malissimo|blocc|scortes|pretend",
     INSISTENCE,
     "Se insiste, puoi nasconderlo o toglierlo dai collegamenti: è quello che capita a chi incalza "
     "le persone."),
    (r"chied|chiest|favor|lavoro", NEVER_AT_ONCE,
     "Una richiesta al primo messaggio è il contrario del principio di non chiedere subito: puoi "
     "dire di no senza sentirti in colpa."),
)  # fmt: skip
