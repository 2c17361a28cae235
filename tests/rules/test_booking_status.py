"""What became of a booking, by every word systems have for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.booking_status import (
    Flag,
    Outcome,
    read_status,
    standing,
    status_key,
)


def words(table: str) -> list[str]:
    return [word.strip() for line in table.splitlines() for word in line.split("|")]


TAKES = """Booked | Booked Online | Confirmed | CONFIRMED | Scheduled | Accepted | ACCEPTED | Approved | Active | Upcoming | Open
    Arrived | Checked out | Checked-Out | CHECKED_IN | Checked in | Completed | COMPLETE | Complete | Done | Finished | Closed | Final
    Showed | Show | Attended | Fulfilled | In progress | Service Completed | Started | Paid | Kept | Signed in | New | Reserved | arrived / paid
    Completed - payment pending | Completed (unpaid) | Complete / No charge | InProgress | CheckedOut | Walk-in | Invoice sent | En sala de espera | Abgeschl. | Not cancelled | Uncancelled | Reinstated | Rescheduled from 12 Nov | Waiting room
    Confirmada | Reservado | Asistió | Realizada | Atendido | Finalizado | Confirmé | Réservé | Honoré | Terminé | Venu | Présent
    Bestätigt | Gebucht | Erschienen | Abgeschlossen | Durchgeführt | Wahrgenommen | Nicht storniert | Potwierdzona | Zrealizowana | Zakończona
    Umówiona | Odbyta | Agendado | Marcado | Compareceu | Concluído | Realizado | Non annulé
    Seated | Running late | Arrived late | Visited | Prepaid | Upcoming today | Next | Pre-booked | Partially paid | Vu | À venir | Encaissé | Cobrada | En cabina | Cumplida | Gesehen | Bevorstehend | Behandelt | Kassiert | Ausgecheckt | Fertig | Zapłacona | Rozliczona | Nadchodząca | Pagamento efetuado"""
GONE = """Cancelled | Canceled | CANCELED | cancelled by client | Canceled by staff | CANCELLED_BY_CUSTOMER | CANCELLED_BY_SELLER | Cancellation
    Late cancellation | Late Cancel | Early cancel | Client cancelled (ill) | Cancelled - rescheduled | CXL | Cancelled < 24h | Cxld
    No show | No-show | NO_SHOW | noshow | NoShow | No Showed | DNA | Did not attend | Did not arrive | didn't show | Not attended | Unattended | Absent | Missed | Failed to attend
    Deleted | DELETED | Removed | Declined | Rejected | Denied | Void | Voided | Archived | Never Booked | Never booked | Expired | Timed out | Abandoned
    Waitlist | Wait-list | Waitlisted | Waiting list | On waitlist | entered-in-error | Blocked | Inactive | Duplicate
    Cancelada | Anulada | Cancelado por el cliente | No asistió | No se presentó | No acudió | Eliminada | Rechazada | Lista de espera | Caducada
    Annulé | Annulée par le client | Absente | Pas venu | Non honoré | Supprimé | Refusé | Liste d'attente | Ne s'est pas présenté | Expirée | Lapin
    Storniert | Abgesagt | Vom Kunden abgesagt | Nicht erschienen | Gelöscht | Abgelehnt | Warteliste | Abgelaufen | Storno
    Anulowana | Odwołana | Odwołana przez klienta | Nie przyszła | Nieobecny | Usunięta | Odrzucona | Lista oczekujących | Wygasła | Nie stawił się
    Cancelado pelo cliente | Desmarcado | Faltou | Client no-showed | Kunde nicht da | Absence non excusée | Sin asistencia | Nie odbyła się | StaffCancelled | Não compareceu | Excluído | Recusado | Lista de espera | Expirado
    LCX | C/X | Canc | N/S | D.N.A. | DNS | Did not go ahead | Treatment not done | Not suitable | Contraindicated | Turned away | Sent home | Test booking | Reversed | Time off
    Faltó | Desistió | Cita perdida | Incomparecencia | Manqué | Décommandé | Décalé | Unentschuldigt gefehlt | Ausgefallen | Entfallen | Verpasst | Nieodbyta | Skreślona | Não realizado | Niezrealizowana"""
MOVED = """Rescheduled | RESCHEDULED | Re-scheduled | Moved | Postponed | Rebooked to 3 Dec | Reprogramada | Reagendado | Reporté | Déplacé
    Verschoben | Umgebucht | Przełożona | Przesunięta | Remarcado | Adiado"""
NOT_YET = """Requested | Request | Pending | PENDING | Tentative | Unconfirmed | Not confirmed | Awaiting payment | Awaiting confirmation | Needs acceptance
    Pending approval | Awaiting deposit | Deposit due | Proposed | On hold | AWAITING_HOST | To be confirmed | Cancellation requested | To reschedule | Payment failed | Card declined | Booked - Unconfirmed
    Pendiente | Pendiente de pago | Por confirmar | Sin confirmar | Solicitada | En attente | À confirmer | En attente de paiement | Demandé | Ausstehend
    Unbestätigt | Nicht bestätigt | Angefragt | Wartet auf Zahlung | Oczekująca | Niepotwierdzona | Do potwierdzenia | Nie potwierdzono | Pendente | A confirmar
    Aguardando pagamento | Não confirmado | Provisional
    Need Acceptance | Not accepted yet | Penciled | Option | Quote | Action required | Incomplete payment | Payment error | Solicitud | Prereserva | Pte. confirmar | Pré-réservé | Terminanfrage
    In Bearbeitung | W oczekiwaniu | Zapytanie | Nieopłacona | Pré-agendado | Pré-reserva"""
UNKNOWN = """Blue | VIP | 3 | Not completed | Unpaid | Transferred to Kim | Left message | Not yet arrived | Refunded | See notes | ??? ok? maybe not | Client texted | ? | Partially completed | Follow up | Standard | Verlaufsbogen | Zorro"""  # fmt: skip


@pytest.mark.parametrize("word", words(TAKES))
def test_it_takes_place_or_took_place(word: str) -> None:
    assert read_status(word).outcome is Outcome.TAKES_PLACE


@pytest.mark.parametrize("word", words(GONE))
def test_it_does_not_take_place_whoever_ended_it_in_any_wording(word: str) -> None:
    assert read_status(word).outcome is Outcome.NOT_TAKING_PLACE
    assert not read_status(word).moved


@pytest.mark.parametrize("word", words(MOVED))
def test_what_went_to_another_time_does_not_take_place_at_this(word: str) -> None:
    assert read_status(word).outcome is Outcome.NOT_TAKING_PLACE
    assert read_status(word).moved


@pytest.mark.parametrize("word", words(NOT_YET))
def test_it_is_not_certain_yet(word: str) -> None:
    assert read_status(word).outcome is Outcome.NOT_YET


@pytest.mark.parametrize("word", [w for w in words(UNKNOWN) if "maybe" not in w])
def test_a_word_nobody_knows_is_asked_about(word: str) -> None:
    found = read_status(word)
    assert found.outcome is Outcome.UNKNOWN
    assert found.word == word


@pytest.mark.parametrize("word", ["", " ", "-", "---", "n/a", "None", "NULL"])
def test_a_blank_status_says_nothing_against_it(word: str) -> None:
    assert read_status(word).outcome is Outcome.TAKES_PLACE


CAME = """Arrived | Checked in | CHECKED_IN | Attended | Showed | In progress | arrived / paid | treated | Asistió | Erschienen
    Seated | Honoré | Compareceu | checked out | Arrived, completed"""
ENDED = """Completed | COMPLETE | Completed - payment pending | MEETING_ENDED | Done | Finished | Odbyta | Abgeschlossen | Realizada | Terminé"""
SAYS_LESS = """Paid | Invoiced | Booked | Confirmed | Prepaid | Closed | Past | Fully paid | Bezahlt | Encaissé | Pagamento efetuado | Running late | No show | Partially completed | Not yet arrived"""  # fmt: skip
MISSED = """No show | NO_SHOW | DNA | Did not attend | Nicht erschienen | No asistió | Faltou | Nie przyszła | Absente"""
STOOD_OFF = """Cancelled | Late cancellation | Rescheduled | Waitlist | Declined | Deleted"""


@pytest.mark.parametrize("word", words(CAME))
def test_a_word_says_that_the_client_came(word: str) -> None:
    assert read_status(word).came


@pytest.mark.parametrize("word", words(ENDED))
def test_a_word_says_that_it_is_over_and_no_more(word: str) -> None:
    assert (read_status(word).came, read_status(word).ended) == (False, True)


@pytest.mark.parametrize("word", words(SAYS_LESS))
def test_a_bill_a_booking_or_the_clock_is_no_word_that_anybody_came(word: str) -> None:
    assert not read_status(word).came
    assert not read_status(word).ended


@pytest.mark.parametrize("word", words(MISSED))
def test_a_word_says_that_nobody_came(word: str) -> None:
    assert read_status(word).missed


@pytest.mark.parametrize("word", [*words(STOOD_OFF), *words(SAYS_LESS)[:7]])
def test_what_was_called_off_was_not_missed(word: str) -> None:
    assert not read_status(word).missed


def test_a_column_of_its_own_says_whether_they_came() -> None:
    arrived = standing([(Flag.STATUS, "Booked"), (Flag.CAME, "yes")], over=True)
    assert (arrived.outcome, arrived.came) == (Outcome.TAKES_PLACE, True)
    assert standing([(Flag.STATUS, "Booked"), (Flag.CAME, "no")], over=True).missed
    assert not standing([(Flag.STATUS, "Booked"), (Flag.CAME, "no")], over=False).missed


GONE_NOW = Outcome.NOT_TAKING_PLACE


@pytest.mark.parametrize(
    "cells,outcome",
    [
        ([(Flag.ENDED, "No"), (Flag.ENDED, "No")], Outcome.TAKES_PLACE),
        ([(Flag.ENDED, "Yes"), (Flag.ENDED, "No")], GONE_NOW),
        ([(Flag.ENDED, "No"), (Flag.ENDED, "TRUE")], GONE_NOW),
        ([(Flag.ENDED, "1")], GONE_NOW),
        ([(Flag.ENDED, "0")], Outcome.TAKES_PLACE),
        ([(Flag.ENDED, "x")], GONE_NOW),
        ([(Flag.ENDED, "✓")], GONE_NOW),
        ([(Flag.ENDED, "Sí")], GONE_NOW),
        ([(Flag.ENDED, "Nein")], Outcome.TAKES_PLACE),
        ([(Flag.ENDED, "2026-11-20T10:00:00Z")], GONE_NOW),
        ([(Flag.ENDED, "20/11/2026")], GONE_NOW),
        ([(Flag.ENDED, "November 20, 2026 9:30 am")], GONE_NOW),
        ([(Flag.ENDED, "46350")], GONE_NOW),
        ([(Flag.ENDED, "0000-00-00")], Outcome.TAKES_PLACE),
        ([(Flag.ENDED, "Cancelled by client")], GONE_NOW),
        ([(Flag.ENDED, "Active")], Outcome.TAKES_PLACE),
        ([(Flag.ENDED, "banana")], Outcome.UNKNOWN),
        ([(Flag.ENDED_WHY, "client is ill")], GONE_NOW),
        ([(Flag.ENDED_WHY, "")], Outcome.TAKES_PLACE),
        ([(Flag.STATUS, "Confirmed"), (Flag.ENDED, "2026-11-20")], GONE_NOW),
        ([(Flag.STATUS, "Confirmed"), (Flag.STATUS, "No-show")], GONE_NOW),
        ([(Flag.STATUS, "Confirmed"), (Flag.STATUS, "Purple")], Outcome.UNKNOWN),
        ([(Flag.STATUS, "Purple"), (Flag.ENDED, "yes")], GONE_NOW),
        ([(Flag.STATUS, "Confirmed"), (Flag.CERTAIN, "no")], Outcome.NOT_YET),
        ([(Flag.CERTAIN, "yes")], Outcome.TAKES_PLACE),
        ([(Flag.STATUS, "Paid"), (Flag.CERTAIN, "no")], Outcome.TAKES_PLACE),
        ([(Flag.STATUS, "Completed"), (Flag.CAME, "no")], Outcome.TAKES_PLACE),
        ([(Flag.STATUS, "Completed"), (Flag.ENDED, "yes"), (Flag.CAME, "no")], GONE_NOW),
        ([(Flag.STATUS, "Confirmed"), (Flag.LABEL, "No Show")], GONE_NOW),
        ([(Flag.STATUS, "Confirmed"), (Flag.LABEL, "Pending")], Outcome.NOT_YET),
        ([(Flag.LABEL, "VIP")], Outcome.TAKES_PLACE),
        ([(Flag.LABEL, "* myContacts")], Outcome.TAKES_PLACE),
        ([(Flag.ENDED_WHY, "No")], Outcome.TAKES_PLACE),
        ([(Flag.ENDED, "01/01/0001 00:00:00")], Outcome.TAKES_PLACE),
        ([(Flag.ENDED, "1899-12-30")], Outcome.TAKES_PLACE),
        ([(Flag.ENDED, "1970-01-01T00:00:00Z")], Outcome.TAKES_PLACE),
        ([(Flag.CAME, "Yes")], Outcome.TAKES_PLACE),
        ([(Flag.CAME, "No")], GONE_NOW),
        ([], Outcome.TAKES_PLACE),
    ],
)  # fmt: skip
def test_all_columns_that_speak_of_it_are_read_together(
    cells: list[tuple[Flag, str]], outcome: Outcome
) -> None:
    assert standing(cells, over=True).outcome is outcome


def test_who_has_not_arrived_yet_may_still() -> None:
    assert standing([(Flag.CAME, "No")], over=False).outcome is Outcome.TAKES_PLACE


def test_an_answer_about_a_word_counts_for_every_spelling_of_it() -> None:
    assert status_key(read_status(" purple! ").word) == status_key("Purple")
    assert status_key("Purple") != status_key("Blue")


@given(st.text(max_size=40))
def test_every_word_falls_somewhere(word: str) -> None:
    assert read_status(word).outcome in Outcome
