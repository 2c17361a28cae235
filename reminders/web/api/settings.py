"""Services and questions by the API: what the clinic sells, and what waits for a person."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.intake import answers, services
from reminders.intake.outcomes import outcome
from reminders.questions import questions
from reminders.shapes import api as shapes
from reminders.shapes.api_requests import QuestionInput, ServiceInput
from reminders.shapes.questions import Choice, Service
from reminders.shapes.questions import Question as QuestionShape
from reminders.store.queries import questions as queries
from reminders.store.queries.desk import NotAtClinic
from reminders.store.tables import Question
from reminders.web.api.caller import Caller, Owner, Staff, Viewer
from reminders.web.api.clients import Id
from reminders.web.api.problems import Problem, SafeRoute
from reminders.web.api.replies import whose

router = APIRouter(route_class=SafeRoute)


@router.get("/services", response_model=shapes.Services, tags=["services"])
def read_services(caller: Viewer) -> shapes.Services:
    """Read which protocol each of the clinic's services has, and the protocols available."""
    with caller.reading() as session:
        return _services(session, caller)


def _services(session: Session, caller: Caller) -> shapes.Services:
    may_be = services.meanings(caller.app.library)
    return shapes.Services(
        services=[Service.of(one) for one in services.known(session, caller.clinic.id)],
        protocols=[Choice(key=key, label=label) for key, label in may_be.items()],
    )


@router.put("/services", response_model=shapes.Services, tags=["services"])
def put_service(caller: Owner, body: ServiceInput) -> Response:
    """Set which protocol a service has, from the next booking on. What was waiting for it is
    imported.
    """

    def act(session: Session) -> shapes.Services:
        wanted = {body.service: body.protocol}
        services.change(session, caller.app.library, caller.clinic, wanted, caller.who, caller.now)
        return _services(session, caller)

    return caller.once(act)


@router.get("/questions", response_model=shapes.Questions, tags=["questions"])
def read_questions(caller: Viewer) -> shapes.Questions:
    """Read the open questions, which wait for staff."""
    with caller.reading() as session:
        asked = questions.open_questions(session, caller.clinic.id)
        name = caller.clinic.name
        return shapes.Questions(questions=[QuestionShape.of(one, clinic=name) for one in asked])


@router.get("/questions/{question}", response_model=QuestionShape, tags=["questions"])
def read_question(caller: Viewer, question: Id) -> QuestionShape:
    """Read one open question."""
    with caller.reading() as session:
        found = caller.row(session, Question, question)
        if found.answered_at is not None:
            raise NotAtClinic
        rows = len(queries.waiting_rows(session, found.id))
        return QuestionShape.of(questions.as_open(found, rows), clinic=caller.clinic.name)


@router.post(
    "/questions/{question}/answer", response_model=shapes.QuestionAnswered, tags=["questions"]
)
def answer_question(caller: Staff, question: Id, body: QuestionInput) -> Response:
    """Answer a question for a member of staff. What was waiting for it is imported, and it is not
    asked again.
    """

    def act(session: Session) -> shapes.QuestionAnswered:
        found = caller.row(session, Question, question, lock=True)
        if found.answered_at is not None:
            raise Problem("refused", 409, "This question has already been answered.")
        by = whose(session, caller, body.by)
        waited = len(queries.waiting_rows(session, found.id))
        taken = answers.answer(session, caller.app.library, found.id, body.choice, by, caller.now)
        return shapes.QuestionAnswered(
            question=question, outcome=outcome(taken, waited), questions=taken.asked
        )

    return caller.once(act)
