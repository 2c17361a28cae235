"""Who a row means, from what it tells and who is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.identity import Directory, Known, Meant, Person, Verdict, Why, who_is_meant

N1, N2, N3 = "+447700900201", "+447700900202", "+447700900203"
E1, E2 = "ana@mail.example", "bob@mail.example"
JANE, ACUITY = "jane", "acuity"

ANA = Known(1, "Ana", "Silva", N1, E1, frozenset({(JANE, "1")}), frozenset({(JANE, "c1")}))
BOB = Known(2, "Bob", "Jones", N2, E2, frozenset({(JANE, "2")}))
MUM = Known(3, "Carmen", "García", N3)
GIRL = Known(4, "Lucía", "García", N3)
KNOWN = Directory.of([ANA, BOB, MUM, GIRL])


def meant(first: str, last: str, phone: str | None = None, email: str | None = None,
          booking: tuple[str, str] | None = None, number: tuple[str, str] | None = None) -> Meant:  # fmt: skip
    return who_is_meant(Person(first, last, phone, email, booking, number), KNOWN)


@pytest.mark.parametrize("first", ["Ana", "Anna", "ANA", "Ana Maria", "A.", "Ána", "Mrs Ana"])
def test_spellings_of_one_name_on_one_number_are_one_person(first: str) -> None:
    found = meant(first, "Silva", N1)
    assert (found.verdict, found.clients) == (Verdict.SAME, (1,))
    assert found.respelled == (first != "Ana")


@pytest.mark.parametrize(
    "first,last,phone,email,client",
    [("Ana", "Silva", N1, None, 1), ("Ana", "Silva", None, E1, 1), ("Ana", "Silva", N1, "new@mail.example", 1),
     ("Ana", "Silva", "+447700900299", E1, 1), ("Ana", "", N1, None, 1), ("Silva", "Ana", N1, None, 1),
     ("Carmen", "García López", N3, None, 3), ("LUCIA", "GARCIA", N3, None, 4), ("Robert", "Jones", N2, None, 2)],
)  # fmt: skip
def test_a_known_contact_with_a_known_name_is_the_same_person(
    first: str, last: str, phone: str | None, email: str | None, client: int
) -> None:
    found = meant(first, last, phone, email)
    assert (found.verdict, found.clients) == (Verdict.SAME, (client,))


@pytest.mark.parametrize(
    "first,last,phone",
    [("Pilar", "García", N3), ("Tom", "Silva", N1), ("Wei", "Zhang", N2), ("Ana", "Silva-Costa", "+447700900298"), ("Ana", "", "+447700900297")],
)  # fmt: skip
def test_a_clearly_different_name_or_contact_is_a_new_person(
    first: str, last: str, phone: str
) -> None:
    assert meant(first, last, phone).verdict is Verdict.NEW


@pytest.mark.parametrize(
    "told,why,clients",
    [
        # the reused booking number
        (Person("Bob", "Marley", "+447700900250", None, (JANE, "1")), Why.BOOKING_OF_ANOTHER, (1,)),
        (Person("Bob", "Jones", N2, None, (JANE, "1")), Why.BOOKING_OF_ANOTHER, (1,)),
        (Person("Rita", "Silva", N1, None, (JANE, "1")), Why.BOOKING_OF_ANOTHER, (1,)),
        (Person("Ana", "Costa", N1, None, (JANE, "1")), Why.SIMILAR_NAME, (1,)),
        (Person("Bob", "Marley", "+447700900250", None, None, (JANE, "c1")), Why.CLIENT_NUMBER_OF_ANOTHER, (1,)),
        (Person("Rita", "Silva", N1, None, None, (JANE, "c1")), Why.CLIENT_NUMBER_OF_ANOTHER, (1,)),
        # similar names
        (Person("Ana", "Costa", N1), Why.SIMILAR_NAME, (1,)),
        (Person("Ina", "Silva", N1), Why.SIMILAR_NAME, (1,)),
        (Person("Lucio", "García", N3), Why.SIMILAR_NAME, (4,)),
        # a known full name with new contacts
        (Person("Ana", "Silva", "+447700900299"), Why.NAMESAKE, (1,)),
        (Person("SILVA", "ANA", None, "other@mail.example"), Why.NAMESAKE, (1,)),
        (Person("Ana", "Silva", N2), Why.NAMESAKE, (1,)),
        # contacts of two
        (Person("Ana", "Silva", N2, E1), Why.CONTACTS_OF_TWO, (1, 2)),
        (Person("Bob", "Jones", N2, E1), Why.CONTACTS_OF_TWO, (2, 1)),
    ],
)  # fmt: skip
def test_what_nobody_can_know_is_a_question(
    told: Person, why: Why, clients: tuple[int, ...]
) -> None:
    assert who_is_meant(told, KNOWN) == Meant(Verdict.QUESTION, clients, why)


def test_an_initial_that_fits_mother_and_daughter_is_a_question() -> None:
    known = Directory.of([Known(1, "Ana", "Silva", N1), Known(2, "Alba", "Silva", N1)])
    found = who_is_meant(Person("A.", "Silva", N1), known)
    assert found == Meant(Verdict.QUESTION, (1, 2), Why.SEVERAL_FIT)
    assert who_is_meant(Person("Alba", "Silva", N1), known).clients == (2,)


def test_a_booking_s_owner_with_a_new_number_is_asked_about() -> None:
    """Systems use their numbers again, and two clients may have one name."""
    found = meant("Ana", "Silva", "+447700900299", booking=(JANE, "1"))
    assert (found.verdict, found.clients, found.why) == (Verdict.QUESTION, (1,), Why.NAMESAKE)
    found = meant("Ana", "Costa", N1, number=(JANE, "c1"))
    assert (found.verdict, found.clients) == (Verdict.SAME, (1,))


def test_two_systems_may_both_have_a_1() -> None:
    assert meant("Eve", "Moss", "+447700900250", booking=(ACUITY, "1")).verdict is Verdict.NEW
    assert meant("Eve", "Moss", "+447700900250", number=(ACUITY, "c1")).verdict is Verdict.NEW


def test_people_of_the_same_list_are_known_to_later_rows() -> None:
    known = Directory.of([])
    assert who_is_meant(Person("Ana", "Silva", N1), known).verdict is Verdict.NEW
    known.add(Known(9, "Ana", "Silva", N1))
    assert who_is_meant(Person("Anna", "Silva", N1), known).clients == (9,)


names = st.sampled_from(["Ana", "Anna", "A.", "Alba", "Bob", "Robert", "Ina", ""])
families = st.sampled_from(["Silva", "Sliva", "Jones", "Costa", ""])
phones = st.sampled_from([None, N1, N2, N3])
emails = st.sampled_from([None, E1, E2])
numbers = st.sampled_from([None, (JANE, "1"), (JANE, "2"), (ACUITY, "1")])
known_lists = st.lists(st.tuples(names, families, phones, emails, numbers), max_size=6)


@given(known_lists, names, families, phones, emails, numbers)
def test_nobody_is_the_same_without_a_name_that_fits_and_something_else_that_does(
    known: list[tuple[str, str, str | None, str | None, tuple[str, str] | None]],
    first: str,
    last: str,
    phone: str | None,
    email: str | None,
    booking: tuple[str, str] | None,
) -> None:
    clients = [
        Known(i, f, n, p, e, frozenset({b} if b else ())) for i, (f, n, p, e, b) in enumerate(known)
    ]
    told = Person(first, last, phone, email, booking)
    found = who_is_meant(told, Directory.of(clients))
    if found.verdict is Verdict.SAME:
        (one,) = (client for client in clients if client.id == found.clients[0])
        shares = bool({told.phone, told.email} & {one.phone, one.email} - {None})
        assert shares or told.booking in one.bookings
        assert found == who_is_meant(told, Directory.of(reversed(clients)))
    assert bool(found.clients) == (found.verdict is not Verdict.NEW)
