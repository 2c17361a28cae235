"""Say in a sentence or two what an answer did to the rows that waited for it."""

from __future__ import annotations

from reminders.enrolment.terms import Effect
from reminders.intake.list_results import Taken, count_of

EFFECTS = {
    Effect.ADDED: ("new treatment", "new treatments"),
    Effect.MOVED: ("treatment moved", "treatments moved"),
    Effect.UPDATED: ("client updated", "clients updated"),
    Effect.CANCELLED: ("treatment cancelled", "treatments cancelled"),
    Effect.UNCHANGED: ("already known", "already known"),
}

SHOWN = 5
"""How many rows that cannot go in are told one by one."""


def outcome(taken: Taken, waited: int) -> str:
    """Say what became of so many rows that waited."""
    did = [count_of(taken.effects[e], *words) for e, words in EFFECTS.items() if taken.effects[e]]
    if taken.rows:
        said = f"{count_of(taken.rows, 'row')} imported: {', '.join(did)}."
    elif taken.made_one:
        said = "They are merged into one client. On the client’s page this can be undone for a day."
    elif did:
        said = f"Done: {', '.join(did)}."
    elif waited and not taken.asked and not taken.faults:
        said = f"The answer is remembered. {count_of(waited, 'row')} skipped."
    else:
        said = "The answer is remembered."
    if taken.planned:
        said += f" {count_of(taken.planned, 'message')} scheduled."
    if taken.asked:
        asked = count_of(taken.asked, "question")
        said += f" {asked} about the same rows {'follows' if taken.asked == 1 else 'follow'}."
    faults = [
        f"Row {one.row} cannot be imported: {one.problem} {one.advice}" for one in taken.faults
    ]
    more = [f"There are {len(faults) - SHOWN} more such rows."] if len(faults) > SHOWN else []
    return " ".join([said, *faults[:SHOWN], *more])
