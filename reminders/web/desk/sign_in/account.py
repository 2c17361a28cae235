"""The page of one's own account: password, second factor, signed-in browsers, clinics."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from reminders.rules.roles import Role, check_password
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.staff import credentials
from reminders.store.database import reading, writing
from reminders.store.queries import staff
from reminders.store.queries.desk import NotAtClinic
from reminders.store.tables import SignIn, Staff
from reminders.web.desk.page import DeskRequest, desk_route


def show(request: DeskRequest) -> Response:
    """Show the account page."""
    me = request.signed_in.staff
    with reading(request.app.engine) as session:
        return request.page(
            "account.html",
            browsers=staff.browsers(session, me.id, request.now - staff.IDLE),
            here=request.signed_in.sign_in.id,
            clinics=staff.memberships(session, me.id),
            languages=offered_languages(request),
        )


def offered_languages(request: DeskRequest) -> list[tuple[str, str]]:
    """Return the languages of the desk by their own names, the browser's choice first."""
    library = request.app.library
    named = [(tag, library.phrases.names[tag]) for tag in library.desk_languages]
    return [("", gettext("As in my browser")), *named]


def change_language(request: DeskRequest) -> Response:
    """Take the language that the account's pages are shown in."""
    wanted = request.typed("language")
    if wanted not in dict(offered_languages(request)):
        raise NotAtClinic
    with writing(request.app.engine) as session:
        member = staff.by_id(session, request.signed_in.staff.id)
        assert member is not None
        member.language = wanted
    return request.redirect("/account", "saved")


def change_password(request: DeskRequest) -> Response:
    """Take a new password for the old one; every other browser is signed out."""
    me = request.signed_in.staff
    if not credentials.right_password(me.password_hash, request.typed("old")):
        request.faults["old"] = gettext("This is not your current password.")
    try:
        check_password(request.typed("new"), me.email)
    except InputError as error:
        request.faults["new"] = str(error)
    if request.faults:
        return show(request)
    with writing(request.app.engine) as session:
        member = staff.by_id(session, me.id)
        assert member is not None
        member.password_hash = credentials.HASHER.hash(request.typed("new"))
        staff.end_all(session, me.id, request.now, keep=request.signed_in.sign_in.id)
        request.record(session, gettext_noop("changed a password"), Staff, me.id)
    return request.redirect("/account", "password")


def end(request: DeskRequest) -> Response:
    """Sign out one browser of the account."""
    with writing(request.app.engine) as session:
        browser = session.get(SignIn, request.id)
        if browser is None or browser.staff_id != request.signed_in.staff.id:
            raise NotAtClinic
        browser.ended_at = request.now
    return request.redirect("/account", "ended")


def switch(request: DeskRequest) -> Response:
    """Switch to another clinic of the signed-in account."""
    with writing(request.app.engine) as session:
        clinics = {
            clinic.id for _, clinic in staff.memberships(session, request.signed_in.staff.id)
        }
        browser = session.get(SignIn, request.signed_in.sign_in.id)
        if request.id not in clinics or browser is None:
            raise NotAtClinic
        browser.clinic_id = request.id
    return RedirectResponse("/?said=switched", 303)


ROUTES = [
    desk_route("/account", show, Role.VIEWER),
    desk_route("/account/language", change_language, Role.VIEWER, "POST"),
    desk_route("/account/password", change_password, Role.VIEWER, "POST"),
    desk_route("/account/browsers/{id:int}/end", end, Role.VIEWER, "POST"),
    desk_route("/account/clinics/{id:int}", switch, Role.VIEWER, "POST"),
]
