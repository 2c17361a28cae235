"""One installation, three clinics, each with the sender its country wants: set up, texted, stopped."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx2
import pyotp
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import text

from reminders.store.database import open_engine
from tests.cli.test_run import Operator, operator, wait_for
from tests.support.browser import axe, chromium, overflow, page_of, screenshot, small_targets
from tests.support.days import week_ago, zone_where_it_is_afternoon
from tests.support.desk import PASSWORD
from tests.support.doubles.twilio import ACCOUNT, SECOND, SECOND_TOKEN, TOKEN
from tests.support.twilio_posts import sign

__all__ = ["chromium", "operator"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

BAY, ROSEWOOD, MITTE = "Bay Skin", "Rosewood Skin", "Hautpraxis Mitte"
CLINICS = {
    BAY: ("US", "+1 202 555 0143"),
    ROSEWOOD: ("GB", "+44 20 7946 0018"),
    MITTE: ("DE", "+49 30 901820"),
}
US_NUMBER, NAME, SHARED = "+12025550123", "Rosewood", "+4915735991234"
SENDERS = {BAY: (SECOND, US_NUMBER), ROSEWOOD: (ACCOUNT, NAME), MITTE: (ACCOUNT, SHARED)}
GRACE, LENA, ANA, BEN = "+12124567890", "+4915112345678", "+447700900101", "+447700900102"
EVERYBODY = (GRACE, LENA, ANA, BEN)
"""Grace is a client in the United States and Lena in Germany; Ana and Ben go to all three."""

PLANNED = (
    "SELECT DISTINCT k.name FROM reminder r JOIN client c ON c.id = r.client_id"
    " JOIN clinic k ON k.id = r.clinic_id"
    " WHERE c.phone = :phone AND r.channel = 'sms' AND r.status = 'planned'"
)

DUE = (
    "UPDATE reminder SET due_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000"
    " WHERE status = 'planned' AND channel = 'sms' AND milestone = 'day-3'"
)
LEFT = (
    "SELECT c.phone FROM reminder r JOIN client c ON c.id = r.client_id"
    " WHERE r.channel = 'sms' AND r.milestone = 'day-3' AND r.status = 'accepted' ORDER BY 1"
)


class Installation:
    """Three clinics on a fresh database, and what each client was texted by whom."""

    def __init__(self, operator: Operator, scope: str) -> None:
        self.operator = operator
        operator.environ["OPT_OUT_SCOPE"] = scope
        port = operator.environ["PORT"]
        operator.environ |= {"PUBLIC_URL": f"http://127.0.0.1:{port}", "TWILIO_FROM": SHARED}
        for account, number in ((ACCOUNT, SHARED), (SECOND, US_NUMBER)):
            self._become(account, number)
        operator.run("migrate")
        zone = zone_where_it_is_afternoon()
        for name, (country, phone) in CLINICS.items():
            given = ("--phone", phone, "--email", "desk@clinic.example", "--address", "1 High Road")
            operator.run("clinic", "add", name, "--time-zone", zone, *given, "--live")
            self.sql("UPDATE clinic SET country = :country WHERE name = :name", country=country, name=name)  # fmt: skip

    def _become(self, account: str, number: str) -> None:
        at = f"http://127.0.0.1:{self.operator.twilio.port}/_become?account={account}"
        told = json.dumps({"number": {"phone_number": number}}).encode()
        urllib.request.urlopen(at, told, timeout=30).close()

    def sql(self, statement: str, **given: str) -> list[str]:
        engine = open_engine(self.operator.environ["DATABASE_URL"])
        with engine.begin() as connection:
            done = connection.execute(text(statement), given)
            found = [str(row[0]) for row in done] if done.returns_rows else []
        engine.dispose()
        return found

    def set_sender(self, clinic: str, *words: str, secret: str = "") -> None:
        command = [sys.executable, "-m", "reminders", "clinic", "sender", clinic, *words]
        env, folder = self.operator.environ, self.operator.folder
        subprocess.run(command, env=env, cwd=folder, input=f"{secret}\n", text=True, check=True, timeout=120, capture_output=True)  # fmt: skip

    def enrol(self, clinic: str, *people: tuple[str, str, str]) -> None:
        """Take in clients who were treated yesterday and want texts: name, number and language."""
        head = "first_name,phone,language,treated_at,sms_consent"
        yesterday = week_ago() + timedelta(days=6)
        rows = [f"{name},{phone},{language},{yesterday},yes" for name, phone, language in people]
        (self.operator.folder / "list.csv").write_text("\n".join((head, *rows)), "utf-8")
        self.operator.run("import", "list.csv", "--clinic", clinic)

    def texted(self, phone: str) -> dict[tuple[str, str], str]:
        """Return what a number was texted first, by the account and sender it left by."""
        found = [one for one in self.operator.twilio.seen("message") if one["to"] == phone]
        assert len({(one["account"], one["body"]) for one in found}) == len(found), (
            "nobody gets two"
        )
        return {(one["account"], one["fields"]["From"]): one["body"] for one in found[::-1]}

    def count(self, phone: str) -> int:
        """Return how many texts a number got."""
        return sum(one["to"] == phone for one in self.operator.twilio.seen("message"))

    def still_planned(self, phone: str) -> set[str]:
        """Return which clinics still mean to text a number."""
        return set(self.sql(PLANNED, phone=phone))

    def say_stop(self, phone: str, to: str) -> int:
        """Let a client text STOP, which Twilio posts with the token of whose number it is."""
        account, token = (SECOND, SECOND_TOKEN) if to == US_NUMBER else (ACCOUNT, TOKEN)
        fields = {"AccountSid": account, "MessageSid": f"SM{phone[1:]}{to[1:]}", "From": phone, "To": to, "Body": "STOP"}  # fmt: skip
        address = f"{self.operator.environ['PUBLIC_URL']}/hooks/twilio/inbound"
        head = {"X-Twilio-Signature": sign(address, fields, token)}
        return httpx2.post(address, data=fields, headers=head, timeout=60).status_code

    def let_due(self) -> None:
        """Let the next text that is planned be due now."""
        self.sql(DUE)

    def found_by_doctor(self) -> dict[str, str]:
        """Return the doctor's verdict on each thing it looked at."""
        told = json.loads(self.operator.ask("doctor", "--json").stdout)
        return {one["name"]: one["verdict"] for one in told}


@contextmanager
def three_clinics(operator: Operator, scope: str) -> Iterator[Installation]:
    """Run a clinic on a number of its own account, one that is still to choose a name, and one on
    what is there anyway.
    """
    found = Installation(operator, scope)
    found.set_sender(BAY, "--account", SECOND, "--text", US_NUMBER, secret=SECOND_TOKEN)
    with operator.running("web"), operator.running("worker"):
        wait_for(operator.ready, 120)
        yield found


def enrol_everybody(three: Installation) -> None:
    for clinic in (BAY, MITTE):
        three.operator.run("clinic", "countries", clinic, "--add", "GB")
    both = (("Ana", ANA, "en"), ("Ben", BEN, "en"))
    three.enrol(BAY, ("Grace", GRACE, "en"), *both)
    three.enrol(ROSEWOOD, *both)
    three.enrol(MITTE, ("Lena", LENA, "de"), *both)
    wait_for(lambda: [len(three.texted(one)) for one in EVERYBODY] == [1, 1, 3, 3], 120)


def sign_in_owner(page: Page, three: Installation, clinic: str) -> None:
    """Accept an owner's invitation, with the second step."""
    told = three.operator.run("staff", "invite", "olga@clinic.example", "--clinic", clinic, "--role", "owner")  # fmt: skip
    page.goto(next(word for word in told.split() if word.startswith("http")))
    page.fill("#name", "Olga Field")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("code", state="attached")
    seed = re.search(r"<code>([A-Z2-7 ]+)</code>", page.content())
    assert seed
    page.fill("#code", pyotp.TOTP(seed[1].replace(" ", "")).now())
    page.click("main button")
    page.click("text=I have saved them")


def choose_name(browser: Browser, three: Installation) -> None:
    """Let the owner in the United Kingdom choose a name in Settings, Sender, and look at the page."""
    address = f"{three.operator.environ['PUBLIC_URL']}/clinic/sender"
    with page_of(browser, "desk") as page:
        sign_in_owner(page, three, ROSEWOOD)
        page.goto(address)
        page.fill("#usual", NAME)
        page.click("form[action='/clinic/sender'] button:not(.quiet)")
        assert "Sender saved." in page.content()
        page.click("text=Check now")
        page.wait_for_selector("#checks li")
        assert NAME in page.inner_text("#checks")
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 844})
                page.emulate_media(color_scheme=scheme)
                screenshot(page, f"sender-checked-{width}-{scheme}")
                assert (overflow(page), small_targets(page), axe(page)) == (0, [], [])


def stop_by_link(browser: Browser, words: str) -> None:
    """Open the link of a text in a browser without scripts, and press its one button."""
    link = re.search(r"http://\S+/s/\S+", words)
    assert link, words
    with page_of(browser, "phone", java_script_enabled=False) as page:
        page.goto(link[0])
        page.click("main button")
        assert "Done. No more texts." in page.content()


def test_each_clinic_texts_as_is_right_in_its_country_and_stops_in_its_own_way(
    operator: Operator, chromium: Browser
) -> None:
    with three_clinics(operator, "number") as three:
        choose_name(chromium, three)
        enrol_everybody(three)
        said = three.texted(ANA)
        american, british, german = (said[SENDERS[clinic]] for clinic in CLINICS)
        for words in (american, german):
            assert ("Reply STOP" in words, "/s/" in words) == (True, False)
        assert ("STOP" in british, "/s/" in british, "call" in british) == (False, True, True)
        assert "STOP" in three.texted(LENA)[SENDERS[MITTE]]
        assert set(three.texted(GRACE)) == {SENDERS[BAY]}

        assert three.still_planned(ANA) == {BAY, ROSEWOOD, MITTE}
        assert three.say_stop(ANA, US_NUMBER) == 200
        assert three.still_planned(ANA) == {ROSEWOOD, MITTE}
        assert three.say_stop(ANA, SHARED) == 200
        assert three.still_planned(ANA) == {ROSEWOOD}, "a name is nobody's number"
        stop_by_link(chromium, british)
        assert three.still_planned(ANA) == set()
        assert three.still_planned(BEN) == {BAY, ROSEWOOD, MITTE}

        had = three.count(ANA)
        three.let_due()
        wait_for(lambda: three.sql(LEFT) == sorted([GRACE, LENA, BEN, BEN, BEN]), 120)
        assert three.count(ANA) == had, "nobody who stopped is texted"
        assert set(three.texted(BEN)) == set(SENDERS.values())


def test_where_a_stop_counts_everywhere_one_is_enough_and_touches_nobody_else(
    operator: Operator, chromium: Browser
) -> None:
    with three_clinics(operator, "everywhere") as three:
        three.set_sender(ROSEWOOD, "--text", NAME)
        enrol_everybody(three)
        assert three.say_stop(BEN, US_NUMBER) == 200
        assert three.still_planned(BEN) == set()
        stop_by_link(chromium, three.texted(ANA)[SENDERS[ROSEWOOD]])
        assert three.still_planned(ANA) == {BAY, MITTE}, "the link names one clinic"
        assert (three.still_planned(GRACE), three.still_planned(LENA)) == ({BAY}, {MITTE})


def test_the_doctor_says_of_each_sender_what_is_so(operator: Operator) -> None:
    three = Installation(operator, "number")
    three.set_sender(BAY, "--account", SECOND, "--text", US_NUMBER, secret=SECOND_TOKEN)
    three.set_sender(ROSEWOOD, "--text", NAME)
    operator.ask("doctor", "--fix")
    assert (
        {
            name: verdict
            for name, verdict in three.found_by_doctor().items()
            if name.startswith(("Twilio", "replies", "registration"))
        }
        == {
            "Twilio account": "pass",
            "Twilio sender": "pass",
            "replies webhook": "pass",
            f"Twilio account: {BAY}, {US_NUMBER}": "pass",
            f"Twilio sender: {BAY}, {US_NUMBER}": "pass",
            f"registration: {BAY}, {US_NUMBER}": "fail",  # a number in the United States needs a campaign
            f"replies webhook: {BAY}, {US_NUMBER}": "pass",
            f"Twilio sender: {ROSEWOOD}, {NAME}": "pass",  # no replies, so no webhook
        }
    )
