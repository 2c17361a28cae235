"""Yes, no, stop and nothing, in our languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.answers import Answer, read_answer

TABLE = {
    Answer.YES: """yes | Y | TRUE | true | 1 | x | X | ✓ | ✔️ | ✅ | ok | Agreed | Agreed 12/10/2026 | signed form | Verbal 3 Nov | Signed at reception on 12 Oct 2026 | given | Opted in | Opt-in | Subscribed | granted | Consented | verbal
        Yes (verbal) | yes - 12/03/2026 | Yes, by text | sí | SI | Sí, acepto | Acepto | verdadero | oui | Oui, j'accepte | D'accord | vrai | ja | Ja.
        einverstanden | zugestimmt | tak | TAK | zgoda | wyrażam zgodę | sim | Sim, autorizo | aceito | autorizo""",
    Answer.NO: """no | N | FALSE | 0 | off | not given | refused | refused on 3 March | declined | ❌ | ✗ | no consent | No thanks | non | Non merci | refusé | faux | nein | Nein!
        abgelehnt | nicht erteilt | nie | brak zgody | nie wyrażam zgody | não | Nao | não autorizo | no acepto | falso""",
    Answer.STOP: """stop | STOPPED | Opted out | opt-out | Unsubscribed | withdrawn | revoked | do not contact | Do Not Text | DNC | baja | dado de baja
        désabonné | abgemeldet | widerrufen | wypisany | wycofana | descadastrado | revogado""",
    Answer.NOTHING: """- | -- | n/a | N/A | none | null | unknown | not asked | Not recorded | ☐ | pending | desconocido | inconnu | non renseigné
        unbekannt | keine Angabe | brak danych | não informado""",
    Answer.UNCLEAR: """maybe | 2 | yes but not texts | only email | call first | email | sometimes | 12/10/2026 | form | by phone | yes only by email | Kate""",
}  # fmt: skip


@pytest.mark.parametrize(
    "cell,answer",
    [
        (cell.strip(), answer)
        for answer, table in TABLE.items()
        for line in table.splitlines()
        for cell in line.split("|")
    ],
)
def test_answers_are_read_as_people_write_them(cell: str, answer: Answer) -> None:
    assert read_answer(cell) is answer


def test_nothing_written_is_nothing_said() -> None:
    assert read_answer(" ") is Answer.NOTHING


@given(st.text(max_size=30))
def test_every_cell_says_something(cell: str) -> None:
    assert read_answer(cell) in Answer
