"""Staff pages for accounts at a clinic: who belongs, in which role, and signed in where."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.staff import invitations
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries import staff as queries
from reminders.store.queries.desk import NotAtClinic, row_of_clinic
from reminders.store.tables import SignIn, Staff
from reminders.web.desk.page import DeskRequest, desk_route

DOES = {
    Role.VIEWER: "viewer: looks, and changes nothing",
    Role.STAFF: "staff: looks after clients",
    Role.OWNER: "owner: also decides about wording, settings and staff",
}


def show(visit: DeskRequest) -> Response:
    """Show the clinic's staff, and the browsers they are signed in with."""
    return _page(visit)


def _page(visit: DeskRequest, link: str = "") -> Response:
    with reading(visit.app.engine) as session:
        return visit.page(
            "staff.html",
            crew=queries.of_clinic(session, visit.clinic_id),
            browsers=queries.browsers_at(session, visit.clinic_id, visit.now - queries.IDLE),
            here=visit.signed_in.sign_in.id,
            roles=[(str(role), words) for role, words in DOES.items()],
            link=link,
        )


def invite(visit: DeskRequest) -> Response:
    """Create a one-time invitation link; it is shown once, to be passed on safely."""
    try:
        role = Role(visit.typed("role") or Role.STAFF)
        with writing(visit.app.engine) as session:
            clinic = people.clinic(session, visit.clinic_id)
            who = visit.signed_in.staff.email
            token = invitations.invite(session, clinic, visit.typed("email"), role, visit.now, who)
    except InputError as error:
        visit.faults["email"] = str(error)
        return _page(visit)
    except ValueError:
        visit.faults["role"] = "There is no such role. Choose one of the three."
        return _page(visit)
    return _page(visit, f"{visit.app.settings.public_url}/invitation/{token}")


def change_role(visit: DeskRequest) -> Response:
    """Change somebody's role; a clinic always keeps one owner."""
    wanted = visit.typed("role")
    with writing(visit.app.engine) as session:
        member, role = _member(visit, session)
        if wanted not in set(Role) or _last_owner(visit, session, role):
            visit.faults["role"] = "The clinic needs an owner. Make somebody else one first."
        else:
            queries.join(session, member.id, visit.clinic_id, Role(wanted))
            detail = f"{member.email}: {role} → {wanted}"
            visit.record(session, "changed a role", Staff, member.id, detail)
    return _page(visit) if visit.faults else visit.redirect("/clinic/staff", "saved")


def remove(visit: DeskRequest) -> Response:
    """Remove somebody from the clinic; their browsers are signed out at once."""
    with writing(visit.app.engine) as session:
        member, role = _member(visit, session)
        if _last_owner(visit, session, role):
            visit.faults["role"] = "The clinic needs an owner. Make somebody else one first."
        else:
            queries.leave(session, member.id, visit.clinic_id, visit.now)
            visit.record(session, "removed from staff", Staff, member.id, member.email)
    return _page(visit) if visit.faults else visit.redirect("/clinic/staff", "saved")


def _member(visit: DeskRequest, session: Session) -> tuple[Staff, Role]:
    for member, role in queries.of_clinic(session, visit.clinic_id):
        if member.id == visit.id:
            return member, role
    raise NotAtClinic


def _last_owner(visit: DeskRequest, session: Session, role: Role) -> bool:
    crew = queries.of_clinic(session, visit.clinic_id)
    return role is Role.OWNER and sum(one is Role.OWNER for _, one in crew) == 1


def end(visit: DeskRequest) -> Response:
    """Sign a browser out, wherever it is."""
    with writing(visit.app.engine) as session:
        sign_in = row_of_clinic(session, visit.clinic_id, SignIn, visit.id, lock=True)
        sign_in.ended_at = sign_in.ended_at or visit.now
        visit.record(session, "signed a browser out", SignIn, sign_in.id)
    return visit.redirect("/clinic/staff", "ended")


ROUTES = [
    desk_route("/clinic/staff", show, Role.OWNER),
    desk_route("/clinic/staff", invite, Role.OWNER, "POST"),
    desk_route("/clinic/staff/{id:int}/role", change_role, Role.OWNER, "POST"),
    desk_route("/clinic/staff/{id:int}/remove", remove, Role.OWNER, "POST"),
    desk_route("/clinic/browsers/{id:int}/end", end, Role.OWNER, "POST"),
]
