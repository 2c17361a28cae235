"""Narrower sending hours that the law requires in some states and countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from reminders.rules.sending_hours import Opening, SendingHours, parse

LOOKED_UP = date(2026, 10, 8)


@dataclass(frozen=True, slots=True)
class Rule:
    """The hours of one place, in the recipient's local time, where they were found and as of
    when. They are made for solicitations, and kept for care messages too: that a message about
    one's own treatment is none has not been decided by every court (rulebook B3.1).
    """

    place: str
    hours: SendingHours
    source: str
    as_of: date = LOOKED_UP


_OVERVIEW = "overviews of US state quiet hours, April 2026"

RULES = {
    rule.place: rule
    for rule in (
        Rule("US-AL", parse("Mon-Sun 08:00-20:00"), _OVERVIEW),
        Rule("US-CA", parse("Mon-Sun 09:00-21:00"), _OVERVIEW),
        Rule("US-CT", parse("Mon-Sun 09:00-20:00"), "Conn. Gen. Stat. 42-288a"),
        Rule("US-FL", parse("Mon-Sun 08:00-20:00"), "Fla. Stat. 501.059, 501.616"),
        Rule("US-IL", parse("Mon-Sun 09:00-21:00"), _OVERVIEW),
        Rule("US-KY", parse("Mon-Sun 10:00-21:00"), _OVERVIEW),
        Rule("US-LA", parse("Mon-Sun 08:00-20:00"), _OVERVIEW),
        Rule("US-MA", parse("Mon-Sun 08:00-20:00"), _OVERVIEW),
        Rule("US-MD", parse("Mon-Sun 08:00-20:00"), _OVERVIEW),
        Rule("US-MI", parse("Mon-Sun 09:00-21:00"), _OVERVIEW),
        Rule("US-MN", parse("Mon-Sun 09:00-21:00"), _OVERVIEW),
        Rule("US-MS", parse("Mon-Sun 08:00-20:00"), _OVERVIEW),
        Rule("US-NJ", parse("Mon-Sun 08:00-20:00"), _OVERVIEW),
        Rule("US-OK", parse("Mon-Sun 08:00-20:00"), "15 O.S. 775C (some say 21:00)"),
        Rule("US-OR", parse("Mon-Sun 08:00-20:00"), _OVERVIEW),
        Rule("US-RI", parse("Mon-Fri 09:00-18:00, Sat-Sun 10:00-17:00"), _OVERVIEW),
        Rule("US-TX", parse("Mon-Sat 09:00-21:00, Sun 12:00-21:00"), "Tex. Bus. & Com. 301.051"),
        Rule("US-VA", parse("Mon-Sun 08:00-21:00"), "Va. Code 59.1-511"),
        Rule("US-WA", parse("Mon-Sun 08:00-20:00"), "RCW 80.36.390"),
        Rule("CA", parse("Mon-Fri 09:00-21:00, Sat-Sun 10:00-18:00"), "CRTC Telemarketing Rules"),
        Rule("FR", parse("Mon-Sat 08:00-21:00"), "French carriers: no marketing texts on Sundays"),
        Rule("IN", parse("Mon-Sun 10:00-21:00"), "TRAI TCCCPR 2018"),
    )
}
"""The stricter places we know of; a country or state that is not here keeps ours."""

_AREA_CODES = {
    "US-AK": "907", "US-AL": "205 251 256 334 659 938", "US-AR": "327 479 501 870",
    "US-AZ": "480 520 602 623 928",
    "US-CA": "209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 831 837 840 858 909 916 925 949 951",
    "US-CO": "303 719 720 748 970 983", "US-CT": "203 475 860 959", "US-DC": "202 771",
    "US-DE": "302",
    "US-FL": "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954",
    "US-GA": "229 404 470 478 678 706 762 770 912 943", "US-HI": "808",
    "US-IA": "319 515 563 641 712", "US-ID": "208 986",
    "US-IL": "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872",
    "US-IN": "219 260 317 463 574 765 812 930", "US-KS": "316 620 785 913",
    "US-KY": "270 364 502 606 859", "US-LA": "225 318 337 457 504 985",
    "US-MA": "339 351 413 508 617 774 781 857 978", "US-MD": "227 240 301 410 443 667",
    "US-ME": "207", "US-MI": "231 248 269 313 517 586 616 679 734 810 906 947 989",
    "US-MN": "218 320 507 612 651 763 924 952",
    "US-MO": "235 314 417 557 573 636 660 816 975", "US-MS": "228 471 601 662 769",
    "US-MT": "406", "US-NC": "252 336 472 704 743 828 910 919 980 984", "US-ND": "701",
    "US-NE": "308 402 531", "US-NH": "603",
    "US-NJ": "201 551 609 640 732 848 856 862 908 973", "US-NM": "505 575",
    "US-NV": "702 725 775",
    "US-NY": "212 315 329 332 347 363 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934",
    "US-OH": "216 220 234 283 326 330 380 419 436 440 513 567 614 740 937",
    "US-OK": "405 539 572 580 918", "US-OR": "458 503 541 971",
    "US-PA": "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878", "US-RI": "401",
    "US-SC": "803 821 839 843 854 864", "US-SD": "605", "US-TN": "423 615 629 731 865 901 931",
    "US-TX": "210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972 979",
    "US-UT": "385 435 801", "US-VA": "276 434 540 571 686 703 757 804 826 948", "US-VT": "802",
    "US-WA": "206 253 360 425 509 564", "US-WI": "262 274 353 414 534 608 715 920",
    "US-WV": "304 681", "US-WY": "307",
    "CA": "204 226 236 249 250 257 263 273 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942",
}  # fmt: skip
"""The North American Numbering Plan's area codes by state, and Canada's."""

_BY_PREFIX = {
    f"+1{code}": place for place, codes in _AREA_CODES.items() for code in codes.split()
} | {"+33": "FR", "+91": "IN"}

_IN_ZONE = {
    "America/New_York": "US-CT US-FL US-KY US-MA US-MD US-MI US-NJ US-RI US-VA",
    "America/Detroit": "US-MI",
    "America/Kentucky/Louisville": "US-KY",
    "America/Kentucky/Monticello": "US-KY",
    "America/Chicago": "US-AL US-FL US-IL US-KY US-LA US-MI US-MN US-MS US-OK US-TX",
    "America/Menominee": "US-MI",
    "America/Denver": "US-TX",
    "America/Boise": "US-OR",
    "America/Los_Angeles": "US-CA US-OR US-WA",
}
"""The stricter states whose people's clocks may show a zone."""


def place_of(phone: str | None) -> str | None:
    """Return the state or country a number (E.164) was issued in, if it has rules here. The client
    may have moved since: it is evidence, not proof.
    """
    if not phone:
        return None
    return _BY_PREFIX.get(phone[:5]) or _BY_PREFIX.get(phone[:3])


def places(zone: str, phone: str | None, clinic_phone: str) -> frozenset[str]:
    """Return every place whose rules may apply: that of the client's number, and the clinic's
    unless the client's zone (IANA) lies elsewhere. Where both are unknown, every state in the
    client's zone.
    """
    own, clinics = place_of(phone), place_of(clinic_phone)
    may_be = set(_IN_ZONE.get(zone, "").split())
    found = {own} if own else set()
    if clinics and (clinics in may_be or clinics not in RULES or not may_be):
        found.add(clinics)
    return frozenset(found or may_be)


def rules_for(zone: str, phone: str | None, clinic_phone: str) -> list[Rule]:
    """Return the stricter rules that may apply to a client's messages, if any."""
    return [RULES[p] for p in sorted(places(zone, phone, clinic_phone)) if p in RULES]


def recipients_hours(
    ours: SendingHours, zone: str, phone: str | None, clinic_phone: str
) -> SendingHours:
    """Return when a client may be texted: the clinic's hours, within those of every place that
    may apply. Where they do not overlap, the law's hours hold.
    """
    law = _law_for(zone, (phone or "")[:5], clinic_phone[:5])
    return _within(ours, law) if law else ours


@lru_cache(maxsize=1 << 13)
def _law_for(zone: str, phone: str, clinic_phone: str) -> tuple[SendingHours, ...]:
    return tuple(rule.hours for rule in rules_for(zone, phone, clinic_phone))


@lru_cache(maxsize=1 << 13)
def _within(ours: SendingHours, law: tuple[SendingHours, ...]) -> SendingHours:
    met = _meeting((ours, *law))
    return met if any(met.week) else _meeting(law)


def _meeting(several: Sequence[SendingHours]) -> SendingHours:
    return SendingHours(tuple(map(_overlap, zip(*(hours.week for hours in several), strict=True))))


def _overlap(openings: tuple[Opening, ...]) -> Opening:
    open_ones = [opening for opening in openings if opening is not None]
    opens = max((opening[0] for opening in open_ones), default=None)
    closes = min((opening[1] for opening in open_ones), default=None)
    if len(open_ones) < len(openings) or opens is None or closes is None or opens >= closes:
        return None
    return opens, closes
