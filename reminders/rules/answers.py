"""Answers: yes, no, stop and nothing, as people and systems write them in our languages."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from reminders.rules.folding import fold, phrases


class Answer(StrEnum):
    """What a cell of yes or no says."""

    YES = "yes"
    NO = "no"
    STOP = "stop"  # a no that binds the number or address itself
    NOTHING = "nothing"  # nobody asked, or nobody answered
    UNCLEAR = "unclear"


YES = phrases(
    "y | yes | yep | true | t | 1 | x | ok | okay | on | agreed | agree | agrees | given | granted | consented"
    " | consent given | consents | consent | accepted | accepts | opted in | opt in | optin | subscribed | enabled | allowed"
    " | allow | verbal | verbally | verbal consent | written | in writing | signed | authorised | authorized | checked"
    " | confirmed | active | yes please | yes verbal | yes written | i agree | i consent | permission given | approved"
    " | si | s | verdadero | acepto | acepta | aceptado | autorizo | autoriza | autorizado | de acuerdo | consiento | concedido"
    " | oui | o | vrai | accepte | j accepte | accord | d accord | oui j accepte | autorise | consenti | ok pour sms"
    " | ja | j | wahr | einverstanden | zugestimmt | stimmt zu | erteilt | zustimmung | zustimmung erteilt | eingewilligt | gegeben"
    " | tak | t | prawda | zgoda | zgadzam sie | wyrazam zgode | wyrazono zgode | wyrazona | udzielona | udzielono"
    " | sim | verdadeiro | aceito | aceita | aceitou | concordo | concorda | consentido | permitido"
)

NO = phrases(
    "n | no | nope | false | f | 0 | off | not given | refused | declined | denied | disabled | not granted | no consent"
    " | does not consent | not consented | no thanks | unchecked | disagree | not allowed | opt out no | never given"
    " | falso | no acepto | no acepta | no autorizo | rechazado | denegado | no autoriza"
    " | non | faux | refuse | refusee | pas d accord | je refuse | non merci | n accepte pas"
    " | nein | falsch | abgelehnt | nicht einverstanden | nicht erteilt | verweigert | stimmt nicht zu"
    " | nie | falsz | brak zgody | nie wyrazam zgody | nie wyrazono | odmowa | nie zgadzam sie"
    " | nao | nao aceito | nao autorizo | recusado | recusou | negado"
)

STOP = phrases(
    "stop | stopped | opted out | opt out | optout | unsubscribed | unsubscribe | withdrawn | withdrew | revoked | blocked"
    " | do not contact | do not text | do not email | do not call | dnc | dnd | no contact | bounced | complained | cleaned"
    " | consent withdrawn | removed | baja | dado de baja | de baja | no contactar | retirado | revocado | alto"
    " | desabonne | desabonnee | desinscrit | desinscrite | retire | ne pas contacter | arret"
    " | abgemeldet | widerrufen | nicht kontaktieren | gesperrt | abbestellt"
    " | wypisany | wypisana | wycofana | wycofano | nie kontaktowac | rezygnacja | zablokowany"
    " | descadastrado | descadastrada | revogado | nao contatar | nao contactar | bloqueado | cancelado | sair"
)

NOTHING = {""} | phrases(
    "n a | na | none | null | nil | nan | unknown | not asked | not recorded | not set | never asked | undefined | blank"
    " | not answered | no answer | no response | not sure | ask | to ask | pending | not known | never subscribed | transactional"
    " | desconocido | sin respuesta | no preguntado | no consta | inconnu | non renseigne | sans reponse | pas demande"
    " | unbekannt | keine angabe | nicht gefragt | offen | k a | nieznane | brak danych | brak odpowiedzi | nie pytano"
    " | desconhecido | sem resposta | nao informado | nao perguntado"
)

_SIGNS = {
    "✓": "yes", "✔": "yes", "☑": "yes", "✅": "yes", "👍": "yes", "🗹": "yes", "+": "yes",
    "✗": "no", "✘": "no", "❌": "no", "☒": "no", "👎": "no", "🛑": "stop", "☐": "",
}  # fmt: skip
_SURELY = re.compile(r"^(yes|si|oui|ja|tak|sim|no|non|nein|nie|nao|stop)\b(?! (?:idea|se|longer))")


_BESIDE = re.compile(
    r"\d{2,4}|0?[2-9]|on|at|by|in|the|of|am|le|el|em|dnia|w|form|consent form|formulario|formular|formulaire|phone|person|clinic|reception"
    r"|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*"
)
"""What stands beside an answer and changes nothing: its day, and how it was given."""


@lru_cache(maxsize=4096)
def read_answer(cell: str) -> Answer:
    """Read a yes or no in any of our languages, written as a word, a sign or a short sentence.

    What begins with a yes or no and goes on with a date or remark is that yes or no; a bare
    dash is nothing said.
    """
    said = fold(_SIGNS.get(cell.strip().strip("\ufe0f"), cell))
    bare = " ".join(word for word in said.split() if not _BESIDE.fullmatch(word))
    for answer, words in (
        (Answer.NOTHING, NOTHING),
        (Answer.STOP, STOP),
        (Answer.NO, NO),
        (Answer.YES, YES),
    ):
        if said in words or (bare and bare in words):
            return answer
    first = _SURELY.match(said)
    if first and not re.search(
        r"\b(?:but|except|unless|pero|mais|aber|ale|mas|only|solo|nur)\b", said
    ):
        return read_answer(first[1])
    return Answer.UNCLEAR
