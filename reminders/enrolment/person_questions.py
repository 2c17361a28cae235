"""Word the questions whom a row, a form or a booking means."""

from __future__ import annotations

from collections.abc import Sequence

from reminders.rules.contacts import show_national
from reminders.rules.identity import Known, Person, Why
from reminders.rules.sayings import Saying
from reminders.rules.translation import gettext_noop

SENTENCES = {
    Why.BOOKING_OF_ANOTHER: gettext_noop(
        "The booking number is %(known)s’s, but the name and contact details are"
        " %(told)s’s. Whose treatment is it?"
    ),
    Why.CLIENT_NUMBER_OF_ANOTHER: gettext_noop(
        "The client number is %(known)s’s, but the name is %(told)s. Who is it?"
    ),
    Why.SIMILAR_NAME: gettext_noop(
        "%(told)s has the same phone number or email address as %(known)s. Is it the same person?"
    ),
    Why.SEVERAL_FIT: gettext_noop("%(told)s may be one of several existing clients. Who is it?"),
    Why.CONTACTS_OF_TWO: gettext_noop(
        "%(told)s has the number of one client and the email of another. Who is it?"
    ),
    Why.NAMESAKE: gettext_noop(
        "There is already a client %(known)s with another phone number or email address."
        " Is %(told)s the same person?"
    ),
    Why.NAME_ALONE: gettext_noop(
        "%(told)s is in your calendar without contact details, and no client has exactly"
        " this name. Who is it? If it is a new client, add them: the booking is then matched."
    ),
    Why.SHARED_CONTACT: gettext_noop(
        "%(known)s already has this phone number or email address. Is %(told)s the same person?"
    ),
}

NUMBERED = {Why.BOOKING_OF_ANOTHER, Why.CLIENT_NUMBER_OF_ANOTHER}
"""What is in doubt here is whose a number is, not whose a name is."""


def ask_who(
    person: Person, known: Sequence[Known], why: Why, country: str
) -> tuple[str, dict[int, str], str]:
    """Return the question, the clients it may be with what tells them apart and what would change of
    theirs, and what else it may be. Numbers are written as in the country (ISO 3166).
    """
    name = _named(person)
    sentence = Saying(SENTENCES[why], known=_named(known[0]) if known else "", told=name)
    if why in NUMBERED:
        another = Saying(gettext_noop("A different booking for %(name)s"), name=name)
        return sentence, {one.id: _to_update(one, country) for one in known}, another
    labels = {one.id: _with_news(person, one, country) for one in known}
    return sentence, labels, Saying(gettext_noop("New client: %(name)s"), name=name)


def _named(one: Person | Known) -> str:
    return f"{one.first} {one.last}".strip()


def _described(one: Known, country: str) -> str:
    contact = show_national(one.phone, country) if one.phone else one.email
    return _named(one) + (f", {contact}" if contact else "")


def _to_update(one: Known, country: str) -> str:
    return Saying(gettext_noop("%(client)s: update the details"), client=_described(one, country))


def _with_news(person: Person, one: Known, country: str) -> str:
    """Describe a client, and say which number or address would take the place of the known one."""
    client = _described(one, country)
    new_phone = person.phone if one.phone and person.phone != one.phone else None
    phone = show_national(new_phone, country) if new_phone else ""
    email = person.email if one.email and person.email not in {None, one.email} else ""
    if phone and email:
        both = gettext_noop("%(client)s: change to %(phone)s and %(email)s")
        return Saying(both, client=client, phone=phone, email=email)
    if phone or email:
        new = phone or email
        return Saying(gettext_noop("%(client)s: change to %(new)s"), client=client, new=new)
    return client
