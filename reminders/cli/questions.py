"""Commands that show what is in doubt about lists and who joined, and take a person's answer."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy.orm import Session

from reminders.cli.common import AsJson, find_clinic, opened, out, print_json, stop
from reminders.intake import answers
from reminders.intake.outcomes import outcome
from reminders.questions.questions import OpenQuestion, open_questions
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, ngettext
from reminders.shapes import questions as shapes
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries import questions as queries
from reminders.store.queries.audit import COMMAND_LINE

Only = Annotated[str | None, typer.Option(help="Only this clinic.")]


def show_questions(clinic: Only = None, as_json: AsJson = False) -> None:
    """Show the open questions about imports and new clients, with the possible answers."""
    with opened() as app, reading(app.engine) as session:
        clinic_id = find_clinic(session, clinic).id if clinic else None
        found = [_shape(session, asked) for asked in open_questions(session, clinic_id)]
    if as_json:
        print_json(found)
    elif not found:
        out.print(gettext("There are no open questions."))
    for one in [] if as_json else found:
        out.print(f"[bold]{one.id}[/bold]  {escape(_sentence(one))}", soft_wrap=True)
        for choice in one.choices:
            spelled = f"reminders answer {one.id} {_quoted(choice.key)}"
            out.print(f"    {escape(choice.label)}: [bold]{escape(spelled)}[/bold]", soft_wrap=True)


def _shape(session: Session, asked: OpenQuestion) -> shapes.Question:
    return shapes.Question.of(asked, clinic=people.clinic(session, asked.clinic_id).name)


def _sentence(one: shapes.Question) -> str:
    said = f"{one.clinic}: {one.sentence}"
    if not one.rows:
        return said
    waits = ngettext("(1 row is waiting)", "(%(n)s rows are waiting)", one.rows)
    return f"{said} {waits}"


def _quoted(key: str) -> str:
    return key if key.replace("-", "").replace("+", "").replace(":", "").isalnum() else f'"{key}"'


def take_answer(
    question: Annotated[int, typer.Argument(help="The question's ID; see “reminders questions”.")],
    choice: Annotated[
        str, typer.Argument(help="One of the answers shown, or the name to greet the client by.")
    ],
) -> None:
    """Answer a question. The rows waiting for it are imported, and it is not asked again."""
    with opened() as app, writing(app.engine) as session:
        try:
            rows = len(queries.waiting_rows(session, question))
            taken = answers.answer(
                session, app.library, question, choice, COMMAND_LINE, app.clock()
            )
        except InputError as error:
            stop(error.problem, error.mend)
        out.print(escape(outcome(taken, rows)), soft_wrap=True)
