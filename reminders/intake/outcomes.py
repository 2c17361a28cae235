"""Say in a sentence or two what an answer did to the rows that waited for it."""

from __future__ import annotations

from reminders.enrolment.terms import Effect
from reminders.intake.list_results import Taken, count_of

EFFECTS = {
    Effect.ADDED: ("new treatment", "new treatments"),
    Effect.MOVED: ("treatment moved", "treatments moved"),
    Effect.UPDATED: ("client brought up to date", "clients brought up to date"),
    Effect.CANCELLED: ("treatment cancelled", "treatments cancelled"),
    Effect.UNCHANGED: ("known already", "known already"),
}

SHOWN = 5
"""How many rows that cannot go in are told one by one."""


def outcome(taken: Taken, waited: int) -> str:
    """Say what became of so many rows that waited."""
    did = [count_of(taken.effects[e], *words) for e, words in EFFECTS.items() if taken.effects[e]]
    if taken.rows:
        said = f"{count_of(taken.rows, 'row')} went in: {', '.join(did)}."
    elif taken.made_one:
        said = "They are one client now. On the client’s page it can be undone for a day."
    elif did:
        said = f"Done: {', '.join(did)}."
    elif waited and not taken.asked and not taken.faults:
        said = f"Remembered. {count_of(waited, 'row is', 'rows are')} left out."
    else:
        said = "Remembered."
    if taken.planned:
        said += f" {count_of(taken.planned, 'message')} planned."
    if taken.asked:
        asked = count_of(taken.asked, "question")
        said += f" {asked} about the same rows {'is' if taken.asked == 1 else 'are'} next."
    faults = [f"Row {one.row} cannot go in: {one.problem} {one.advice}" for one in taken.faults]
    more = [f"And {len(faults) - SHOWN} more."] if len(faults) > SHOWN else []
    return " ".join([said, *faults[:SHOWN], *more])
