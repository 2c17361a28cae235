"""What a text that came in is taken for: every row is one that a clinic might get."""

from __future__ import annotations

import time

import pytest

from reminders.rules.keywords import STOPS, Kind, read

STOP, WRONG, START, HELP, REPLY = Kind.STOP, Kind.WRONG_NUMBER, Kind.START, Kind.HELP, Kind.REPLY

# The texts, and a word on the debatable ones.
KEYWORDS: list[tuple[str, Kind]] = [
    # Twilio's own and the law's (47 CFR 64.1200(a)(10)), however typed
    *((word, STOP) for word in ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE")),
    *((word, STOP) for word in ("OPT OUT", "Opt-Out", "opt out.", "STOP ALL", "stop all!", "REMOVE", "TD", "ARRET", "ARRÊT", "Arrêt", "ALTO", "¡Alto!", "BAJA", "baja", "Parar", "BASTA")),
    *((word, STOP) for word in ("stop", "Stop", " stop ", "STOP\n", "Stop.", "STOP!!", '"STOP"', "'stop'", "(stop)", "ＳＴＯＰ", "S T O P", "STOPPPP", "Stop 🙏", "🛑", "st\u200bop", "stop 2", "sToP")),
    *((word, STOP) for word in ("stop please", "Please stop", "pls stop", "ok stop", "STOP thanks", "hi, stop", "stop por favor", "Alto, gracias", "stop bitte", "Cancel please", "unsub", "unsuscribe", "sotp")),
    ("START", START), ("start", START), ("Unstop", START), ("YES", START), ("Yes!", START), ("yes 👍", START),
    ("HELP", HELP), ("help", HELP), ("Info", HELP), ("AYUDA", HELP), ("help?", HELP), ("Ayuda!", HELP),
]  # fmt: skip

PLAIN_STOPS: list[tuple[str, Kind]] = [
    ("please don't text me anymore", STOP),
    ("Please don’t text me any more", STOP),  # a phone's own apostrophe
    ("PLEASE STOP TEXTING ME", STOP),
    ("stop texting", STOP),
    ("Can you stop sending me these messages?", STOP),  # a question in form alone
    ("stop sending these", STOP),
    ("I asked you to stop", STOP),
    ("I told you people to please stop already", STOP),
    ("do not contact me again", STOP),
    ("never text this number again", STOP),
    ("dont msg me", STOP),
    ("dont send me any more texts", STOP),
    ("i no longer wish to receive these messages", STOP),
    ("I don't want these texts", STOP),
    ("I do not want to get texts from you", STOP),
    ("don't want to be contacted", STOP),
    ("no more messages", STOP),
    ("No more texts please!", STOP),
    ("no more of this", STOP),
    ("No texts please", STOP),
    ("take me off your list", STOP),
    ("remove me from this list", STOP),
    ("Please remove my number", STOP),
    ("delete my number from your system", STOP),
    (
        "Delete my data",
        STOP,
    ),  # who wants to be forgotten does not want to be written to; staff see it too
    ("lose my number", STOP),
    ("unsubscribe me", STOP),
    ("how do I unsubscribe?", STOP),  # whoever asks how wants it: nobody has to ask twice
    ("I want to opt out", STOP),
    ("opt me out of this", STOP),
    ("I revoke my consent", STOP),
    ("I withdraw any permission to message me", STOP),
    ("I never signed up for this", STOP),  # there is no consent, it says
    ("I didn't give you permission to text", STOP),
    ("leave me alone", STOP),
    ("fuck off", STOP),
    ("Not interested", STOP),  # to a care text: none is wanted
    ("Cancel my subscription", STOP),
    ("cancel these texts", STOP),
    ("turn off the reminders", STOP),
    ("Enough with the texts", STOP),
    ("Why do you keep texting me", STOP),  # a complaint that a reasonable person heeds
    ("I texted STOP to opt out but you keep texting me", STOP),
    ("this is spam", STOP),
    ("Reporting this as spam", STOP),
    ("STOP. I have asked three times.", STOP),
    ("Thanks but my skin is fine now, please stop", STOP),
    ("Stop, my appointment was cancelled", STOP),  # begins with the word, set off: heeded
    ("wrong number", WRONG),
    ("Wrong #", WRONG),
    ("You have the wrong person", WRONG),
    ("sorry wrong number, who is Ana?", WRONG),
    ("This is not Ana's number", WRONG),
    ("this isnt anas phone anymore", WRONG),
    ("No one by that name here", WRONG),
    ("Someone else's number now", WRONG),
    ("I just got this number, don't know you", WRONG),
    # es
    ("no me escriban más", STOP),
    ("Por favor no me manden más mensajes", STOP),
    ("No me envíe mensajes", STOP),
    ("NO ME MOLESTEN", STOP),
    ("dejen de mandarme mensajes", STOP),
    ("Deje de escribirme", STOP),
    ("paren de enviarme cosas", STOP),
    ("no quiero recibir más mensajes", STOP),
    ("Ya no quiero mensajes", STOP),
    ("no deseo que me contacten", STOP),
    ("no más mensajes", STOP),
    ("quítenme de la lista", STOP),
    ("Bórreme de su lista por favor", STOP),
    ("borre mi número", STOP),
    ("quiero darme de baja", STOP),
    ("Denme de baja ya", STOP),
    ("déjenme en paz", STOP),
    ("cancelar suscripción", STOP),
    ("no autorizo estos mensajes", STOP),
    ("Número equivocado", WRONG),
    ("se equivocó de número", WRONG),
    ("este no es el número de Ana", WRONG),
]

OTHERS: list[tuple[str, str | None]] = [
    # near-misses: a word of the list that means something else
    ("cancel my appointment", None),
    ("I need to cancel my appointment on Friday", None),
    ("can you cancel it and rebook me", None),
    ("Cancel. I can't come Friday", None),  # a bare CANCEL stops; with more it is the appointment's
    ("I can't stop itching", None),
    ("when does the redness end?", None),
    ("when does the swelling end", None),
    ("Can I stop taking the antibiotics?", None),
    ("should I stop using retinol?", None),
    ("When can I stop the moisturizer", None),
    ("did you stop texting me? I got nothing this week", None),
    ("please don't stop the reminders, I love them", None),
    ("I didn't mean to unsubscribe", None),
    ("Don't text me before 9 please", None),  # a narrower wish: a person hears it
    ("don't text me at work, call", None),
    ("please text me the address", None),
    ("I gave you the wrong number for my sister", None),
    ("is this the wrong number for bookings?", None),
    ("dont send the cream, I will pick it up", None),
    ("can I quit smoking during this lol", None),
    ("Could you keep sending these? So useful", None),
    ("remove my makeup tonight or tomorrow?", None),
    ("At the end of the week then", None),
    ("yes please", None),  # START only alone; otherwise it answers somebody
    ("yes I did use spf", None),
    ("start again with vitamin c when?", None),
    ("help me choose a sunscreen", None),  # HELP only alone: more words are for a person
    ("Help please", None),
    ("No thanks", None),  # to what? A person can see
    ("who is this?", None),
    ("how did you get my number?", None),  # a question before it is a complaint
    ("stop emailing me", None),  # about emails: staff stop those
    # our own words come back: hearts for a message, quotations
    ("Liked “Rosewood Skin: SPF 30+ from now. Reply STOP to opt out.”", None),
    ('Loved "Rosewood Skin: day 3. Reply STOP to opt out, HELP for help."', None),
    ("Le encantó “Rosewood Skin: protector solar. Responda STOP para no recibir más.”", None),
    (
        "You won $500! Click bit.ly/x. Reply STOP to unsubscribe",
        None,
    ),  # spam's own words stop nothing
    # es near-misses
    ("quiero cancelar mi cita del viernes", None),
    ("¿cuándo baja la hinchazón?", None),
    ("no me llamen, escríbanme por aquí", None),
    ("no para de picarme", None),
    ("estoy de baja médica, ¿puedo ir?", None),
    ("el precio me parece alto", None),
    ("le di el número equivocado de mi hermana", None),
    ("no recibo más mensajes, ¿por qué?", None),
    ("dejé de usar el retinol", None),
    ("sí", None),
    ("necesito ayuda con la crema", None),
    # thanks and little things
    ("Thank you!", None),
    ("thanks so much 😊", None),
    ("👍", None),
    ("❤️❤️", None),
    ("ok", None),
    ("K", None),
    ("Gracias, todo bien", None),
    ("muchas gracias 🙏", None),
    ("lol", None),
    ("", None),  # a picture without words
    ("???", None),
    ("Running late, be there in 10", None),
    ("can I wear makeup tomorrow?", None),
    ("¿Puedo ir al gimnasio?", None),
    ("a" * 1600, None),
    # alarms
    ("There is yellow pus coming out", "infection"),
    ("I have a fever", "infection"),
    ("I CAN'T BREATHE", "breathing"),
    ("having trouble breathing", "breathing"),
    ("my lips are swollen", "swelling"),
    ("swollen eye since this morning", "swelling"),
    ("the redness is spreading to my neck", "infection"),
    ("Spreading redness and it feels hot to the touch", "infection"),
    ("I have blisters on my cheek", "blisters"),
    ("I think it's a cold sore", "blisters"),
    ("hives all over", "blisters"),
    ("the bleeding won't stop", "bleeding"),
    ("the pain is getting worse", "infection"),
    ("unbearable pain", "pain"),
    ("I passed out after", "fainting"),
    ("my vision is blurry", "eyes"),
    ("is this an emergency?", "emergency"),
    ("I'm having an allergic reaction", "emergency"),
    ("no fever, all good", "infection"),  # a false alarm brings a person sooner, no more
    ("no puedo respirar", "breathing"),
    ("me cuesta respirar", "breathing"),
    ("tengo los labios hinchados", "swelling"),
    ("Tengo fiebre y escalofríos", "infection"),
    ("me sale pus", "infection"),
    ("la rojez se extiende", "infection"),
    ("me salieron ampollas", "blisters"),
    ("sangra mucho", "bleeding"),
    ("me duele mucho", "pain"),
    ("me desmayé", "fainting"),
    ("¿es urgente?", "emergency"),
]

STOP_AND_ALARM = [
    ("Stop texting me, my face is swollen and nobody calls back", STOP, "swelling"),
    ("no me escriban más, tengo fiebre", STOP, "infection"),
    ("wrong number but I hope the fever is better", WRONG, "infection"),
]

ELSEWHERE: list[tuple[str, Kind]] = [
    ("ne m'envoyez plus de messages", STOP),
    ("Arrêtez de m’écrire", STOP),
    ("désabonnez-moi", STOP),
    ("Mauvais numéro", WRONG),
    ("Plus de rougeurs, merci", REPLY),
    ("Bitte keine Nachrichten mehr", STOP),
    ("schreiben Sie mir bitte nicht mehr", STOP),
    ("Abmelden", STOP),
    ("Falsche Nummer", WRONG),
    ("Ich bekomme keine Nachrichten mehr, warum?", REPLY),
    ("proszę nie pisać", REPLY),  # to stop? A person reads it: the word alone is too wide
    ("Nie piszcie do mnie", STOP),
    ("Zły numer", WRONG),
    ("rezygnuję z wizyty", REPLY),
    ("Não me mande mais mensagens", STOP),
    ("pare de me enviar mensagens", STOP),
    ("número errado", WRONG),
    ("cancelar minha consulta", REPLY),
]


@pytest.mark.parametrize("body,kind", KEYWORDS + PLAIN_STOPS + ELSEWHERE)
def test_a_text_is_taken_for_what_it_asks(body: str, kind: Kind) -> None:
    assert read(body).kind is kind


@pytest.mark.parametrize("body,alarm", OTHERS)
def test_everything_else_is_for_a_person(body: str, alarm: str | None) -> None:
    reading = read(body)
    assert (reading.kind, reading.alarm) == (REPLY, alarm)


@pytest.mark.parametrize("body,kind,alarm", STOP_AND_ALARM)
def test_a_stop_may_hold_an_alarm(body: str, kind: Kind, alarm: str) -> None:
    reading = read(body)
    assert (reading.kind, reading.alarm) == (kind, alarm)


def test_there_are_as_many_rows_as_were_promised() -> None:
    assert len(KEYWORDS) + len(PLAIN_STOPS) + len(OTHERS) >= 120


@pytest.mark.parametrize("body", ["Fieber seit gestern", "j'ai de la fièvre", "mam gorączkę", "estou com febre", "Blasen am Kinn", "opuchnięte usta"])  # fmt: skip
def test_alarms_are_known_in_every_language_of_ours(body: str) -> None:
    assert read(body).alarm


def test_only_a_bare_cancel_may_mean_an_appointment() -> None:
    assert read("CANCEL").may_mean_appointment
    assert read("cancelar").may_mean_appointment
    assert not read("STOP").may_mean_appointment
    assert not read("cancel these texts").may_mean_appointment


def test_it_says_why() -> None:
    assert read("OPT OUT").why == "optout"
    assert read("Really, no more texts!").why == "no more texts"


def test_every_stop_is_a_stop_in_the_middle_of_more_words_too() -> None:
    for body, _ in PLAIN_STOPS:
        if body[0] != "N" and len(body) > 25:
            assert read(f"{body}. Thank you very much.").kind in STOPS, body


def test_no_text_takes_long_to_read() -> None:
    began = time.process_time()
    for body in (
        "stop " * 9000,
        "dont want " * 200,
        "the these " * 200,
        "no me " * 300,
        "a b " * 500,
    ):
        read(body)
    assert time.process_time() - began < 1
