"""Staff pages to move a protocol's milestones, after a preview of what changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from typing import Any

from starlette.responses import Response

from reminders.customisation import placement as actions
from reminders.customisation.placement import PlacementEffects, PlacementError
from reminders.plans.reminder_plans import courses_of
from reminders.rules.list_cells import read_clock
from reminders.rules.placement import Placement, placed, spell
from reminders.rules.protocols import Milestone, Offset, Protocol
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.store.database import reading, writing
from reminders.store.queries import customisation, people
from reminders.store.queries.desk import NotAtClinic
from reminders.web.desk.page import DeskRequest, desk_route

WIDTH, MIDDLE, STEP = 1000, 118, 27
"""The drawing's size, where its line of days runs, and how far apart its words stand."""

UNITS = {
    "H": gettext_noop("hours after the end"), "-D": gettext_noop("days before"),
    "-W": gettext_noop("weeks before"), "D": gettext_noop("days after"),
    "W": gettext_noop("weeks after"), "M": gettext_noop("months after"),
}  # fmt: skip
HELPS = {"H": gettext_noop("hours"), "D": gettext_noop("days"), "W": gettext_noop("weeks")}


@dataclass(frozen=True, slots=True)
class MilestonePoint:
    """A milestone on the line of days: where it stands, and what is written at what height."""

    x: float
    y: float
    name: str
    when: str
    inactive: bool


def show(request: DeskRequest) -> Response:
    """Show the milestones of a protocol, drawn and as a form."""
    with reading(request.app.engine) as session:
        courses = courses_of(session, request.app.library, request.clinic_id)
    return _page(request, _chosen(request, courses))


def _chosen(request: DeskRequest, courses: Mapping[str, Protocol]) -> Protocol:
    wanted = request.typed("protocol") or next(iter(courses))
    if wanted not in courses:
        raise NotAtClinic
    return courses[wanted]


def _page(
    request: DeskRequest, course: Protocol, foreseen: PlacementEffects | None = None
) -> Response:
    packaged = request.app.library.protocols
    values = [_values(request, m) for m in course.milestones]
    return request.page(
        "milestones.html",
        protocols=[(p.key, p.name) for p in packaged.values()],
        course=course,
        rows=[
            (m, packaged[course.key].milestone(m.key), now)
            for m, now in zip(course.milestones, values, strict=True)
        ],
        dots=list(_dots(course.milestones)),
        width=WIDTH,
        middle=MIDDLE,
        foreseen=foreseen,
        units=UNITS,
        helps=HELPS,
        say=say_place,
    )


def _values(request: DeskRequest, milestone: Milestone) -> dict[str, Any]:
    """Return what stands in a milestone's fields: what was typed, else what is."""
    if request.typed(f"unit-{milestone.key}"):
        names = ("after", "unit", "at", "sms", "email", "helps", "helps-unit")
        return {name: request.typed(f"{name}-{milestone.key}") for name in names}
    after, unit = _number(milestone.after)
    helps, helps_unit = _number(milestone.good_for)
    return {
        "after": after,
        "unit": unit,
        "at": f"{milestone.at:%H:%M}" if milestone.at else "",
        "sms": "yes" if Channel.SMS in milestone.channels else "",
        "email": "yes" if Channel.EMAIL in milestone.channels else "",
        "helps": helps,
        "helps-unit": helps_unit,
    }


def _number(offset: Offset) -> tuple[int, str]:
    """Write a stretch of time as a number and its unit."""
    if offset.clock and not offset.days:
        return round(offset.clock / timedelta(hours=1)), "H"
    if offset.months:
        return offset.months, "M"
    early, days = "-" if offset.days < 0 else "", abs(offset.days)
    return (days // 7, f"{early}W") if days and days % 7 == 0 else (days, f"{early}D")


def say_place(milestone: Milestone) -> str:
    """Say in words where a milestone stands."""
    number, unit = _number(milestone.after)
    words: dict[str, object] = {
        "day": _AWAY[unit](number) if number else gettext("same day"),
        "ways": gettext(_WAYS[tuple(c for c in Channel if c in milestone.channels)]),
    }
    if milestone.at:
        return gettext("%(day)s at %(time)s, %(ways)s", time=milestone.at, **words)
    return gettext("%(day)s, %(ways)s", **words)


_AWAY = {
    "H": lambda n: ngettext("%(n)s hour after the end", "%(n)s hours after the end", n),
    "-D": lambda n: ngettext("%(n)s day before", "%(n)s days before", n),
    "-W": lambda n: ngettext("%(n)s week before", "%(n)s weeks before", n),
    "D": lambda n: ngettext("%(n)s day after", "%(n)s days after", n),
    "W": lambda n: ngettext("%(n)s week after", "%(n)s weeks after", n),
    "M": lambda n: ngettext("%(n)s month after", "%(n)s months after", n),
}
_WAYS = {
    (): gettext_noop("off"),
    (Channel.SMS,): gettext_noop("text"),
    (Channel.EMAIL,): gettext_noop("email"),
    (Channel.SMS, Channel.EMAIL): gettext_noop("text and email"),
}


def _dots(milestones: Sequence[Milestone]) -> Iterator[MilestonePoint]:
    """Place milestones on the line: near days wide apart, far ones closer, words in turn above
    and below it at heights that leave each other room.
    """
    days = [_days(m) for m in milestones]
    ordered = sorted(zip(days, milestones, strict=True), key=lambda pair: pair[0])
    low, high = _squeezed(min(days)), _squeezed(max(days))
    for place, (day, milestone) in enumerate(ordered):
        x = 70 + (WIDTH - 140) * (_squeezed(day) - low) / ((high - low) or 1)
        y = MIDDLE + (-1 if place % 2 else 1) * (38 + STEP * (place // 2 % 2) * 1.55)
        yield MilestonePoint(
            round(x, 1), y, gettext(milestone.name), _short(milestone), not milestone.channels
        )


def _days(milestone: Milestone) -> float:
    after = milestone.after
    clock = after.clock / timedelta(days=1)
    hour = milestone.at.hour / 24 if milestone.at else 0.5
    return after.months * 30.4 + after.days + clock + hour


def _squeezed(day: float) -> float:
    return sqrt(abs(day)) * (1 if day >= 0 else -1)


def _short(milestone: Milestone) -> str:
    number, unit = _number(milestone.after)
    sign = "−" if unit.startswith("-") else "+"
    return _NEAR[unit[-1]](number, sign) if number else gettext("same day")


_NEAR = {
    "H": lambda n, sign: ngettext("%(sign)s%(n)s h", "%(sign)s%(n)s h", n, sign=sign),
    "D": lambda n, sign: ngettext("%(sign)s%(n)s day", "%(sign)s%(n)s days", n, sign=sign),
    "W": lambda n, sign: ngettext("%(sign)s%(n)s week", "%(sign)s%(n)s weeks", n, sign=sign),
    "M": lambda n, sign: ngettext("%(sign)s%(n)s month", "%(sign)s%(n)s months", n, sign=sign),
}


# --- what was typed -----------------------------------------------------------------------


def _typed(request: DeskRequest, course: Protocol) -> list[Placement]:
    """Read every milestone's fields; what is wrong is kept beside the milestone."""
    places = []
    for milestone in course.milestones:
        try:
            places.append(_place(request, milestone))
        except InputError as error:
            request.faults[f"after-{milestone.key}"] = f"{gettext(milestone.name)}: {error}"
    return places


def _place(request: DeskRequest, milestone: Milestone) -> Placement:
    key = milestone.key
    channels = tuple(c for c in Channel if request.typed(f"{c}-{key}"))
    by_weeks = bool(milestone.weeks_by)
    after = (
        spell(milestone.after)
        if by_weeks
        else _stretch(request, f"after-{key}", f"unit-{key}", UNITS)
    )
    at = read_clock(request.typed(f"at-{key}")) if "T" not in after else None
    if at is None and "T" not in after:
        raise InputError(gettext("Enter a time."), gettext("For example 10:00."))
    good_for = _stretch(request, f"helps-{key}", f"helps-unit-{key}", HELPS)
    return Placement(key, after, at, good_for, channels)


def _stretch(request: DeskRequest, number: str, unit: str, units: Mapping[str, str]) -> str:
    typed, of = request.typed(number).strip(), request.typed(unit)
    if not typed.isdecimal() or len(typed) > 3 or of not in units:
        raise InputError(
            gettext("This is not a whole number."), gettext("Enter a number from 0 to 999.")
        )
    early, of = ("-", of[1:]) if of.startswith("-") else ("", of)
    return spell(Offset.read(f"{early}P{'T' if of == 'H' else ''}{int(typed)}{of}"))


def _read(request: DeskRequest) -> tuple[Protocol, list[Placement]]:
    """Return the protocol as it is packaged, and the places that differ from it."""
    with reading(request.app.engine) as session:
        numbers = customisation.numbers(session, request.clinic_id)
    packaged = _chosen(request, request.app.library.protocols)
    course = packaged.course(numbers.get(packaged.key, {}))
    places = _typed(request, course)
    try:
        return course, actions.changed(course, places)
    except PlacementError as error:
        for key, sentence in error.faults.items():
            request.faults.setdefault(
                f"after-{key}", f"{gettext(course.milestone(key).name)}: {sentence}"
            )
        return course, []


def try_out(request: DeskRequest) -> Response:
    """Show what new places would do to those already enrolled, before anything is saved."""
    course, places = _read(request)
    if request.faults:
        return _page(request, course)
    with reading(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        library = request.app.library
        foreseen = actions.foresee(session, library, clinic, course.key, places, request.now)
    return _page(request, placed(course, places), foreseen)


def save(request: DeskRequest) -> Response:
    """Save the placements, and replan every client with milestones to come."""
    course, places = _read(request)
    if request.faults:
        return _page(request, course)
    with writing(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        who, library = request.signed_in.staff.email, request.app.library
        actions.place(session, library, clinic, course.key, places, who, request.now)
    return request.redirect(f"/plan?protocol={course.key}", "saved")


def reset(request: DeskRequest) -> Response:
    """Go back to the packaged places."""
    key = _chosen(request, request.app.library.protocols).key
    with writing(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        who, library = request.signed_in.staff.email, request.app.library
        actions.place(session, library, clinic, key, [], who, request.now)
    return request.redirect(f"/plan?protocol={key}", "saved")


ROUTES = [
    desk_route("/plan", show, Role.VIEWER),
    desk_route("/plan/try", try_out, Role.OWNER, "POST"),
    desk_route("/plan/save", save, Role.OWNER, "POST"),
    desk_route("/plan/reset", reset, Role.OWNER, "POST"),
]
