"""Headings under which systems and clinics keep the few things we need: tables alone.

All stand as ``folding.fold`` leaves a text and are compared without spaces. What each vendor's
export calls its columns was gathered from public importers of them; English, Spanish, French,
German, Polish and Portuguese follow one another.
"""

from __future__ import annotations

HEADINGS: dict[str, str] = {
    "first_name": """first name | first | given name | given names | forename | christian name | preferred name | nombre | nombre de pila | primer nombre
        | prenom | vorname | rufname | imie | primeiro nome | nome proprio
        | fname | f name | preferred first name | legal first name | name first | chosen name""",
    "last_name": """last name | last | surname | family name | second name | apellidos | apellido | primer apellido | apellido s | nom de famille | nachname | familienname
        | zuname | nazwisko | sobrenome | apelido | ultimo nome
        | lname | l name | legal last name | name last | apellido paterno | nom de naissance""",
    "name": """name | full name | client | client name | customer | customer name | patient | patient name | invitee | invitee name | guest | guest name | attendee | display name
        | nombre completo | nombre y apellidos | cliente | clienta | paciente | nom complet | nom et prenom | nom prenom | prenom et nom | cliente nom | patiente
        | vor und nachname | kunde | kundin | kundenname | patientenname | patientin | imie i nazwisko | nazwisko i imie | klient | klientka | pacjent | pacjentka
        | nome completo | nome e sobrenome | nome do cliente | nome
        | name vorname | nachname vorname | apellidos y nombre | nom et prenoms | clientes | clients | member name | booked for | who | kunde in | patient in | clientin""",
    "phone": """mobile | mobile number | mobile phone | mobile no | mobile phone number | cell | cell phone | cell number | cellphone number | phone mobile | telephone mobile | tel mobile | mobile telephone | tel movil | telefon mobil | telefon kom | tel kom | best contact number | text reminder number | sms number | sms phone number
        | movil | telefono movil | celular | telefono celular | portable | telephone portable | tel portable | mobile portable | numero de portable | handy | handynummer | mobil | mobilnummer | mobiltelefon
        | mobilfunknummer | telefon komorkowy | komorka | numer komorkowy | telemovel | telefone celular | whatsapp
        | phone | phone number | phone no | telephone | telephone number | tel | tel no | contact number | contact no | telefono | numero de telefono | no telefono | n telefono | telefono de contacto | cell or phone | n de telephone | numero de telephone
        | telefon | telefonnummer | rufnummer | numer telefonu | nr telefonu | nr tel | telefone | numero de telefone | day | day phone | daytime phone | home phone | evening phone | night
        | gsm | handynr | mobilnr | tel mobil | tel komorkowy | fone | fone celular | telf | telefon kontaktowy | kontakttelefon | sms | work phone | numero de movil | cell no | contacto telefonico""",
    "email": """email | e mail | email address | e mail address | mail | mail address | correo | correo electronico | courriel | adresse e mail | adresse mail | adresse courriel
        | adresse email | mel | mailadresse | e mail adresse | emailadresse | adres e mail | adres email | poczta | endereco de e mail | endereco de email | correio eletronico
        | direccion de correo | direccion de correo electronico | direccion de email | correo e | adresse electronique | poczta elektroniczna | email adresse | customer email address | client email address | contact email address | patient email address""",
    "language": """language | locale | lang | preferred language | idioma | idioma preferido | langue | langue preferee | sprache | bevorzugte sprache | jezyk | idioma de preferencia
        | language preference | preferowany jezyk | lingua | gewunschte sprache""",
    "time_zone": """time zone | timezone | zone | tz | zona horaria | huso horario | fuseau horaire | fuseau | zeitzone | strefa czasowa | fuso horario
        | time zone name""",
    "treatment": """treatment | service | treatment name | service name | type | appointment type | event type name | event type | event name | procedure | procedure name | session type | class | item
        | item name | services | treatments | tipo | tipo de cita | tratamiento | servicio | servicios | procedimiento | prestation | prestations | soin | traitement | type de rendez vous | acte
        | behandlung | leistung | leistungen | dienstleistung | terminart | behandlungsart | zabieg | usluga | rodzaj zabiegu | rodzaj wizyty | nazwa uslugi | tratamento | servico | procedimento
        | tipo de atendimento
        | booked service | booked services | service booked | service reserve | servicio reservado | what | menu item | behandlungen | dienstleistungen | anwendung | soins | tratamientos | zabiegi | uslugi | tratamentos | servicos | procedimentos | procedures | class name""",
    "treated_at": """treated at | treated on | treatment date | appointment date | start date and time | start date time | start date am pm time | starts at | date and time | date time | datetime | scheduled date
        | scheduled for | scheduled start | scheduled start time | scheduled time | scheduled at | booking start | slot start | appointment time and date | appointment | date | start date | day of treatment | fecha y hora | fecha hora | fecha y hora de la cita | fecha | fecha de cita | cita | dia | date et heure | date heure | date du rdv | rendez vous | rdv | jour
        | datum und uhrzeit | datum uhrzeit | datum | termin | termindatum | behandlungsdatum | tag | behandelt am | data i godzina | data i czas | dzien | data | data wizyty | termin wizyty | wizyta | data zabiegu | data e hora | data hora
        | agendamento | data do agendamento | dia da consulta | last visit | last visited | ultima visita | derniere visite | letzter besuch | ostatnia wizyta | booking date | date of booking | reservation date | fecha de reserva | date de reservation | data rezerwacji | data da reserva
        | when | dos | data rozpoczecia | datum und zeit | data de inicio | fecha de inicio | fecha inicio | data inicio | data agendada | data marcada | behandlungstag | data uslugi | last appointment | last appointment date | buchungsdatum | fecha reserva""",
    "start": """start | start time | starts | begin | begins | from | starttime | start at | inicio | hora de inicio | horario de inicio | comienzo | desde | debut | heure de debut | heure debut | de | beginn | startzeit | anfang | von
        | poczatek | godzina rozpoczecia | od | hora inicial | hora de inicio
        | beginnt um | uhrzeit von | rozpoczecie | start um | hora inicio""",
    "time": """time | appointment time | treatment time | hour | slot | time slot | hora | hora de la cita | horario | heure | heure du rdv | uhrzeit | zeit | terminzeit | godzina | godz | hora da consulta
        | time of day | zeitfenster | horaire | creneau | czas | horario da consulta""",
    "ended_at": """ended at | ends at | end time | end | ends | end date time | end date and time | end date | finish | finish time | until | to | fin | hora de fin | hora fin | hasta | heure de fin | heure fin
        | ende | endzeit | bis | koniec | godzina zakonczenia | do | fim | hora final | hora de termino | termino | ate
        | fecha de fin | fecha fin | data zakonczenia | zakonczenie | hora fim | data de termino | data fim | data de fim | endet um | uhrzeit bis""",
    "duration": """duration | length | minutes | mins | duration min | duration mins | duration minutes | duracion | duracion min | duree | duree min | dauer | dauer min | minuten | czas trwania | duracao
        | dauer in minuten | czas trwania min | duracao min | dlugosc | dlugosc min | czas trwania wizyty""",
    "sms_consent": """sms consent | text consent | consent to sms | consent for sms | agree to sms | agrees to sms | agree to texts | consent sms | consent text | consent to text | consent to texts | sms opt in | text opt in | opt in sms | sms optin | accepts sms | accepts texts | sms permission | sms allowed
        | ok to text | may we text | text message consent | consentimiento sms | acepta sms | autoriza sms | permiso sms | consentement sms | accord sms | accepte les sms | accepte sms | autorisation sms
        | sms einwilligung | einwilligung sms | einverstandnis sms | zustimmung sms | sms zustimmung | sms erlaubt | sms ok | zgoda sms | zgoda na sms | zgoda na sms y | consentimento sms | consentimento por sms | aceita sms | autoriza sms
        | consentimento para sms | whatsapp sms consent""",
    "email_consent": """email consent | consent email | consent to email | consent to emails | email opt in | opt in email | email optin | accepts email | accepts emails | email permission | ok to email | may we email | consentimiento email
        | consentimiento correo | consentimiento correo electronico | acepta email | acepta correo | consentement email | consentement e mail | consentement courriel | accord email | accepte les emails | e mail einwilligung
        | email einwilligung | einwilligung e mail | einwilligung email | zustimmung e mail | e mail zustimmung | zgoda email | zgoda e mail | zgoda na e mail | zgoda na email | consentimento email | consentimento e mail | aceita email | aceita e mail""",
    "consent_at": """consent at | consent date | consent on | date of consent | consented on | consented at | consent given on | opt in date | fecha de consentimiento | fecha del consentimiento | date du consentement
        | date de consentement | einwilligung am | einwilligungsdatum | datum der einwilligung | data zgody | data wyrazenia zgody | data do consentimento""",
    "consent_source": """consent source | consent form | how consented | source of consent | consent method | consent given by | origen del consentimiento | source du consentement | quelle der einwilligung | einwilligung durch
        | zrodlo zgody | origem do consentimento""",
    "external_id": """external id | appointment id | booking id | treatment id | visit id | event uuid | event id | reservation id | booking reference | booking ref | booking number | booking no | booking code | appointment number | appointment no
        | appointment ref | appointment reference | confirmation number | confirmation code | reference | id de la cita | id de cita | numero de cita | numero de reserva | id reserva | localizador | id rdv | id du rendez vous | numero de rendez vous
        | numero de reservation | n de reservation | terminnummer | termin id | buchungsnummer | buchungs id | nr wizyty | id wizyty | numer wizyty | nr rezerwacji | numer rezerwacji | id rezerwacji | id do agendamento | numero do agendamento
        | codigo do agendamento | id da consulta
        | confirmation number | booking uid | uid | ref number | ref no | reservation code | appointment reference number""",
    "client_id": """client id | customer id | patient id | guest id | member id | square customer id | invitee uuid | client number | client no | client code | customer number | patient number | patient no | guest code | mrn | id del cliente
        | id cliente | numero de cliente | n cliente | id client | numero client | numero de client | n client | code client | kundennummer | kunden id | kundennr | patientennummer | patienten id | id klienta | nr klienta | numer klienta
        | id do cliente | codigo do cliente | numero do cliente
        | numero de historia | no de historia | nr karty | prontuario""",
    "status": """status | state | appointment status | booking status | appointment state | booking state | attendance status | attendance | outcome | event status | estado | estado de la cita | estatus | statut | etat | etat du rdv
        | terminstatus | buchungsstatus | stan | status wizyty | status rezerwacji | situacao | status do agendamento
        | confirmation status | zustand | situacion | state of appointment | etat de la reservation | show status""",
    "ended": """canceled | cancelled | is canceled | is cancelled | cancelled at | canceled at | cancelled on | canceled on | cancellation | cancellation date | cancellation time | cancelled date | canceled date | cancel date | date cancelled | date canceled | no show | noshow | is no show
        | marked as no show | did not arrive | did not attend | not attended | missed | deleted | is deleted | deleted at | deleted on | archived | archived at | void | voided | waitlist | waitlisted | waiting list | on waitlist | rescheduled
        | declined | rejected | cancelada | cancelado | anulada | anulado | fecha de cancelacion | cancelada el | no asistio | no presentado | eliminada | eliminado | lista de espera | annule | annulee | date d annulation | annule le
        | absent | absente | non venu | supprime | liste d attente | storniert | storniert am | stornodatum | abgesagt | abgesagt am | nicht erschienen | geloscht | geloscht am | warteliste | anulowana | anulowano | anulowany | data anulowania
        | odwolana | odwolano | data odwolania | nieobecny | nieobecnosc | usunieta | usunieto | lista oczekujacych | data de cancelamento | cancelado em | faltou | falta | nao compareceu | excluido | excluida
        | did not show | didn t show | didn t attend | late cancel | late cancelled | late canceled | late cancellation | dna | cancelled late | canceled late | stornierung | stornierungsdatum | abwesend | annulation | non presente | cancelacion | anulacion | cancelamento | not attended""",
    "ended_why": """cancellation reason | cancel reason | reason for cancellation | cancelled by | canceled by | cancellation note | cancellation type | motivo de cancelacion | motivo cancelacion | cancelada por | cancelado por | motif d annulation | annule par
        | stornogrund | absagegrund | storniert von | abgesagt von | powod anulowania | powod odwolania | anulowane przez | motivo do cancelamento | motivo de cancelamento""",
    "came": """arrived | attended | showed | showed up | checked in | patient arrived | client arrived | checked out | asistio | asistencia | llego | present | presente | venu | arrive | erschienen | anwesend | angekommen | obecny | obecna | obecnosc
        | przybyl | compareceu | presenca | chegou
        | check in | check in time | ha asistido | asistida | showed | presente""",
    "certain": """confirmed | is confirmed | confirmada | confirmado | confirme | confirmee | bestatigt | potwierdzona | potwierdzono | potwierdzony
        | potwierdzone | confirmacion | confirmacao""",
    "label": """label | appointment label | booking label""",
}  # fmt: skip
"""For each thing, the names it goes by, the best first."""

WHO = (
    "client clients patient patients customer customers invitee guest attendee attendees member contact person primary main personal legal your"
    " cliente clienta paciente"
    " patiente kunde kunden kundin patienten patientin klient klienta klientki klientka pacjent pacjenta pacjentki"
)
"""Whose it is: left out where a heading is not known with it."""

BOOKING = (
    "appointment appt booking event visit session reservation cita reserva visita turno sesion rendez vous rdv seance consultation"
    " termin termins buchung buchungs besuch besuchs sitzung wizyty wizyta rezerwacji agendamento consulta sessao atendimento visite atencion"
)
"""What it is of, a booking: left out in the same way."""

SERVICE = (
    "treatment procedure service tratamiento procedimiento servicio soin prestation traitement behandlung behandlungs"
    " zabiegu zabieg uslugi usluga tratamento procedimento servico"
)
"""What it is of, what is done there: left out in the same way."""

SMALL = "the of for de del la el los las l d du des le les der die das dem vom zum am a o do da dos das na w z s value valor valeur wert wartosc local required optional"

NAMING = "name nombre nom bezeichnung nazwa nome type tipo typ art rodzaj description reason grund motif motivo cel nature"
"""With what it is of, the kind of treatment: “Service name”, “Motif de consultation”."""

COUNTING = "id uuid number no nr num numero numer n ref reference code codigo"
"""With a booking, its number; with whose it is, a client's; beside a phone they say nothing."""

WHEN = "date dates time datetime timestamp on at when datum zeit am um fecha hora data godzina heure le el em dia"
"""Beside what became of a booking, the moment it did: “Cancelled date & time”."""

WHY = "reason reasons note notes comment comments by grund motivo motif raison powod durch von par por przez"
"""Beside a cancellation, why or by whom."""

CANCELLATION = (
    "cancel canceled cancelled cancellation cancelacion cancelada cancelado anulacion anulada anulado annulation annule annulee"
    " stornierung storniert storno absage abgesagt anulowania anulowana odwolania odwolana cancelamento"
)

SMS = "sms text texts texting"
EMAIL = "email emails mail mails courriel correo"
CONSENT = (
    "consent consents consented consenting agree agrees agreed accept accepts accepted allow allows allowed permission permitted authorised authorized opt optin opted"
    " consentimiento consiente acepta acepto autoriza autorizacion permiso consentement consent accord accepte acceptes autorise autorisation"
    " einwilligung einverstandnis zustimmung erlaubnis erlaubt zgoda consentimento aceita autorizacao permite"
)
"""What says yes to a channel that stands beside: “Opted in to SMS”."""

ABOUT_CONSENT = "in to via by per receive receiving messages message recibir recevoir receber fur para por przez kontakt otrzymywanie na y es"

PREFIXES = "kunden kundinnen patienten termin buchungs behandlungs besuchs"
"""With what German puts before a word without a space: “Kundentelefon”, “Terminbeginn”."""

NOT_OURS = (
    # of other people, other days and other purposes
    "staff practitioner provider therapist employee technician clinician user team owner host resource room calendar created booked scheduled updated modified added birth"
    " birthday born dob nacimiento naissance geburt geburtsdatum geburtstag urodzenia nascimento emergency referred refered referrer referral company business employer location"
    " street address price paid payment invoice deposit fax partner spouse guardian parent note notes comment question response purchase expiry since marketing newsletter promo"
    " promotions publicidad werbung marketingowa profesional especialista praticien mitarbeiter behandler pracownik profissional funcionario next previous count total"
    " subscription accepted"
)
"""Words that make a heading another thing, unless it is known as a whole."""

VENDORS: dict[str, str] = {
    "Acuity": "start time | end time | first name | last name | calendar | appointment price | date scheduled | appointment id",
    "Calendly": "invitee name | invitee email | event type name | start date time | marked as no show | event uuid",
    "Cliniko": "appointment start | patient name | did not arrive | cancelled at | patient arrived",
    "Fresha": "client id | first name | last name | mobile number | telephone | blocked | added",
    "Google Contacts": "e mail 1 value | phone 1 value",
    "Jane": "client | treatment | practitioner | booked on | state | location",
    "Square": "reference id | first name | last name | square customer id | creation source | transaction count",
    "Square Appointments": "customer name | service | date | time | staff | price",
    "Vagaro": "first name | last name | customer since | last visited | employee seen | refered by | online booking",
}
"""Headings that together tell whose export a list is."""
