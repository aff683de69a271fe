"""`coach critique` and `coach rewrite`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TextIO

from pydantic import BaseModel, ConfigDict, Field

from coach.cli.arguments import Arguments, Commands, Parser, add_share_option
from coach.cli.rows import answer_batch, print_json, read_text, shortened, validated
from coach.composition import Coach
from coach.errors import CoachError, InputError
from coach.schemas import (
    Channel,
    Contact,
    ContactCard,
    Critique,
    Message,
    Register,
    Relation,
    Rewrite,
    RewriteRequest,
    Sender,
    Severity,
)

_REGISTER_NAMES = {
    Register.TU: "tu",
    Register.LEI: "Lei",
    Register.MIXED: "misto",
    Register.NONE: "non espresso",
}
_SEVERITY_NAMES = {
    Severity.ERROR: "errore",
    Severity.WARNING: "attenzione",
    Severity.SUGGESTION: "consiglio",
}


def add_commands(commands: Commands) -> None:
    """Add the two commands."""
    critique = commands.add_parser(
        "critique",
        help="critica una bozza",
        description="Critica una bozza: parole, fonte, rimedio.",
    )
    _add_message_arguments(critique)
    critique.add_argument(
        "--llm",
        action="store_true",
        help="aggiunge la riscrittura verificata del modello configurato",
    )
    critique.set_defaults(run=_critique)

    rewrite = commands.add_parser(
        "rewrite",
        help="riscrive una bozza",
        description="Riscrive una bozza in modo che offra prima di chiedere.",
    )
    _add_message_arguments(rewrite)
    rewrite.add_argument("--register", choices=["tu", "Lei"], help="forma con cui rivolgersi")
    rewrite.add_argument("--to", metavar="NOME", default="", help="a chi scrivi")
    rewrite.add_argument("--role", default="", metavar="RUOLO", help="che cosa fa")
    rewrite.add_argument("--company", default="", metavar="AZIENDA", help="dove lavora")
    rewrite.add_argument(
        "--note",
        action="append",
        default=[],
        metavar="APPUNTO",
        help="che cosa sai di questa persona (ripetibile)",
    )
    rewrite.add_argument("--from", dest="sender", default="", metavar="NOME", help="chi scrive")
    rewrite.add_argument("--about", default="", metavar="MESTIERE", help="che cosa fai")
    rewrite.add_argument(
        "--offer",
        action="append",
        default=[],
        metavar="OFFERTA",
        help="che cosa puoi offrire (ripetibile)",
    )
    rewrite.add_argument("--no-llm", action="store_true", help="solo il compositore, senza modello")
    rewrite.add_argument(
        "--variants",
        type=int,
        default=0,
        metavar="N",
        choices=range(4),
        help="quante varianti aggiungere (breve, calda, formale)",
    )
    rewrite.set_defaults(run=_rewrite)


def _add_message_arguments(parser: Parser) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="la bozza; senza, si legge lo standard input",
    )
    source.add_argument("--batch", type=Path, metavar="FILE", help="bozze, una riga JSON l'una")
    parser.add_argument(
        "--channel",
        choices=[c.value for c in Channel],
        default=Channel.LINKEDIN_MESSAGE.value,
        help="canale (linkedin_message)",
    )
    parser.add_argument(
        "--relation",
        choices=[r.value for r in Relation],
        help="quanto vi conoscete (stranger, o ciò che dicono gli scambi con --contact)",
    )
    parser.add_argument(
        "--contact", metavar="ID", help="a chi scrivi: identificativo o nome di un contatto"
    )
    add_share_option(parser)
    parser.add_argument("--json", action="store_true", help="stampa JSON")


class _CritiqueRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str
    channel: Channel | None = None
    relation: Relation | None = None

    def noun(self) -> Message:
        return Message(
            text=self.text,
            channel=self.channel or Channel.LINKEDIN_MESSAGE,
            relation=self.relation or Relation.STRANGER,
        )


class _SenderRow(BaseModel):
    name: str | None = ""
    about: str | None = ""
    can_offer: list[str] | None = None

    def noun(self) -> Sender:
        return Sender(
            name=self.name or "", about=self.about or "", can_offer=tuple(self.can_offer or ())
        )


class _ContactRow(BaseModel):
    name: str | None = ""
    role: str | None = ""
    company: str | None = ""
    notes: list[str] | None = None

    def noun(self) -> Contact:
        return Contact(
            name=self.name or "",
            role=self.role or "",
            company=self.company or "",
            notes=tuple(self.notes or ()),
        )


class _RewriteRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str | int | None = None
    draft: str
    channel: Channel | None = None
    relation: Relation | None = None
    register_wanted: Literal[Register.TU, Register.LEI] | None = Field(
        default=None, alias="register"
    )
    sender: _SenderRow | None = None
    contact: _ContactRow | None = None

    def noun(self) -> RewriteRequest:
        return RewriteRequest(
            draft=self.draft,
            channel=self.channel or Channel.LINKEDIN_MESSAGE,
            relation=self.relation or Relation.STRANGER,
            register_wanted=self.register_wanted,
            sender=self.sender.noun() if self.sender else Sender(),
            contact=self.contact.noun() if self.contact else Contact(),
        )


def _critique(args: Arguments, coach: Coach) -> int:
    use_model = args.llm and _may_read(args, coach) and is_ready(coach)

    def judged(message: Message, contact: Contact | None = None) -> tuple[Critique, Rewrite | None]:
        found = coach.critique(message, contact)
        if not args.llm:
            return found, None
        request = RewriteRequest(
            draft=message.text,
            channel=message.channel,
            relation=message.relation,
            contact=contact or Contact(),
        )
        return found, coach.rewrite(request, use_model=use_model)

    def as_object(found: Critique, rewrite: Rewrite | None) -> dict[str, Any]:
        with_rewrite = {"rewrite": rewrite_object(rewrite)} if rewrite else {}
        return {**critique_object(found), **with_rewrite}

    if args.batch:
        _refuse_contact(args)

        def answer(row: dict[str, Any]) -> dict[str, Any]:
            valid: _CritiqueRow = validated(_CritiqueRow, row)
            return {"id": valid.id, **as_object(*judged(valid.noun()))}

        return answer_batch(args.batch, answer)
    card, relation = _recipient(args, coach)
    found, rewrite = judged(
        Message(
            text=read_text(args.file),
            channel=Channel(args.channel),
            relation=relation,
        ),
        card.contact if card else None,
    )
    if args.json:
        print_json({"id": str(args.file or "-"), **as_object(found, rewrite)})
        return 0
    _print_critique(found, coach, sys.stdout)
    if rewrite:
        print("\nRiscrittura verificata\n")
        _print_rewrite(rewrite, sys.stdout)
    return 0


def _refuse_contact(args: Arguments) -> None:
    if args.contact is not None:
        raise InputError("--contact vale per una bozza sola, non con --batch.")


def _recipient(args: Arguments, coach: Coach) -> tuple[ContactCard | None, Relation]:
    """Whom a message is for and the relation: the one given, else what the exchanges say."""
    card = coach.store.contact(args.contact) if args.contact is not None else None
    if args.relation:
        return card, Relation(args.relation)
    return card, coach.balance(card.id).relation if card else Relation.STRANGER


def _usual_register(card: ContactCard | None) -> Register | None:
    used = card.register_used if card else Register.NONE
    return used if used in (Register.TU, Register.LEI) else None


def _may_read(args: Arguments, coach: Coach) -> bool:
    """Whether the model may read of the contact, if there is one; says how to let it."""
    if args.contact is None or args.share_contact or not _is_remote(coach):
        return True
    print(
        f"Di un contatto non mando niente a {coach.settings.model}: scrive il compositore. "
        "Per mandarlo aggiungi --share-contact.",
        file=sys.stderr,
    )
    return False


def _is_remote(coach: Coach) -> bool:
    """Whether the configured model is on another computer."""
    return coach.model_problem is None and coach.model is not None and coach.model.remote


def is_ready(coach: Coach, warm: Callable[[], None] | None = None) -> bool:
    """Whether the configured model can write, started if need be; says why it cannot."""
    try:
        if problem := coach.model_problem:
            raise problem
        (warm or coach.warm)()
    except CoachError as error:
        print(f"{error} Intanto scrive il compositore.", file=sys.stderr)
        return False
    return True


def _rewrite(args: Arguments, coach: Coach) -> int:
    use_model = not args.no_llm and _may_read(args, coach) and is_ready(coach)

    def rewritten(request: RewriteRequest) -> Rewrite:
        return coach.rewrite(request, use_model=use_model, variants=args.variants)

    if args.batch:
        _refuse_contact(args)

        def answer(row: dict[str, Any]) -> dict[str, Any]:
            valid: _RewriteRow = validated(_RewriteRow, row)
            return {"id": valid.id, **rewrite_object(rewritten(valid.noun()))}

        return answer_batch(args.batch, answer)
    card, relation = _recipient(args, coach)
    known = card.contact if card else Contact()
    profile = coach.store.profile() if card else Sender()
    request = RewriteRequest(
        draft=read_text(args.file),
        channel=Channel(args.channel),
        relation=relation,
        register_wanted=Register(args.register) if args.register else _usual_register(card),
        sender=Sender(
            name=args.sender or profile.name,
            about=args.about or profile.about,
            can_offer=tuple(args.offer) or profile.can_offer,
        ),
        contact=Contact(
            name=args.to or known.name,
            role=args.role or known.role,
            company=args.company or known.company,
            notes=(*known.notes, *args.note),
        ),
    )
    result = rewritten(request)
    if args.json:
        print_json({"id": str(args.file or "-"), **rewrite_object(result)})
    else:
        _print_rewrite(result, sys.stdout)
    return 0


def critique_object(critique: Critique) -> dict[str, Any]:
    """A critique as the contract writes it."""
    return {
        "score": critique.score,
        "verdict": critique.verdict.value,
        "missing": list(critique.missing),
        "register": critique.register_used.value,
        "violations": [
            {
                "id": finding.id,
                "severity": finding.severity.value,
                "start": finding.start,
                "end": finding.end,
                "quote": finding.quote,
                "message": finding.message,
                "suggestion": finding.suggestion,
                "source": finding.source
                and {"title": finding.source.title, "passage": finding.source.passage},
            }
            for finding in critique.violations
        ],
        "virtues": [
            {"id": mark.id, "start": mark.start, "end": mark.end, "quote": mark.quote}
            for mark in critique.virtues
        ],
        "checks": [
            {"id": check.id, "passed": check.passed, "weight": check.weight}
            for check in critique.checks
        ],
        "length": {
            "chars": critique.length.chars,
            "limit": critique.length.limit,
            "words": critique.length.words,
            "gulpease": critique.length.gulpease,
        },
    }


def rewrite_object(rewrite: Rewrite) -> dict[str, Any]:
    """A rewrite as the contract writes it."""
    return {
        "text": rewrite.text,
        "origin": rewrite.origin,
        "model": rewrite.model,
        "rounds": rewrite.rounds,
        "seconds": rewrite.seconds,
        "facts": [{"text": fact.text, "from": fact.origin.value} for fact in rewrite.facts],
        "placeholders": list(rewrite.placeholders),
        "questions": [question.text for question in rewrite.questions],
        "verification": [check.model_dump() for check in rewrite.verification],
        "rejected": rewrite.rejected,
        "before": {"score": rewrite.before.score, "verdict": rewrite.before.verdict.value},
        "after": {"score": rewrite.after.score, "verdict": rewrite.after.verdict.value},
        "variants": [variant.model_dump() for variant in rewrite.variants],
        "advice": list(rewrite.advice),
    }


def _print_critique(critique: Critique, coach: Coach, out: TextIO) -> None:
    from coach.critique import VERDICT_NAMES

    passed = sum(check.passed for check in critique.checks)
    length = critique.length
    lines = [
        f"{VERDICT_NAMES[critique.verdict]}: {critique.score}/100, "
        f"{passed} controlli su {len(critique.checks)}.",
        critique.summary,
        f"{length.chars}/{length.limit} caratteri, "
        f"registro {_REGISTER_NAMES[critique.register_used]}, "
        f"Gulpease {length.gulpease if length.gulpease is not None else 'non misurabile'}.",
    ]
    for number, finding in enumerate(critique.violations, start=1):
        lines += [
            "",
            f"{number}. «{shortened(finding.quote)}» ({_SEVERITY_NAMES[finding.severity]})",
            f"   {finding.message}",
            f"   Meglio: {finding.suggestion}",
        ]
        if finding.source:
            lines.append(f"   Fonte: {finding.source.title}, «{finding.source.heading}»")
    for mark in critique.virtues:
        lines += ["", f"+ «{shortened(mark.quote)}»: {coach.rubric[mark.id].name.lower()}"]
    out.write("\n".join(lines) + "\n")


def _print_rewrite(rewrite: Rewrite, out: TextIO) -> None:
    writer = f"modello {rewrite.model}" if rewrite.origin == "model" else "compositore"
    lines = [
        rewrite.text,
        "",
        f"— {writer}, {rewrite.seconds:.1f} s, punteggio "
        f"{rewrite.before.score} → {rewrite.after.score}",
    ]
    lines += [f"! {words}" for words in rewrite.advice]
    lines += [f"? {question.text}" for question in rewrite.questions]
    for variant in rewrite.variants:
        lines += ["", f"[{variant.label}]", variant.text]
    out.write("\n".join(lines) + "\n")
