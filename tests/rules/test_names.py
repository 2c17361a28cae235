"""Whom we greet and whom we mean, from the name cells of a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.names import Doubt, PersonName, read_person


@pytest.mark.parametrize(
    "first,last,greeting,family",
    [
        ("Ana", "Silva", "Ana", "Silva"), ("ANA", "SILVA", "Ana", "Silva"), ("ana maria", "silva", "Ana Maria", "Silva"),
        ("aNA", "sILVA", "Ana", "Silva"), (" Ana ", "Silva", "Ana", "Silva"), ("'Ana", "Silva", "Ana", "Silva"),
        ("SILVA, ANA", "", "Ana", "Silva"), ("Silva, Ana", "Silva", "Ana", "Silva"), ("Ana Silva", "Silva", "Ana", "Silva"),
        ("Dr. Ana", "Silva", "Ana", "Silva"), ("Dr.Ana", "Silva", "Ana", "Silva"), ("MRS ANA", "SILVA", "Ana", "Silva"),
        ("Herr Dr. Jürgen", "Groß", "Jürgen", "Groß"), ("Sra. Núria", "Gómez", "Núria", "Gómez"), ("Mme Zoé", "Lefèvre", "Zoé", "Lefèvre"),
        ("Pani Łucja", "Wójcik", "Łucja", "Wójcik"), ("Dona Rita", "Souza", "Rita", "Souza"), ("Don José", "García", "José", "García"),
        ("Don", "Smith", "Don", "Smith"), ("Ana M.", "Silva", "Ana", "Silva"), ("Ana Maria", "Silva", "Ana Maria", "Silva"),
        ("JEAN-LUC", "O'NEIL", "Jean-Luc", "O'Neil"), ("MARY", "MCDONALD", "Mary", "McDonald"), ("ANNA", "VAN DER BERG", "Anna", "van der Berg"),
        ("LeAnn", "DiCaprio", "LeAnn", "DiCaprio"), ("D'Arcy", "Wu", "D'Arcy", "Wu"), ("María de los Ángeles", "Ruiz", "María de los Ángeles", "Ruiz"),
        ("JO", "SMITH", "Jo", "Smith"), ("Bo", "Lee", "Bo", "Lee"), ("伟", "王", "伟", "王"), ("ΕΛΕΝΗ", "", "Ελενη", ""),
        ("Hal", "Test", "Hal", "Test"), ("Ana", "Old", "Ana", "Old"), ("Wren", "Call", "Wren", "Call"), ("John", "Smith, MD", "John", "Smith"),
        ("Ana", "Silva (née Costa)", "Ana", "Silva"), ("Ana", "Silva - Costa", "Ana", "Silva-Costa"), ("Ana", "Silva ⭐", "Ana", "Silva"),
        ("Ana", "Silva VIP", "Ana", "Silva"),
    ],
)  # fmt: skip
def test_a_given_name_is_written_as_they_would_write_it(
    first: str, last: str, greeting: str, family: str
) -> None:
    assert read_person(first, last) == PersonName(greeting, family)


@pytest.mark.parametrize(
    "whole,greeting,family",
    [
        ("Ana Silva", "Ana", "Silva"), ("SILVA, ANA", "Ana", "Silva"), ("Silva,Ana", "Ana", "Silva"), ("ANA SILVA", "Ana", "Silva"),
        ("Mrs Ana Silva", "Ana", "Silva"), ("Smith, Mrs. Ana", "Ana", "Smith"), ("Ana Maria Silva", "Ana", "Maria Silva"),
        ("García López, María José", "María José", "García López"), ("van der Berg, Anna", "Anna", "van der Berg"),
        ("Anna van der Berg", "Anna", "van der Berg"), ("DUPONT Jean", "Jean", "Dupont"), ("Jean DUPONT", "Jean", "Dupont"),
        ("DE LA CRUZ Maria", "Maria", "de la Cruz"), ("M. Jean Dupont", "Jean", "Dupont"), ("Don Smith", "Don", "Smith"),
        ("John Smith, Jr.", "John", "Smith Jr"), ("Smith Jr., John", "John", "Smith Jr"), ("Ana", "Ana", ""), ("June New", "June", "New"),
        ("John Smith PhD", "John", "Smith"),
    ],
)  # fmt: skip
def test_one_column_for_both_names_is_parted(whole: str, greeting: str, family: str) -> None:
    assert read_person("", "", whole) == PersonName(greeting, family)


@pytest.mark.parametrize(
    "cell",
    ["Ana (VIP - owes £40)", "Ana [new]", "Ana (", "Ana *", "*Ana*", "**Ana", "Ana ⭐", "Ana 😀", "😀Ana", "Ana DO NOT CALL", "ANA - DO NOT CALL",
     "Ana do not call", "VIP Ana", "Ana VIP", "ANA VIP", "Ana - new client", "Ana – owes 40", "Ana owes 40", "Ana 2", "Ana!!", "Ana #12",
     "Ana NEW", "Ana wife of Tom", "Ana: latex allergy", "Ana; deposit paid", "Ana // late", "Ana 'the best' (rude)", 'Ana "Annie"', "Ana no llamar",
     "Ana nicht anrufen", "Ana nie dzwonić", "Ana não ligar", "Ana ne pas appeler", "Ana ❤️", "Ana £", "Ana http://x.example", "Ana ana@mail.example",
     "Ana BLACKLISTED", "Ana x3"],
)  # fmt: skip
def test_remarks_never_reach_a_message_and_the_rest_is_a_proposal(cell: str) -> None:
    found = read_person(cell, "Silva")
    assert found.first == "Ana"
    assert Doubt.REMARK in found.doubts


@pytest.mark.parametrize(
    "first,last,whole,proposal,doubt",
    [
        ("A.", "Silva", "", "A.", Doubt.INITIALS), ("A", "Silva", "", "A", Doubt.INITIALS), ("J.P.", "Smith", "", "J. P.", Doubt.INITIALS),
        ("J P", "Smith", "", "J P", Doubt.INITIALS), ("AJ", "Smith", "", "AJ", Doubt.INITIALS), ("J. Robert", "Smith", "", "Robert", Doubt.INITIALS),
        ("TJK", "Smith", "", "TJK", Doubt.INITIALS), ("", "", "A. Silva", "A.", Doubt.INITIALS),
        ("Test", "Test", "", "Test", Doubt.PLACEHOLDER), ("TEST", "Client", "", "Test", Doubt.PLACEHOLDER), ("", "", "test test", "Test", Doubt.PLACEHOLDER),
        ("Unknown", "", "", "Unknown", Doubt.PLACEHOLDER), ("Prueba", "Uno", "", "Prueba", Doubt.PLACEHOLDER), ("Unbekannt", "", "", "Unbekannt", Doubt.PLACEHOLDER),
        ("Glow Clinic Ltd", "", "", "Glow Clinic Ltd", Doubt.COMPANY), ("", "", "Glow Skin Clinic", "Glow", Doubt.COMPANY), ("Schön", "GmbH", "", "Schön", Doubt.COMPANY),
        ("Ana & Tom", "Silva", "", "Ana", Doubt.SEVERAL), ("Ana/Tom", "Silva", "", "Ana", Doubt.SEVERAL), ("Ana and Tom", "Silva", "", "Ana", Doubt.SEVERAL),
        ("Ana y Tom", "Silva", "", "Ana", Doubt.SEVERAL), ("Ana und Tom", "Silva", "", "Ana", Doubt.SEVERAL), ("Ana + Tom", "Silva", "", "Ana", Doubt.SEVERAL),
        ("", "", "Mrs Smith", "", Doubt.NO_GIVEN), ("Mrs", "Smith", "", "", Doubt.NO_GIVEN), ("", "Smith", "", "", Doubt.NO_GIVEN), ("", "", "", "", Doubt.NO_GIVEN),
        ("", "", "Family Smith", "Family", Doubt.COMPANY), ("", "", "Smith Family", "Smith", Doubt.COMPANY), ("Familie", "Klein", "", "Familie", Doubt.COMPANY),
        ("", "", "Famille Roux", "Famille", Doubt.COMPANY), ("", "", "Família Souza", "Família", Doubt.COMPANY), ("", "", "Rodzina Nowak", "Rodzina", Doubt.COMPANY),
        ("", "", "The Smiths", "The", Doubt.PLACEHOLDER), ("Mum", "of Tom", "", "Mum", Doubt.PLACEHOLDER), ("", "", "Ruiz S.L.", "Ruiz", Doubt.COMPANY),
        ("Yes", "", "", "Yes", Doubt.PLACEHOLDER), ("No", "Silva", "", "No", Doubt.PLACEHOLDER), ("Mobile", "", "", "Mobile", Doubt.PLACEHOLDER),
        ("...", "", "", "", Doubt.NO_GIVEN), ("12345", "", "", "", Doubt.NO_GIVEN), ("(VIP)", "Silva", "", "", Doubt.NO_GIVEN),
    ],
)  # fmt: skip
def test_what_may_be_no_given_name_is_asked_about(
    first: str, last: str, whole: str, proposal: str, doubt: Doubt
) -> None:
    found = read_person(first, last, whole)
    assert found.first == proposal
    assert doubt in found.doubts
    assert found.is_nobody is (doubt in {Doubt.COMPANY, Doubt.PLACEHOLDER})


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_cell_brings_a_strange_sign_into_a_greeting(first: str, last: str) -> None:
    for found in (read_person(first, last), read_person("", "", first)):
        assert not set(found.first) & set('()[]{}<>*#@£$€%&/\\|=+_^~!?"0123456789:;,')
        assert found.first or Doubt.NO_GIVEN in found.doubts
