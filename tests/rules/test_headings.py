"""Which column of a list holds what, by its heading alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.booking_status import Flag
from reminders.rules.headings import flags, holds, recognise, vendor_of

TABLE = {
    "first_name": "first_name | First Name | FIRST-NAME | Given Name | Client First Name | Invitee First Name | Forename | Prénom | Vorname | Imię | Primeiro nome | Nombre de pila | Patient's first name",
    "last_name": "last_name | Surname | Family Name | Patient's Surname | Apellidos | Nom de famille | Nachname | Nazwisko | Sobrenome | Apelido",
    "name": "Name | Client | Client Name | Customer Name | patient_name | Invitee Name | Full name | Nombre completo | Nombre del cliente | Nom du client | Nom complet | Kunde | Kundenname | Name des Kunden | Klient | Imię i nazwisko | Nome do cliente | Paciente | Patientin",
    "phone": "Mobile | Customer Phone # | Patient Phone (Mobile) | Tel. móvil | Nº teléfono | Mobile Number | Cell phone | Client Mobile Phone | Text Reminder Number | Phone 1 - Value | phoneNumber | Móvil | Teléfono móvil | Celular | Téléphone portable | Numéro de téléphone du client | Handy | Handynummer | Telefon komórkowy | Numer telefonu klienta | Telemóvel | Telefone | Tel.",
    "email": "Email | e-mail | E-Mail-Adresse | Client Email | Invitee Email | E-mail 1 - Value | Correo electrónico | Courriel | Adresse e-mail | Adres e-mail | Endereço de e-mail | Correo",
    "treatment": "Treatment | Service | Type | Appointment Type | Event Type Name | Service Name | Procedure Name | Name of service | Tratamiento | Servicio | Tipo de cita | Prestation | Type de prestation | Soin | Behandlung | Leistung | Dienstleistung | Terminart | Zabieg | Usługa | Nazwa usługi | Tratamento | Serviço | Procedimento",
    "treated_at": "treated_at | Appointment Date/Time | Fecha/Hora | Datum/Uhrzeit | Scheduled Start | Appointment Date | Procedure Date | Date of appointment | appointmentDate | Booking date | Visit Date | Start Date & Time | Date | starts_at | Fecha de la cita | Fecha | Fecha y hora | Date du rendez-vous | Date de la séance | Datum | Termin | Datum des Termins | Termindatum | Behandlungsdatum | Data wizyty | Data zabiegu | Data da consulta | Data do agendamento | Last Visit",
    "start": "Start Time | Start | appointment_start | Hora de inicio | Heure de début | Beginn | Godzina rozpoczęcia",
    "time": "Time | Appointment time | Hora | Heure | Heure du rendez-vous | Uhrzeit | Godzina | Horário",
    "ended_at": "End Time | ends_at | End Date & Time | Hora de fin | Heure de fin | Ende | Koniec | Fim",
    "duration": "Duration | Duration (min) | Length | Appointment duration | Duración | Durée | Dauer | Czas trwania | Duração",
    "sms_consent": "sms_consent | SMS consent | SMS opt-in | Consent to text | Consentimiento SMS | Consentement SMS | SMS-Einwilligung | Einwilligung SMS | Zgoda SMS | Zgoda na SMS | Consentimento SMS",
    "email_consent": "email_consent | Email opt-in | Consent to email | Consentimiento email | Consentement e-mail | E-Mail-Einwilligung | Zgoda e-mail | Consentimento e-mail",
    "consent_at": "consent_at | Consent date | Date of consent | Fecha de consentimiento | Date de consentement | Einwilligung am | Data zgody | Data do consentimento",
    "external_id": "external_id | Appointment ID | booking_id | Booking ref | Event UUID | Visit number | Appointment number | Número de reserva | Numéro de rendez-vous | Buchungsnummer | Terminnummer | Nr wizyty | Código do agendamento | ID de la cita",
    "client_id": "Client ID | Customer ID | patient_id | Square Customer ID | Invitee UUID | Client number | Número de cliente | Numéro client | Kundennummer | Nr klienta | Código do cliente",
    "language": "Language | Preferred language | Client language | Idioma | Langue | Sprache | Język",
    "time_zone": "Time Zone | Invitee Time Zone | timezone | Zona horaria | Fuseau horaire | Zeitzone | Strefa czasowa | Fuso horário",
    "status": "Status | Appointment Status | booking_status | Estado de la cita | Estado | Statut | État | Terminstatus | Status wizyty | Situação",
    "ended": "Canceled | Cancelled? | Is Cancelled | cancelled_at | Cancellation date | Marked as No-Show | No show | Did not arrive | Deleted | deleted_at | Archived | Waitlist | Cancelada | No asistió | Annulé | Absent | Storniert | Nicht erschienen | Gelöscht | Odwołana | Anulowano | Cancelado em | Faltou",
    "ended_why": "Cancellation reason | Canceled By | Motivo de cancelación | Motif d'annulation | Stornogrund | Powód odwołania | Motivo do cancelamento",
    "came": "Arrived | Attended | patient_arrived | Checked in | Asistió | Erschienen | Compareceu",
    "certain": "Confirmed | Confirmada | Bestätigt | Potwierdzona",
}  # fmt: skip


ALSO = {
    "first_name": "FName | Legal First Name | Name (First) | Kundenvorname | attendees.firstName | Imię klientki | First name*",
    "last_name": "Kundennachname | Apellido paterno | Name (Last) | Nazwisko klienta",
    "name": "Client / Guest | Kunde/Kundin | Patient/in | Name, Vorname | Apellidos y nombre | Booked for",
    "phone": "Handy-Nr. | Mobilnr. | Kundentelefon | N° portable | GSM | Número de móvil | Tel. komórkowy | Celular/WhatsApp | Fone | Work Phone | Telefon kontaktowy | Cell # | Teléfono 1 - Valor | Téléphone 1 - Valeur | Telefon 1 - Wert | Telefon 1 - Wartość",
    "email": "Customer Email Address | Dirección de correo electrónico | Adresse électronique | Poczta elektroniczna | E-Mail des Kunden | Kunden-E-Mail",
    "treatment": "Treatment/Service | Product/Service | Reason for visit | Motif de consultation | Motif du rendez-vous | Motivo de la cita | Cel wizyty | Besuchsgrund | Terminbezeichnung | Rodzaj usługi | Nome do serviço | Tipo de serviço | Zabiegi | Usługi | Serviços | Behandlungen | Nature du soin",
    "start": "Terminbeginn | Beginnt um | Uhrzeit von | Hora inicio",
    "treated_at": "Data rozpoczęcia | Data/godzina | Fecha de inicio | Data de início | Datum und Zeit | When | Date of Service | Data marcada | Buchungsdatum",
    "time": "Zeitfenster | Behandlungszeit | Horaire | Créneau | Time of day",
    "ended_at": "Terminende | Data zakończenia | Fecha de fin | Data de término | Appointment end",
    "duration": "Behandlungsdauer | Dauer in Minuten | Czas trwania (min) | Duração (min)",
    "sms_consent": "Opted in to SMS | Consents to texts | Allows SMS | Consentimiento para recibir SMS | Autorise les SMS | Einwilligung für SMS | Zgoda na kontakt SMS | Aceita receber SMS",
    "status": "Confirmation status | Client status | Situación | Status des Termins",
    "ended": "Did Not Show | Late cancelled | Cancelled date & time | Date of cancellation | Stornierung | Stornierungsdatum | Annulation | Non présenté | Fecha de anulación | Cancelamento",
    "ended_why": "Cancellation notes | Storniert durch | Grund der Stornierung | Raison de l’annulation | Motivo de anulación | Odwołana przez",
    "came": "Checked in at | Check-in time | Arrived at | Ha asistido",
    "external_id": "Appointment # | Appt # | Booking # | Ref # | Buchungs-Nr. | Confirmation #",
    "label": "Label | Appointment Label",
    "client_id": "Client # | Patient # | Kunden-Nr. | Nr karty",
}  # fmt: skip
"""As systems beside those of the vendors call them."""


@pytest.mark.parametrize(
    "heading,field",
    [
        (name.strip(), key)
        for table in (TABLE, ALSO)
        for key, row in table.items()
        for name in row.split("|")
    ],
)
def test_a_heading_is_known_in_any_vendor_s_words_and_six_languages(
    heading: str, field: str
) -> None:
    found = holds(heading)
    assert found
    assert found[0] == field
    assert holds(heading.upper() if "_" in heading else f" {heading}: ") == found


@pytest.mark.parametrize(
    "heading",
    ["Practitioner Name", "User Email", "User Name", "Staff", "Date Scheduled", "Booked On", "Event Created Date & Time", "Date of Birth", "Birthday",
     "Customer Since", "Phone 1 - Type", "E-mail 1 - Label", "Emergency contact phone", "Accepts Marketing", "Invitee accepted marketing emails",
     "Email Subscription Status", "No Shows/Cancellations", "Appointment Notes", "Treatment Notes", "Appointment Price", "Paid?", "Location", "Fax",
     "Company Name", "Next appointment", "Fecha de nacimiento", "Date de naissance", "Geburtsdatum", "Data urodzenia", "Mitarbeiter", "ID", "foo", "",
     "Newsletter", "Referred By", "Response 1", "Memo", "Zgoda marketingowa", "Deposit paid", "Calendar",
     "First Visit", "First Appointment", "First time client", "Last Service", "Service ID", "Membership Status", "Payment status", "Deposit Status",
     "Cancellations", "Tags", "SMS reminders", "SMS reminder sent", "SMS marketing", "Newsletter per E-Mail", "Invoice number", "Gebucht am", "Né(e) le"],
)  # fmt: skip
def test_what_speaks_of_other_things_is_left_out(heading: str) -> None:
    assert holds(heading) is None


def test_a_start_is_the_time_only_beside_a_day() -> None:
    assert recognise(["Start Time", "End Time"]) == {"treated_at": [0], "ended_at": [1]}
    assert recognise(["Appointment Date", "Start Time"]) == {"treated_at": [0], "time": [1]}


def test_of_several_columns_the_best_comes_first() -> None:
    assert recognise(["Booking date", "Date"])["treated_at"] == [1, 0]
    assert recognise(["Telephone", "Mobile Number", "Day", "Night"])["phone"] == [1, 0, 2, 3]
    assert recognise(["Last Visit", "Appointment date"])["treated_at"] == [1, 0]


@pytest.mark.parametrize(
    "header,expected",
    [
        (["Nombre", "Apellidos"], {"first_name": [0], "last_name": [1]}),
        (["Nombre", "Móvil"], {"name": [0], "phone": [1]}),
        (["Nome", "Sobrenome"], {"first_name": [0], "last_name": [1]}),
        (["Nom", "Prénom"], {"first_name": [1], "last_name": [0]}),
        (["Nom", "Courriel"], {"name": [0], "email": [1]}),
        (["Name", "Vorname"], {"first_name": [1], "last_name": [0]}),
        (["Name", "First name", "Last name"], {"name": [0], "first_name": [1], "last_name": [2]}),
        (["Name", "First name"], {"name": [0], "first_name": [1]}),
    ],
)
def test_a_name_is_what_has_no_column_of_its_own(
    header: list[str], expected: dict[str, list[int]]
) -> None:
    assert recognise(header) == expected


def test_a_day_is_a_date_unless_a_night_stands_beside_it() -> None:
    assert recognise(["Client", "Mobile", "Day"])["treated_at"] == [2]
    assert "treated_at" not in recognise(["First Name", "Mobile", "Day", "Night"])


def test_what_is_said_of_a_client_counts_where_nothing_is_said_of_the_booking() -> None:
    assert recognise(["Client", "Client status"])["status"] == [1]
    assert recognise(["Client", "Client status", "Status"])["status"] == [2]


def test_a_name_beside_a_family_name_is_the_given_one() -> None:
    found = recognise(["Nombre del cliente", "Apellidos"])
    assert found == {"first_name": [0], "last_name": [1]}


def test_a_state_beside_a_city_is_an_address() -> None:
    assert "status" not in recognise(["First Name", "City", "State", "Postal Code"])
    assert recognise(["Client", "State"])["status"] == [1]


def test_all_columns_that_speak_of_a_booking_s_end_are_found() -> None:
    header = ["Status", "Canceled", "Marked as No-Show", "Cancellation reason", "Arrived", "Email"]
    assert flags(header) == {
        0: Flag.STATUS, 1: Flag.ENDED, 2: Flag.ENDED, 3: Flag.ENDED_WHY, 4: Flag.CAME,
    }  # fmt: skip


@pytest.mark.parametrize(
    "header,vendor",
    [
        ("Start Time,End Time,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Paid?,Notes,Date Scheduled,Appointment ID", "Acuity"),
        ("Client,Location,Treatment,Practitioner,Appointment Date,Start Time,End Time,Booked On,State,Phone,Email", "Jane"),
        ("Invitee Name,Invitee First Name,Invitee Last Name,Invitee Email,Event Type Name,Start Date & Time,End Date & Time,Canceled,Marked as No-Show,Event UUID", "Calendly"),
        ("Given Name,Family Name,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value", "Google Contacts"),
        ("Reference ID,First Name,Last Name,Email Address,Phone Number,Creation Source,Square Customer ID,Transaction Count", "Square"),
        ("Client ID,First Name,Last Name,Email,Mobile Number,Telephone,Gender,Blocked,Added", "Fresha"),
        ("First Name,Last Name,Mobile,Customer Since,Last Visited,Employee Seen,Refered By,Online Booking", "Vagaro"),
        ("first_name,last_name,phone,treated_at,sms_consent", None),
        ("Nombre,Apellidos,Móvil", None),
        ("", None),
    ],
)  # fmt: skip
def test_known_vendors_are_told_by_the_set_of_their_headings(
    header: str, vendor: str | None
) -> None:
    assert vendor_of(header.split(",")) == vendor


@given(st.lists(st.text(max_size=30), max_size=8))
def test_no_header_breaks_the_reader(header: list[str]) -> None:
    places = [place for field in recognise(header).values() for place in field]
    assert len(places) == len(set(places))
    assert set(places) <= set(range(len(header)))
