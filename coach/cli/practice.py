"""`coach practice`: the first outreach, played in the terminal or from a script."""

from __future__ import annotations

import select
import sys
from pathlib import Path
from typing import Any

from coach.cli.arguments import Arguments, Commands, add_share_option
from coach.cli.messages import is_ready
from coach.cli.rows import answer_batch, print_json, shortened, write_text
from coach.composition import Coach
from coach.errors import InputError
from coach.schemas import Channel, Difficulty, PracticeSession, PracticeTurn, Relation, Stance

_HINT, _END = "/aiuto", "/fine"
_COMMANDS = f"Da soli su una riga: {_HINT} per un suggerimento, {_END} per il riepilogo."
_HOW_TO = f"Scrivi il messaggio e chiudilo con una riga vuota. {_COMMANDS}"
#: Seconds within which the next line of a pasted message comes.
_PASTE = 0.1
_UNANSWERED = "visualizzato, nessuna risposta"
#: The stance from cold to open, for a scale that is read without colour.
_SCALE = tuple(Stance)


def add_commands(commands: Commands) -> None:
    """Add the command."""
    practice = commands.add_parser(
        "practice",
        help="fa pratica con una persona simulata",
        description="Fa pratica del primo contatto: rispondo come farebbe chi legge, poi ti dico "
        "che cosa ha funzionato.",
    )
    who = practice.add_mutually_exclusive_group(required=True)
    who.add_argument("--contact", metavar="ID", help="un tuo contatto: identificativo o nome")
    who.add_argument("--persona", metavar="NOME", help="una delle persone della casa")
    who.add_argument("--list", action="store_true", help="elenca le persone della casa")
    who.add_argument(
        "--script", type=Path, metavar="FILE", help="conversazioni da giocare, una riga JSON l'una"
    )
    who.add_argument("--history", type=Path, metavar="FILE", help="scrive i progressi in un .csv")
    practice.add_argument(
        "--difficulty",
        choices=[d.value for d in Difficulty],
        default=Difficulty.MEDIUM.value,
        help="quanta pazienza ha chi legge (medio)",
    )
    practice.add_argument(
        "--channel",
        choices=[c.value for c in Channel],
        default=Channel.LINKEDIN_MESSAGE.value,
        help="dove mandi il primo messaggio (linkedin_message)",
    )
    practice.add_argument(
        "--relation", choices=[r.value for r in Relation], help="quanto vi conoscete"
    )
    add_share_option(practice)
    practice.add_argument(
        "--no-llm", action="store_true", help="solo risposte scritte, senza modello"
    )
    practice.add_argument("--json", action="store_true", help="stampa JSON")
    practice.set_defaults(run=_practice)


def _practice(args: Arguments, coach: Coach) -> int:
    if args.list:
        return _list(args, coach)
    if args.history is not None:
        return _history(args.history, coach)
    if args.script is not None:
        return _script(args, coach)
    return _play(args, coach)


def _list(args: Arguments, coach: Coach) -> int:
    for persona in coach.personas:
        if args.json:
            print_json(persona.model_dump(mode="json"))
        else:
            print(f"{persona.name}\t{persona.role}, {persona.company}")
    return 0


def _history(file: Path, coach: Coach) -> int:
    from coach.privacy import table
    from coach.roleplay.progress import rows

    found = rows(coach.store.sessions())
    if not found:
        raise InputError("Non c'è ancora nessuna pratica.", "Comincia con coach practice --list.")
    write_text(file, table(found))
    print(f"{len(found)} righe in {file}.", file=sys.stderr)
    return 0


def _script(args: Arguments, coach: Coach) -> int:
    from coach.roleplay.scripted import run_script_row

    use_model = not args.no_llm and is_ready(coach, coach.warm_practice)

    def answer(row: dict[str, Any]) -> dict[str, Any]:
        return run_script_row(
            row,
            personas=coach.personas,
            analyser=coach.analyser,
            rubric=coach.rubric,
            bank=coach.replies,
            model=coach.model if use_model else None,
            prompts_folder=coach.settings.prompts,
        )

    return answer_batch(args.script, answer)


# --- in the terminal ------------------------------------------------------------------------------


def _play(args: Arguments, coach: Coach) -> int:
    from coach.roleplay.practice import MOST_TURNS

    session = coach.start_practice(
        contact_id=args.contact,
        persona=args.persona or "",
        relation=Relation(args.relation) if args.relation else None,
        channel=Channel(args.channel),
        difficulty=Difficulty(args.difficulty),
    )
    use_model = not args.no_llm and is_ready(coach, coach.warm_practice)
    who = session.persona
    what = ", ".join(part for part in (who.role, who.company) if part)
    print(f"Scrivi a {who.name}{f' ({what})' if what else ''}.", file=sys.stderr)
    print(_HOW_TO, file=sys.stderr)
    ended = False
    while not ended:
        message, ended = _read_message(coach, session)
        if not message:
            break
        try:
            session = coach.play(
                session, message, use_model=use_model, share_contact=args.share_contact
            )
        except InputError as error:
            print(f"coach: {error}", file=sys.stderr)
            continue
        if not args.json:
            _print_turn(session.turns[-1], who.name)
        if len(session.turns) == MOST_TURNS:
            print(f"Sono {MOST_TURNS} messaggi, di più non se ne può.", file=sys.stderr)
            break
    if not session.turns:
        print("Nessun messaggio: niente da rivedere.", file=sys.stderr)
        return 0
    session = coach.debrief(session)
    if args.json:
        from coach.roleplay.scripted import told

        print_json({"id": session.id, **told(session)})
        return 0
    _print_debrief(session)
    _redraft(session, coach)
    return 0


def _read_message(coach: Coach, session: PracticeSession) -> tuple[str, bool]:
    """The next message, empty when there is none, and whether the person has done."""
    from coach.roleplay.hints import hint

    if sys.stdin.isatty():
        print("\nTu:", file=sys.stderr)
    lines: list[str] = []
    for line in sys.stdin:
        text = line.rstrip("\r\n")
        command = text.strip().lower()
        if command == _END:
            break
        if command == _HINT:
            print(f"Suggerimento: {hint(session, coach.rubric)}", file=sys.stderr)
        elif command.startswith("/") and len(command.split()) == 1:
            print(f"Non conosco {command}. {_COMMANDS}", file=sys.stderr)
        elif command or (lines and _is_being_pasted()):
            lines.append(text)
        elif lines:
            return "\n".join(lines), False
    return "\n".join(lines).rstrip(), True


def _is_being_pasted() -> bool:
    """Whether more lines wait already at the terminal: nobody types so fast."""
    return sys.stdin.isatty() and bool(select.select([sys.stdin], [], [], _PASTE)[0])


def _print_turn(turn: PracticeTurn, name: str) -> None:
    print(f"\n{name.split()[0]}: {turn.reply or f'({_UNANSWERED})'}")
    place = _SCALE.index(turn.stance_after)
    scale = "●" * (place + 1) + "○" * (len(_SCALE) - place - 1)
    print(f"[{scale} {turn.stance_after}]")
    for move in turn.moves:
        print(f"  {_sign(move.steps)} {move.reason}")


def _sign(steps: float) -> str:
    return "+" if steps > 0 else "-" if steps < 0 else "="


def _print_debrief(session: PracticeSession) -> None:
    found = session.debrief
    assert found is not None
    print(f"\n— Riepilogo: {found.score}/100")
    for review in found.reviews:
        print(f"\n{review.turn + 1}. «{shortened(session.turns[review.turn].learner)}»")
        print(f"   {review.moved}")
        for finding in review.critique.violations:
            print(f"   «{shortened(finding.quote)}»: {finding.message}")
        if review.source is not None:
            print(f"   Fonte: {review.source.title}, «{review.source.heading}»")
        if review.better:
            print(
                "   Meglio così:\n"
                + "\n".join(f"     {line}" for line in review.better.split("\n"))
            )
    for label, words in (("Bene", found.did_well), ("Da migliorare", found.to_improve)):
        for said in words:
            print(f"{label}: {said}")
    if found.next_draft_hint:
        print(f"La prossima volta: {found.next_draft_hint}")


def _redraft(session: PracticeSession, coach: Coach) -> None:
    """Have the first message written again, alone."""
    print("\nOra riscrivi da solo il primo messaggio (riga vuota per chiudere).", file=sys.stderr)
    ended = False
    while not ended:
        text, ended = _read_message(coach, session)
        if not text:
            return
        try:
            scored = coach.score_redraft(session, text)
        except InputError as error:
            print(f"coach: {error}", file=sys.stderr)
            continue
        print(f"Prima {session.turns[0].score}/100, adesso {scored.redraft_score}/100.")
        return
