"""Staff pages to compare, approve, restore and test versions of wording."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from starlette.responses import HTMLResponse, Response

from reminders.customisation import wording_versions
from reminders.monitoring.go_live_checklist import TESTED
from reminders.rules.list_dates import read_typed
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError, Message
from reminders.rules.translation import gettext
from reminders.rules.wording import Key, Wording
from reminders.senders import SendError, send_alone
from reminders.store.database import reading, writing
from reminders.store.queries import audit, customisation
from reminders.store.queries.desk import NotAtClinic, row_of_clinic
from reminders.store.tables import Clinic
from reminders.store.tables import Wording as Version
from reminders.web.desk.messages.wording_list import editor
from reminders.web.desk.messages.wording_preview import (
    PARTS,
    key_of,
    sample_recipients,
    shown,
    typed_wording,
    wording_of,
)
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.security_headers import EMAIL

AGAIN = timedelta(seconds=20)
"""Between two tests from one clinic: nobody needs more, and each costs money."""


def _key(version: Version) -> Key:
    return version.protocol, version.milestone, version.language


def show(request: DeskRequest) -> Response:
    """Show a version beside the one before it, and whether it may be approved."""
    with reading(request.app.engine) as session:
        version = row_of_clinic(session, request.clinic_id, Version, request.id)
        key = _key(version)
        on = sample_recipients(request, session, key)
        versions = customisation.versions(session, request.clinic_id, key)
        approved = customisation.approved(session, request.clinic_id).get(key)
    older = next((one for one in versions if one.id < version.id), None)
    before, after = wording_of(request, on.facts, older), customisation.words_of(version)
    return request.page(
        "wording-version.html",
        version=version,
        versions=versions,
        approved=approved,
        older=older,
        diffs=[
            (part, list(wording_versions.changes(getattr(before, part), getattr(after, part))))
            for part in PARTS
        ],
        key=key,
        milestone=request.app.library.protocols[key[0]].milestone(key[1]),
        review_by=(request.now + wording_versions.USUAL_LIFE).date(),
        **shown(request, on, after),
    )


def approve(request: DeskRequest) -> Response:
    """Let a version be used from now on, if nothing forbids it."""
    today = request.now.astimezone(request.zone).date()
    review_by = request.read(
        "review_by",
        lambda text: read_typed(text, request.zone, day_comes_first=True, today=today).day,
    )
    if review_by is None:
        missing = gettext("Enter the date by which to review it again.")
        request.faults.setdefault("review_by", missing)
        return show(request)
    try:
        with writing(request.app.engine) as session:
            version = row_of_clinic(session, request.clinic_id, Version, request.id, lock=True)
            on = sample_recipients(request, session, _key(version))
            if shown(request, on, customisation.words_of(version))["preview"].stops:
                request.faults["approve"] = gettext(
                    "This version cannot be sent yet. Fix the problems marked in the preview first."
                )
            else:
                who = request.signed_in.staff.email
                wording_versions.approve(session, on.clinic, version, review_by, who, request.now)
    except InputError as error:
        request.faults["review_by"] = str(error)
    return show(request) if request.faults else request.redirect(f"/words/{request.id}", "approved")


def restore(request: DeskRequest) -> Response:
    """Make an older version the newest draft again."""
    with writing(request.app.engine) as session:
        version = row_of_clinic(session, request.clinic_id, Version, request.id)
        key = _key(version)
        on = sample_recipients(request, session, key)
        newest = customisation.versions(session, request.clinic_id, key)[0].id
        words, who = customisation.words_of(version), request.signed_in.staff.email
        fresh = wording_versions.write(session, on.clinic, key, words, newest, who, request.now)
    return request.redirect(f"/words/{fresh.id}", "saved")


def show_email(request: DeskRequest) -> Response:
    """Show a version's email exactly as it is sent."""
    with reading(request.app.engine) as session:
        version = row_of_clinic(session, request.clinic_id, Version, request.id)
        on = sample_recipients(request, session, _key(version))
    email = shown(request, on, customisation.words_of(version))["preview"].email
    if email is None:
        raise NotAtClinic
    return HTMLResponse(email.html, headers=EMAIL)


# --- a test -------------------------------------------------------------------------------


def send_test(request: DeskRequest) -> Response:
    """Send what stands in the editor to oneself: the email to one's own address, the text to a
    number of the guest list.
    """
    key, words = key_of(request), typed_wording(request)
    with reading(request.app.engine) as session:
        on = sample_recipients(request, session, key)
        numbers = customisation.practice_recipients(session, request.clinic_id)
        lately = audit.last(session, request.clinic_id, list(TESTED.values()))
    by_email = request.typed("test") == "email"
    to = request.signed_in.staff.email if by_email else request.typed("test")
    found = shown(request, on, words)["preview"]
    message = found.email if by_email else found.text
    if not by_email and to not in numbers:
        request.faults["test"] = gettext(
            "Tests only go to test recipients. Add your number under Settings."
        )
    elif lately is not None and request.now - lately < AGAIN:
        request.faults["test"] = gettext(
            "A test was sent a moment ago. Wait a little before the next one."
        )
    elif message is None:
        request.faults["test"] = gettext(
            "This message cannot be sent yet. Fix the problems marked in the preview first."
        )
    if request.faults or message is None:
        return editor(request, key, words)
    return _send(request, key, words, replace(message, to=to))


def _send(request: DeskRequest, key: Key, words: Wording, message: Message) -> Response:
    message = replace(
        message,
        reference=f"test.{request.now:%Y%m%d%H%M%S}",
        expires_at=request.now + timedelta(minutes=10),
    )
    try:
        asyncio.run(send_alone(request.app.senders()[message.channel], message))
    except SendError as error:
        why = error.code or error.outcome
        request.faults["test"] = gettext(
            "The provider rejected the test (%(why)s). Ask your system administrator.", why=why
        )
        return editor(request, key, words)
    with writing(request.app.engine) as session:
        what = TESTED[Channel(message.channel)]
        request.record(session, what, Clinic, request.clinic_id, f"{key[1]} in {key[2]}")
    return editor(request, key, words, said=gettext("Test sent."))


ROUTES = [
    desk_route("/words/test", send_test, Role.STAFF, "POST"),
    desk_route("/words/{id:int}", show, Role.VIEWER),
    desk_route("/words/{id:int}/approve", approve, Role.OWNER, "POST"),
    desk_route("/words/{id:int}/restore", restore, Role.STAFF, "POST"),
    desk_route("/words/{id:int}/email", show_email, Role.VIEWER),
]
