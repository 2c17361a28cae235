"""Say in a sentence or two what an answer did to the rows that waited for it."""

from __future__ import annotations

from collections.abc import Callable

from reminders.enrolment.terms import Effect
from reminders.intake.list_results import Taken
from reminders.rules.translation import gettext, ngettext

EFFECTS: dict[Effect, Callable[[int], str]] = {
    Effect.ADDED: lambda n: ngettext("%(n)s new treatment", "%(n)s new treatments", n),
    Effect.MOVED: lambda n: ngettext("%(n)s treatment moved", "%(n)s treatments moved", n),
    Effect.UPDATED: lambda n: ngettext("%(n)s client updated", "%(n)s clients updated", n),
    Effect.CANCELLED: lambda n: ngettext(
        "%(n)s treatment cancelled", "%(n)s treatments cancelled", n
    ),
    Effect.UNCHANGED: lambda n: ngettext("%(n)s row unchanged", "%(n)s rows unchanged", n),
}

SHOWN = 5
"""How many rows that cannot go in are told one by one."""


def outcome(taken: Taken, waited: int) -> str:
    """Say what became of so many rows that waited."""
    said = [_done(taken, waited)]
    if taken.planned:
        said.append(
            ngettext("%(n)s message scheduled.", "%(n)s messages scheduled.", taken.planned)
        )
    if taken.asked:
        said.append(_more_questions(taken.asked))
    said += [
        gettext(
            "Row %(number)s cannot be imported: %(why)s",
            number=str(one.row),
            why=f"{one.problem} {one.advice}",
        )
        for one in taken.faults[:SHOWN]
    ]
    if (more := len(taken.faults) - SHOWN) > 0:
        said.append(gettext("And %(n)s more.", n=more))
    return " ".join(said)


def _done(taken: Taken, waited: int) -> str:
    done = ", ".join(say(taken.effects[e]) for e, say in EFFECTS.items() if taken.effects[e])
    if taken.rows:
        return ngettext(
            "%(n)s row imported: %(effects)s.",
            "%(n)s rows imported: %(effects)s.",
            taken.rows,
            effects=done,
        )
    if taken.made_one:
        return gettext("Clients merged. You can undo this on the client’s page for 24 hours.")
    if done:
        return gettext("Done: %(effects)s.", effects=done)
    if waited and not taken.asked and not taken.faults:
        return ngettext(
            "Answer saved. %(n)s row is not imported.",
            "Answer saved. %(n)s rows are not imported.",
            waited,
        )
    return gettext("Answer saved.")


def _more_questions(n: int) -> str:
    return ngettext(
        "There is %(n)s more question about the same rows.",
        "There are %(n)s more questions about the same rows.",
        n,
    )
