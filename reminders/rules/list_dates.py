"""Dates of a list: days, times, stretches and lengths in six languages, the column's habit heeded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from reminders.rules.contacts import clean
from reminders.rules.folding import fold, words
from reminders.rules.list_cells import MONTH_FIRST, Moment, read_clock, read_moment
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext


class Order(NamedTuple):
    """Whether the day comes before the month in a column; ``certain`` if the column itself says so,
    ``mixed`` if it says both.
    """

    day_first: bool
    certain: bool = False
    mixed: bool = False


class When(NamedTuple):
    """A day, with the times it begins and ends at where they stand in the same cell."""

    day: date
    at: time | None = None
    ends: time | None = None


def order_of(cells: Iterable[str], country: str) -> Order:
    """Tell the order of a column's days and months: by a number over 12, by weekdays that are
    written beside, else by the country's habit.
    """
    found = [vote for cell in cells for vote in _votes(cell)]
    habit = country not in MONTH_FIRST
    if not found:
        return Order(habit)
    first = sum(found) * 2 > len(found) or (sum(found) * 2 == len(found) and habit)
    return Order(first, certain=True, mixed=len(set(found)) > 1)


def _votes(cell: str) -> list[bool]:
    """Return what a cell says of the order: that the day comes first, that it does not, or nothing."""
    found = _NUMBERS.search(cell)
    if found is None or len(found[1]) > 2:
        return []
    one, two, year = int(found[1]), int(found[2]), int(found[3]) + 2000 * (len(found[3]) < 3)
    if (one > 12) != (two > 12):
        return [one > 12]
    weekday = next((_WEEKDAYS[w] for w in fold(cell).split() if w in _WEEKDAYS), None)
    readings = {True: _weekday(year, two, one), False: _weekday(year, one, two)}
    fits = [first for first, day in readings.items() if weekday is not None and day == weekday]
    return fits if len(fits) == 1 else []


def _is_open(cell: str) -> bool:
    """Say whether a date may be read either way, to two different days."""
    found = _NUMBERS.search(cell)
    return bool(found and len(found[1]) < 3 and int(found[1]) != int(found[2]))


def _weekday(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).weekday()
    except ValueError:
        return None


def read_when(cell: str, zone: ZoneInfo, order: Order, today: date) -> When:
    """Read a day with its times, whatever it is written in: “26 de noviembre de 2026, 10h00”,
    “Do., 26.11.2026 10:00–10:45 Uhr”. Raises ``InputError``.
    """
    if _AS_SYSTEMS_WRITE.fullmatch(cell):
        moment = read_moment(cell, zone, day_comes_first=order.day_first, today=today)
        return When(moment.day, moment.at)
    text, ends = _without_end(_with_clocks(clean(cell)))
    own = _votes(cell)
    if order.mixed and not own and _is_open(cell):
        raise InputError(
            gettext("Some dates in this column begin with the day, others with the month."),
            gettext("Write this one like 14 March 2026."),
        )
    first = own[0] if order.mixed and own else order.day_first
    found: Moment = read_moment(_in_english(text), zone, day_comes_first=first, today=today)
    return When(found.day, found.at, ends if found.at else None)


def read_times(cell: str) -> tuple[time, time | None]:
    """Read a cell of a time of day, or of two: “10h00”, “10:00-10:45”, “9:30 a. m.”, “10 Uhr”, or
    the part of a day that a spreadsheet keeps. Raises ``InputError``.
    """
    text = clean(cell)
    if re.fullmatch(r"0[.,]\d+", text):
        minutes = round(float(text.replace(",", ".")) * 24 * 60) % (24 * 60)
        return time(minutes // 60, minutes % 60), None
    text, ends = _without_end(_with_clocks(text))
    text = _in_english(text)
    dated = re.search(r"\d[ T](\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?)$", text, re.IGNORECASE)
    at = read_clock(dated[1] if dated else text) or _bare_hour(text)
    if at is None:
        raise InputError(gettext("This is not a time of day."), gettext("Write it like 15:30."))
    return at, ends


def _bare_hour(text: str) -> time | None:
    """Read the 930 or 1430 that people type without a colon, and 10 alone."""
    found = re.fullmatch(r"([01]?\d|2[0-3])([0-5]\d)?", text)
    return time(int(found[1]), int(found[2] or 0)) if found else None


@lru_cache(maxsize=4096)
def read_length(cell: str) -> timedelta | None:
    """Read how long it takes: “60”, “1h30”, “1:30”, “90 minutos”, “1,5 Std.”; None if it is nothing
    of the kind, or longer than a day.
    """
    text = fold(clean(cell).replace(":", " : ").replace(",", "."))
    text = re.sub(r"(\d) (\d)(?= ?(?:h|std|godz|hr|hour|hora|heure|stund))", r"\1.\2", text)
    hours = re.search(rf"(\d{{1,4}}(?:\.\d+)?) ?{_HOUR}", text)
    minutes = re.search(
        rf"(?:{_HOUR} ?(?:and |y |et |und |i |e )?|^)(\d{{1,4}})(?: ?{_MINUTE}| \d\d)?$", text
    )
    clock = re.fullmatch(r"(\d{1,2}) (\d{2})(?: (\d{2}))?", text)
    if clock:
        found = timedelta(hours=int(clock[1]), minutes=int(clock[2]))
    elif hours or minutes:
        found = timedelta(
            hours=float(hours[1]) if hours else 0, minutes=int(minutes[1]) if minutes else 0
        )
    else:
        return None
    return found if timedelta() < found < timedelta(days=1) else None


# --- what is written into English --------------------------------------------------------------


def _with_clocks(text: str) -> str:
    """Write times as 10:00, whatever they are written like."""
    for mine, plain in _CLOCKS:
        text = mine.sub(plain, text)
    return text


def read_typed(text: str, zone: ZoneInfo, *, day_comes_first: bool, today: date) -> Moment:
    """Read a date that somebody typed, whose months may be in any of our languages; raises
    ``InputError``.
    """
    return read_moment(_in_english(text), zone, day_comes_first=day_comes_first, today=today)


def _in_english(text: str) -> str:
    """Put the words of a date into what ``list_cells`` reads, and leave all else as it is."""
    said = _WORD.sub(_translated, re.sub(r"-feira\b", "", text, flags=re.IGNORECASE))
    said = re.sub(r"(\d)\s*\.\s*(?=[A-Za-z])|\b(1)er\b", r"\1\2 ", said)
    said = re.sub(r"\s+(?:,\s*)?", lambda m: ", " if "," in m[0] else " ", said)
    return said.strip(" ,.;")


def _translated(found: re.Match[str]) -> str:
    word, rest = fold(found[0]), found.string[found.end() :]
    if word in _DROPPED or (word in _WEEKDAYS and not _is_month(word, rest)):
        return ""
    return _ENGLISH[_MONTHS[word]] if word in _MONTHS else found[0]


def _is_month(word: str, rest: str) -> bool:
    """Say whether “mar” is March: not where another month, or a whole date, follows as mardi's."""
    dated = _NUMBERS.search(rest) or any(fold(part) in _MONTHS for part in _WORD.findall(rest))
    return word in _MONTHS and not dated


def _without_end(text: str) -> tuple[str, time | None]:
    """Part “10:00-10:45” into its beginning and its end, whose half of the day may be said once."""
    found = _RANGE.search(text)
    if found is None or _is_no_range(text, found):
        return text, None
    ends = read_clock(found["end"])
    half = re.search(r"[ap]\.?m", found["end"], re.IGNORECASE)
    begins = found["begin"]
    if half and not re.search(r"[ap]\.?m", begins, re.IGNORECASE):
        same = read_clock(f"{begins} {half[0]}")
        begins = f"{begins} {half[0]}" if same and ends and same <= ends else f"{begins} am"
    return text[: found.start()] + begins, ends


def _is_no_range(text: str, found: re.Match[str]) -> bool:
    """Say whether it is 10:00 with an offset from UTC, as systems write instants, or a day and a
    time, rather than two times.
    """
    if re.fullmatch(r"\d+", found["begin"]) and not re.search("[ap]m", found["end"], re.IGNORECASE):
        return True
    if not re.search(r"\d-\d{2}:?\d{2}$", text) or not re.match(r"\d{4}-\d{2}-\d{2}[T ]", text):
        return False
    begins, ends = read_clock(found["begin"]), read_clock(found["end"])
    seconds = found["begin"].count(":") == 2
    return text[10] == "T" or seconds or not (begins and ends and begins < ends)


_AS_SYSTEMS_WRITE = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?)?", re.ASCII)
_NUMBERS = re.compile(r"(?<!\d)(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+\.?")
_RANGE = re.compile(
    r"(?<![\d/.-])(?P<begin>\d{1,2}(?::\d{2}){0,2}\s*(?:[ap]m)?)\s*(?:[-–—]|to|until|till|bis|do|a|à|às|até|hasta)\s*"
    r"(?P<end>\d{1,2}(?::\d{2}){1,2}\s*(?:[ap]m)?|\d{1,2}\s*[ap]m)$",
    re.IGNORECASE,
)
_CLOCKS = (
    (re.compile(r"\b([ap])\.?\s?m\b\.?", re.IGNORECASE), r"\1m"),  # a. m.
    (re.compile(r"(?<=\d)\s?h\s?(\d{2})(?:\s?min)?\b", re.IGNORECASE), r":\1"),  # 10h00, 10 h 30
    (re.compile(r"(?<=\d)\s?(?:hs?|hrs?|horas?|heures?|uhr)\b\.?", re.IGNORECASE), ":00"),
    (re.compile(r"(\d{1,2}:\d{2}):00\b(?=:00|\s*$)"), r"\1"),  # 10:30 Uhr
    (re.compile(r"(?<=[\s,])(\d{1,2})\.(\d{2})(?=\s*(?:uhr|:00|$|[-–]))", re.IGNORECASE), r"\1:\2"),
    (re.compile(r"(\d{1,2}:\d{2}):00\b"), r"\1"),
)
_DROPPED = words(
    "de del of the der den dem le el la a as at um o os em do da dia jour dzien tag godz godzina uhr r roku"
)
_HOUR = r"(?:hs?(?=\d)|hs?\b|hrs?|hours?|std|stunden?|horas?|heures?|godz|godzin\w*)"
_MINUTE = r"(?:m|mins?|minutes?|minutos?|minuten|minut\w*|mn)"
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    "january jan enero ene janvier janv januar jan jaenner janner stycznia styczen sty janeiro",
    "february feb febrero fevrier fevr fev februar lutego luty lut fevereiro",
    "march mar marzo mars marz maerz mrz marca marzec marco",
    "april apr abril abr avril avr kwietnia kwiecien kwi",
    "may mayo mai maja maj maio",
    "june jun junio juin juni czerwca czerwiec cze junho",
    "july jul julio juillet juil juli lipca lipiec lip julho",
    "august aug agosto ago aout sierpnia sierpien sie",
    "september sep sept septiembre setiembre septembre wrzesnia wrzesien wrz setembro set",
    "october oct octubre octobre oktober okt pazdziernika pazdziernik paz outubro out",
    "november nov noviembre novembre listopada listopad lis novembro",
    "december dec diciembre dic decembre dezember dez grudnia grudzien gru dezembro",
)
_MONTHS = {word: number for number, row in enumerate(_MONTH_NAMES) for word in row.split()}
_WEEKDAY_NAMES = (
    "monday mon lunes lun lundi montag mo poniedzialek pon pn segunda feira",
    "tuesday tue tues martes mardi mar dienstag di wtorek wt terca",
    "wednesday wed miercoles mie mercredi mer mittwoch mi sroda sr quarta qua",
    "thursday thu thur thurs jueves jue jeudi jeu donnerstag do czwartek czw quinta qui",
    "friday fri viernes vie vendredi ven freitag fr piatek pt sexta sex",
    "saturday sat sabado sab samedi sam samstag sa sonnabend sobota sob",
    "sunday sun domingo dom dimanche dim sonntag so niedziela nd ndz",
)
_WEEKDAYS = {word: number for number, row in enumerate(_WEEKDAY_NAMES) for word in row.split()}
