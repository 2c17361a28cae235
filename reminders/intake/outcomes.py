"""Say in a sentence or two what an answer did to the rows that waited for it."""

from __future__ import annotations

from reminders.enrolment.terms import Effect
from reminders.intake.list_results import Taken, count_of

EFFECTS = {
    Effect.ADDED: ("new treatment", "new treatments"),
    Effect.MOVED: ("treatment moved", "treatments moved"),
    Effect.UPDATED: ("client updated", "clients updated"),
    Effect.CANCELLED: ("treatment cancelled", "treatments cancelled"),
    Effect.UNCHANGED: ("row unchanged", "rows unchanged"),
}

SHOWN = 5
"""How many rows that cannot go in are told one by one."""


def outcome(taken: Taken, waited: int) -> str:
    """Say what became of so many rows that waited."""
    did = [count_of(taken.effects[e], *words) for e, words in EFFECTS.items() if taken.effects[e]]
    if taken.rows:
        said = f"{count_of(taken.rows, 'row')} imported: {', '.join(did)}."
    elif taken.made_one:
        said = "Clients merged. You can undo this on the client’s page for 24 hours."
    elif did:
        said = f"Done: {', '.join(did)}."
    elif waited and not taken.asked and not taken.faults:
        said = f"Answer saved. {count_of(waited, 'row is', 'rows are')} not imported."
    else:
        said = "Answer saved."
    if taken.planned:
        said += f" {count_of(taken.planned, 'message')} scheduled."
    if taken.asked:
        asked = count_of(taken.asked, "more question")
        said += f" There {'is' if taken.asked == 1 else 'are'} {asked} about the same rows."
    faults = [
        f"Row {one.row} cannot be imported: {one.problem} {one.advice}" for one in taken.faults
    ]
    more = [f"And {len(faults) - SHOWN} more."] if len(faults) > SHOWN else []
    return " ".join([said, *faults[:SHOWN], *more])
