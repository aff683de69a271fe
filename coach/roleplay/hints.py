"""A hint for the next message of a practice, given only when it is asked for."""

from __future__ import annotations

from coach.roleplay.past import GRAVE, Past
from coach.roleplay.planning import ReplyPlan
from coach.roleplay.practice import current_stance
from coach.rubric import Rubric
from coach.schemas import PracticeSession, Relation

#: What to do after each reply, where the reply itself says it.
_AFTER = {
    ReplyPlan.SILENCE: "Non ha risposto: lascia passare un po' di tempo, poi scrivi due righe con "
    "qualcosa di utile, senza rimproveri.",
    ReplyPlan.ASK_WHO: "Vuole sapere chi sei: dillo in poche parole, e di' come sei arrivato qui.",
    ReplyPlan.ASK_PURPOSE: "Non ha capito perché scrivi: di' che cosa hai visto di suo e che cosa "
    "puoi fare per lei o per lui.",
    ReplyPlan.ASK_OFFER: "Si interessa a ciò che offri: rispondi con precisione, in due righe.",
    ReplyPlan.ACCEPT_OFFER: "Ha accettato: mantieni la promessa, e per ora non chiedere altro.",
    ReplyPlan.RECEIVE: "Quello che hai dato è arrivato: ora puoi proporre un passo leggero.",
    ReplyPlan.CONSIDER: "Ci vuole pensare: lascia tempo, e poi porta qualcosa di concreto.",
    ReplyPlan.OBJECT_TONE: "Il tono non è piaciuto: chiedi scusa in una riga, e riparti da "
    "qualcosa di utile.",
    ReplyPlan.ACCEPT_MEETING: "Ha accettato di vedervi: proponi due momenti comodi per lei o lui.",
    ReplyPlan.ASK_TIME: "Ti chiede quando: proponi due momenti, e lascia scegliere.",
    ReplyPlan.DEFER: "Ora non può: ringrazia e di' che ti farai vivo più avanti, senza insistere.",
    ReplyPlan.GRANT_ASK: "Ti ha detto di sì: ringrazia, e di' che cosa puoi fare in cambio.",
    ReplyPlan.OBJECT_INSULT: "Si è offesa o offeso: chiedi scusa, senza giustificarti.",
    ReplyPlan.OBJECT_REGISTER: "Le confidenze pesano: torna alla forma che usa questa persona.",
    ReplyPlan.ASK_ITALIAN: "Scrivi in italiano.",
    ReplyPlan.STAY_IN_ROLE: "Torna al motivo per cui scrivi.",
    ReplyPlan.GOODBYE: "La conversazione è chiusa: ringrazia e basta, oppure leggi il riepilogo.",
}
#: What an opening needs, in the order it is told.
_OPENING = ("how_met", "appreciation", "offer")


def hint(session: PracticeSession, rubric: Rubric) -> str:
    """What the learner could do now, in Italian.

    Args:
        session: the practice so far.
        rubric: the principles, whose advice is given.
    """
    past = Past(session.turns)
    if past.first:
        opening = _OPENING[1:] if session.relation is Relation.ESTABLISHED else _OPENING
        return " ".join((rubric[opening[0]].advice, _idea(session))).strip()
    last = session.turns[-1]
    fault = next((move for move in last.moves if move.id in GRAVE and move.id in rubric), None)
    if fault is not None:
        return rubric[fault.id].advice
    if advice := _AFTER.get(past.plans[-1]):
        return advice
    if not past.given:
        return " ".join((rubric["offer"].advice, _idea(session))).strip()
    if past.may_ask(session.relation, current_stance(session)):
        return "Hai già dato qualcosa: adesso una richiesta piccola e precisa si può fare."
    return "Lascia una porta aperta senza impegno: un aggiornamento, un caffè quando fa comodo."


def _idea(session: PracticeSession) -> str:
    """What would help the person, for those whose needs are known."""
    helps = session.persona.would_help
    return f"Per esempio, a questa persona serve: {helps[0]}." if helps else ""
