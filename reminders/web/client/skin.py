"""The pages on which a client tells the clinic how the skin is: a tap, what it shows, one sentence."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from reminders.inbox import skin_answers, written_messages
from reminders.rules.keywords import Kind
from reminders.rules.skin_answers import Said
from reminders.web.client import skin_card
from reminders.web.client.aftercare_page import AftercarePage, back, coming_line
from reminders.web.client.page import page_route
from reminders.web.client.preferences import with_open_page


def _show(page: AftercarePage) -> Response:
    """Show the answer that was given and what it means, else the question."""
    shown = skin_card.card(page)
    if shown is None:
        return _closed(page)
    changing = "change" in page.request.http.query_params
    if shown.answer is None or changing:
        return page.page("skin-question.html")
    return _answer(page)


def _answer(page: AftercarePage, fault: str = "", status: int = 200) -> Response:
    shown = skin_card.card(page)
    assert shown is not None  # whoever calls has looked
    assert shown.answer is not None
    assert page.last is not None
    return page.page(
        "skin-answer.html",
        status,
        shown=shown,
        said=shown.answer.said.value,
        sent="sent" in page.request.http.query_params,
        fault=fault,
        emergency=page.emergency(),
        coming=_next(page),
        **({"opens": ""} | skin_card.advice_of(page, page.last, shown.answer)),
    )


def _next(page: AftercarePage) -> list[tuple[str, str]]:
    """Return the next message to come; one that is due by now is on its way."""
    ahead = [one for one in page.upcoming() if one[0].due_at > page.now]
    return [coming_line(page, one) for one in ahead[:1]]


def _closed(page: AftercarePage, status: int = 200) -> Response:
    """Say why nothing is asked, and whom to call."""
    return page.page("skin-closed.html", status, stopped=page.last is not None)


def _tell(page: AftercarePage) -> Response:
    if page.last is None or not skin_card.takes_answers(page):
        return _closed(page, 409)
    said = page.request.typed.get("said", "")
    if said not in set(Said):
        return page.page("skin-question.html", 422)
    skin_answers.tell(
        page.session,
        page.request.app.answers,
        page.client,
        page.last,
        Said(said),
        skin_card.today(page),
        page.now,
    )
    return RedirectResponse(f"/a/{page.request.token}/skin", 303)


def _write(page: AftercarePage) -> Response:
    answer = skin_card.last_answer(page)
    if answer is None:
        return _closed(page, 409) if skin_card.card(page) is None else _show(page)
    taken = written_messages.take_message(
        page.session,
        page.request.app.answers,
        page.client,
        page.request.typed.get("words", ""),
        page.now,
        network_address=page.request.network_address,
        skin_answer_id=answer.id,
    )
    if taken is None:
        return _answer(page, page.words("skin.empty"), 422)
    if taken is Kind.WRONG_NUMBER:
        return page.page("wrong-contact.html")
    if taken is Kind.STOP:
        return back(page, "stopped")
    return RedirectResponse(f"/a/{page.request.token}/skin?sent=1", 303)


ROUTES = [
    page_route("/a/{token}/skin", with_open_page(_show)),
    page_route("/a/{token}/skin", with_open_page(_tell), "POST"),
    page_route("/a/{token}/skin/words", with_open_page(_write), "POST"),
]
