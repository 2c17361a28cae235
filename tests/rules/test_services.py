"""What a clinic's own name for a service says of the treatment it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.services import Kind, Service, read_service, service_key
from reminders.wording.library import packaged

PROTOCOLS = tuple(packaged().protocols.values())


def read(name: str) -> Service:
    return read_service(name, PROTOCOLS)


TREATMENTS = {
    "skin-needling": """Microneedling | micro-needling | MICRO NEEDLING | Micro Needling Face & Neck 60 min
        Microneedeling | Microneeding | SkinPen | Skin Pen (face) | SkinPen® Precision | Dermapen 4 session 2 of 3
        Derma-Pen | Exceed | Exceed face 60 min | Exceed Microneedling | CIT | CIT - face
        Collagen Induction Therapy (CIT) | collagen induction | Microneedling + exosomes | Needling
        Microneedling 3-pack (prepaid) | Microneedling, no botox | DermaPen4™ Advanced | Peeling + Microneedling | Hydrafacial + microneedling add-on
        SkinPen treatment (patch test required) | Microneedling (no consultation needed) | SkinStylus | Zabieg mikroigłowy | Micro-needling (séance d'entretien) | Free gel with microneedling
        mezoterapia mikroigłowa | Mezoterapia mikroigłowa twarz | Mezoterapia frakcyjna | Mikronakłuwanie twarzy
        microagulhamento | Micro-agulhamento facial | Indução percutânea de colágeno | IPCA
        microaguja | Microagujas rostro | Micropunción | Inducción percutánea de colágeno
        Mikroneedling | Medizinisches Needling | Mikronadelung | Perkutane Kollageninduktion
        Microneedling visage | Microneedling visage + cou | Micro-aiguilles | Induction de collagène
        Microneedling inc. numbing cream | Microneedling with lidocaine | MD Pen | DP4 | Microneedling w/o PRP | Microneedling (no RF) | Balance due microneedling session 3
        Mikronakłuwanie skóry głowy | Bono 3 sesiones microneedling | Forfait 3 séances microneedling | Tratamento com microagulhas | 2. Microneedling
        Acne scar revision microneedling | Oil control microneedling | skin-needling""",
    "skin-needling-rf": """RF microneedling | Microneedling RF | Radiofrequency needling | Morpheus8 | Morpheus 8 face & neck
        Potenza | Secret RF | Vivace | Vivace RF microneedling | skin-needling-rf | Sylfirm X | Scarlet SRF
        radiofrekwencja mikroigłowa | RF mikroigłowa | Radiofrecuencia con microagujas
        Radiofrequência microagulhada | Radiofrequenz-Needling | Microneedling avec radiofréquence""",
    "skin-needling-prp": """vampire facial | Vampire Facial® with exosomes | PRP needling | Microneedling with PRP
        Needling z osoczem | Microneedling mit Eigenblut | microagulhamento com PRP | Facial vampiro""",
    "skin-needling-roller": """Dermaroller | derma-roller face | Skin needling with a roller | Roller""",
}  # fmt: skip


def names(table: str) -> list[str]:
    return [name.strip() for line in table.splitlines() for name in line.split("|")]


@pytest.mark.parametrize(
    "name,protocol", [(name, key) for key, table in TREATMENTS.items() for name in names(table)]
)
def test_needling_is_known_in_every_spelling_whatever_stands_around_it(
    name: str, protocol: str
) -> None:
    assert read(name) == Service(Kind.TREATMENT, (protocol,))
    assert read(name).protocol == protocol
    assert read(name.upper()).protocol == protocol


@pytest.mark.parametrize(
    "name",
    names("""Massage 60 | Botox | Hydrafacial | Facial | Chemical peel | Skin peeling | Micro peeling | Lip filler
    Dermaplaning | Microdermabrasion | Microblading | Laser skin rejuvenation | IPL rejuvenation
    Dry needling | Dry Needling 30 | Agulhamento a seco | Suche igłowanie | Puncture sèche | Nano-needling
    Needle-free mesotherapy | Facial without needling | Mezoterapia bezigłowa | Nadelfreie Mesotherapie
    Mésothérapie sans aiguille | Mesoterapia sin agujas | Mesoterapia sem agulhas | PRP hair restoration
    Skin penetration therapy | Scar massage | Add-on: LED after microneedling
    Post-microneedling LED | Knee PRP | Plasma Pen | Mesoterapia facial | Fractional CO2 laser | Lunch | Jade roller facial | Soin intensif"""),
)
def test_what_holds_no_word_of_needling_is_certainly_another_service(name: str) -> None:
    assert read(name).kind is Kind.OTHER


@pytest.mark.parametrize(
    "name",
    names("""Microneedling consultation | Consultation - Microneedling | FREE Consultation | Botox Consultation
    Microneedling aftercare | SkinPen after-care call | Microneedling review 4 weeks | SkinPen follow-up
    Dermapen followup | Microneedling - skin check | Morpheus8 check-up | Microneedling patch test
    Microneedling gift voucher | Microneedling numbing cream | Pre-microneedling check | Microneedling vs laser consult | SkinPen training | Microneedling assessment
    Consulta microneedling | Revisión microneedling | Microneedling control | Seguimiento dermapen
    Valoración microagujas | Consultation microneedling | Microneedling - contrôle | Suivi microneedling
    Bilan microneedling | Beratung Microneedling | Beratungsgespräch Needling | Microneedling Nachkontrolle
    Nachsorge Microneedling | Microneedling Kontrolltermin | Konsultacja mezoterapia mikroigłowa
    Wizyta kontrolna po mezoterapii mikroigłowej | Avaliação microagulhamento | Retorno microagulhamento
    Microneedling cancellation fee | No-show fee - microneedling | Microneedling info evening | Microneedling product pick-up | Microneedling certification
    Consultation, Botox | Microneedling review; Peel | Microneedling call back | Telephone call re microneedling | Microneedling photos only | Vale regalo microneedling | Test d’allergie microneedling
    Consulta de microagulhamento | Acompanhamento microagulhamento"""),
)
def test_to_talk_and_to_look_after_is_no_treatment(name: str) -> None:
    assert read(name).kind is Kind.OTHER


@pytest.mark.parametrize(
    "name,protocol",
    [("CIT facial", "skin-needling"), ("RF", "skin-needling-rf"), ("skin rejuvenation", "skin-needling"),
     ("RF skin tightening", "skin-needling-rf"), ("PRP", "skin-needling-prp"), ("PRP facial", "skin-needling-prp"),
     ("Vampirlifting", "skin-needling-prp"), ("Scar treatment", "skin-needling"), ("Hautverjüngung", "skin-needling"),
     ("Rejuvenecimiento facial", "skin-needling"), ("Odmładzanie skóry", "skin-needling"), ("BB Glow", "skin-needling"),
     ("Collagen boost", "skin-needling"), ("Soin aiguilles", "skin-needling"), ("Exceed peel", "skin-needling"),
     ("Treatment 60 min", "skin-needling"), ("Appointment", "skin-needling"), ("Rendez-vous", "skin-needling"),
     ("Termin", "skin-needling"), ("Consultation; Microneedling", "skin-needling"), ("Microneedling, Consultation", "skin-needling"),
     ("Microneedling review | SkinPen Face", "skin-needling"), ("Microneedling (incl. consultation)", "skin-needling"),
     ("Consultation & Microneedling", "skin-needling"), ("Microneedling inkl. Beratung", "skin-needling"),
     ("Microneedling with free consultation", "skin-needling"), ("Microneedling con consulta", "skin-needling")],
)  # fmt: skip
def test_what_may_be_needling_is_asked_about(name: str, protocol: str) -> None:
    assert read(name) == Service(Kind.DOUBTFUL, (protocol,))
    assert read(name).protocol is None


@pytest.mark.parametrize("name", ["", "  ", "---", "n/a", "N/A", "none", "null", "."])
def test_a_blank_name_is_never_taken_for_a_treatment(name: str) -> None:
    assert read(name).kind is Kind.BLANK


def test_names_are_remembered_without_case_spaces_and_marks() -> None:
    same = ["Skin-Pen® (Façe)", "skinpen face", "SKIN PEN FACE ", "skin_pen, face"]
    assert {service_key(name) for name in same} == {"skinpenface"}
    assert service_key("Face") != service_key("Face 2")


def test_a_new_protocol_brings_its_own_words() -> None:
    assert read_service("Microneedling", []).kind is Kind.OTHER
    assert read_service("RF microneedling", PROTOCOLS[:1]).protocol == "skin-needling"


@given(st.text(max_size=60))
def test_every_name_is_read(name: str) -> None:
    found = read(name)
    assert (found.kind is Kind.TREATMENT) == (found.protocol is not None)
