"""Staff pages that list all wording, and an editor with a live preview."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.customisation import preview, wording_versions
from reminders.customisation.wording_versions import NewerVersion
from reminders.rules.roles import Role
from reminders.rules.terms import Facts
from reminders.rules.translation import gettext
from reminders.rules.wording import Key, Wording
from reminders.store.database import reading, writing
from reminders.store.queries import customisation, people
from reminders.web.desk.messages.wording_preview import (
    course_of,
    key_of,
    languages_of,
    sample_recipients,
    shown,
    typed_wording,
    wording_of,
)
from reminders.web.desk.page import DeskRequest, EditConflict, desk_route
from reminders.web.desk.responses import html

SOON = timedelta(days=7)
"""How far ahead clients are offered to try words out on."""


def show_all(request: DeskRequest) -> Response:
    """Show every milestone's text and subject in one language, and how its wording stands."""
    library = request.app.library
    protocol, language = course_of(request)
    with reading(request.app.engine) as session:
        on = sample_recipients(request, session, (protocol, "", language))
        approved, latest = (
            customisation.approved(session, on.clinic.id),
            customisation.latest(session, on.clinic.id),
        )
    rows = []
    for milestone in library.protocols[protocol].milestones:
        key = (protocol, milestone.key, language)
        facts = replace(on.facts, milestone=milestone.key)
        words = wording_of(request, facts, approved.get(key))
        found = preview.preview(
            library, request.app.renderer, facts, words, on.longest_names, request.now
        )
        rows.append((milestone, found, approved.get(key), latest.get(key)))
    return request.page(
        "wording.html",
        rows=rows,
        protocol=protocol,
        language=language,
        protocols=[(p.key, p.name) for p in library.protocols.values()],
        languages=[
            (tag, library.all_languages[tag].name) for tag in languages_of(request, protocol)
        ],
        reviewed_by=library.reviewed_by(protocol, language),
        today=request.now.astimezone(request.zone).date(),
    )


def edit(request: DeskRequest) -> Response:
    """Show a milestone's words in the editor: the newest version, else what is packaged."""
    return editor(request, key_of(request), None)


def editor(request: DeskRequest, key: Key, typed: Wording | None, **more: Any) -> Response:
    """Return the editor's page with what was typed, or with the newest words."""
    library = request.app.library
    protocol = library.protocols[key[0]]
    with reading(request.app.engine) as session:
        on = sample_recipients(request, session, key)
        versions = customisation.versions(session, request.clinic_id, key)
        facts, chosen, treated = _whom(request, session, on.facts)
        approved = customisation.approved(session, request.clinic_id).get(key)
        guests = customisation.practice_recipients(session, request.clinic_id)
    words = typed or wording_of(request, facts, versions[0] if versions else None)
    return request.page(
        "wording-edit.html",
        key=key,
        milestone=protocol.milestone(key[1]),
        protocol=protocol,
        language=library.all_languages[key[2]].name,
        words=words,
        versions=versions,
        approved=approved,
        based_on=request.typed("based_on") or (str(versions[0].id) if versions else ""),
        chips=preview.placeholders(protocol),
        numbers=[guest for guest in guests if guest.startswith("+")],
        clients=treated,
        chosen=chosen,
        **shown(request, on, words, facts),
        **more,
    )


def _whom(request: DeskRequest, session: Session, facts: Facts) -> tuple[Facts, str, list[Any]]:
    """Return a sample's facts, or those of the client that was chosen, and whom to choose from."""
    today = request.now.astimezone(request.zone).date()
    treated = people.with_something_due(session, request.clinic_id, today + SOON)
    chosen = request.typed("client")
    for client, treatment in treated:
        if str(client.id) == chosen:
            return preview.with_client_facts(facts, client, treatment), chosen, treated
    return facts, "", treated


def try_out(request: DeskRequest) -> Response:
    """Show what stands in the editor as a client would get it; only that part, if asked so."""
    key, words = key_of(request), typed_wording(request)
    if not request.http.headers.get("x-part"):
        return editor(request, key, words)
    with reading(request.app.engine) as session:
        on = sample_recipients(request, session, key)
        facts, _, _ = _whom(request, session, on.facts)
    words_shown = shown(request, on, words, facts)
    return html(request.app, "wording-preview.html", clinic=on.clinic, **words_shown)


def save(request: DeskRequest) -> Response:
    """Keep what was typed as a new version, a draft until an owner approves it."""
    key, words = key_of(request), typed_wording(request)
    based_on = int(request.typed("based_on")) if request.typed("based_on").isdecimal() else None
    try:
        with writing(request.app.engine) as session:
            on = sample_recipients(request, session, key)
            known = customisation.versions(session, on.clinic.id, key)
            if words == wording_of(request, on.facts, known[0] if known else None):
                request.faults["body"] = gettext("You have not changed anything yet.")
            else:
                who = request.signed_in.staff.email
                version = wording_versions.write(
                    session, on.clinic, key, words, based_on, who, request.now
                )
    except NewerVersion:
        raise EditConflict from None
    return (
        editor(request, key, words)
        if request.faults
        else request.redirect(f"/words/{version.id}", "saved")
    )


ROUTES = [
    desk_route("/words", show_all, Role.VIEWER),
    desk_route("/words/edit", edit, Role.STAFF),
    desk_route("/words/try", try_out, Role.STAFF, "POST"),
    desk_route("/words/save", save, Role.STAFF, "POST"),
]
