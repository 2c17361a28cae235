"""Recognise the columns of a clinic's list by the headings clinic software exports."""

from __future__ import annotations

from collections.abc import Sequence

ALIASES: dict[str, tuple[str, ...]] = {
    "first_name": ("firstname", "first", "givenname", "forename", "inviteefirstname", "clientfirstname", "patientfirstname", "customerfirstname"),
    "last_name": ("lastname", "last", "surname", "familyname", "inviteelastname", "clientlastname", "patientlastname", "customerlastname"),
    "name": ("name", "fullname", "client", "clientname", "customer", "customername", "patient", "patientname", "inviteename"),
    "phone": ("mobile", "mobilenumber", "mobilephone", "cell", "cellphone", "cellnumber", "phone", "phonenumber", "textremindernumber", "clientphone", "telephone", "telephonenumber", "tel", "day", "dayphone"),
    "email": ("email", "emailaddress", "inviteeemail", "mail", "clientemail", "customeremail"),
    "language": ("language", "locale", "lang", "preferredlanguage"),
    "time_zone": ("timezone", "clienttimezone", "inviteetimezone", "zone", "tz"),
    "treatment": ("treatment", "service", "servicename", "treatmentname", "type", "appointmenttype", "eventtypename", "eventtype"),
    "treated_at": ("treatedat", "treatedon", "treatmentdate", "appointmentdate", "appointment", "date", "startdate", "startdatetime", "starttime", "startsat", "start", "startdateandtime", "startdateampmtime", "datetime", "scheduleddate", "lastvisit", "lastvisited"),
    "time": ("time", "appointmenttime", "treatmenttime"),
    "ended_at": ("endedat", "endsat", "endtime", "end", "enddatetime", "enddateandtime", "finish"),
    "sms_consent": ("smsconsent", "textconsent", "consentsms", "consenttext", "smsoptin", "textoptin"),
    "email_consent": ("emailconsent", "consentemail", "emailoptin"),
    "consent_at": ("consentat", "consentdate", "consenton", "dateofconsent"),
    "consent_source": ("consentsource", "consentform", "howconsented"),
    "external_id": ("externalid", "appointmentid", "bookingid", "treatmentid", "eventuuid", "bookingreference", "reference"),
    "client_id": ("clientid", "customerid", "patientid", "squarecustomerid", "inviteeuuid"),
    "status": ("status", "state", "canceled", "cancelled", "appointmentstatus"),
}  # fmt: skip
"""For each thing, the names it goes by, the best first; read without case, spaces or marks."""

ABOUT_MARKETING = ("acceptsmarketing", "inviteeacceptedmarketingemails", "emailsubscriptionstatus")
"""Answers to another question: neither a yes nor a no to aftercare messages."""


def plain(name: str) -> str:
    """Return a column's name without capitals, spaces and marks."""
    return "".join(character for character in name.casefold() if character.isalnum())


def recognise_columns(header: Sequence[str]) -> dict[str, int]:
    """Return which column holds what; of several for one thing the best name wins."""
    found: dict[str, int] = {}
    names = [plain(name) for name in header]
    for field, aliases in ALIASES.items():
        position = next((names.index(alias) for alias in aliases if alias in names), None)
        if position is not None:
            found[field] = position
    return found
