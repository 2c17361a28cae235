"""The doctor: what is wrong outside and inside is found, named, and told with its mend."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from reminders.app import App
from reminders.enrolment import clinics
from reminders.monitoring import check_up, clock_checks, doctor, external_checks
from reminders.monitoring.checks import Check, Verdict
from reminders.rules.decision import Outcome
from reminders.rules.sender_kinds import Kind, kind_of
from reminders.rules.sending_hours import USUAL
from reminders.senders import SendError
from reminders.senders.account import TwilioAccount
from reminders.senders.mail_checks import DomainRecords, domain_records, open_ports, probe_webhook
from reminders.senders.twilio_account import AccountInquiry, TwilioNumber
from reminders.settings import Secret
from reminders.store import backups
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.web import create_web
from reminders.wording.library import Library, templates_folder
from tests.conftest import MONDAY, House
from tests.support.doubles.process import Double, running
from tests.support.doubles.twilio import ACCOUNT, SERVICE, TOKEN

OURS = "https://aftercare.clinic.example/hooks/twilio/inbound#rc=3&rp=all"
LONG, FREE, SHORT = "+447700900000", "+18885550100", "12345"


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[Double]:
    with running("twilio", tmp_path / "ledger") as double:
        yield double


def inquiry(double: Double, sender: str = LONG, password: str = TOKEN) -> AccountInquiry:
    return AccountInquiry(
        TwilioAccount(ACCOUNT, ACCOUNT, password, sender, f"http://127.0.0.1:{double.port}")
    )


def ask(double: Double, sender: str = LONG) -> TwilioNumber:
    return asyncio.run(inquiry(double, sender).ask())


def become(double: Double, **told: Any) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{double.port}/_become", json.dumps(told).encode()
    )
    urllib.request.urlopen(request).read()


def verdicts(checks: Iterator[Check]) -> dict[str, Verdict]:
    found = list(checks)
    for check in found:
        assert check.verdict is Verdict.PASS or check.mend, f"{check.name} names no mend"
    return {check.name: check.verdict for check in found}


@pytest.mark.parametrize(
    "sender,kind",
    [
        (LONG, Kind.LONG_CODE),
        (FREE, Kind.TOLL_FREE),
        (SHORT, Kind.SHORT_CODE),
        (SERVICE, Kind.SERVICE),
    ],
)
def test_a_sender_is_known_by_its_looks(sender: str, kind: Kind) -> None:
    assert kind_of(sender) is kind


def test_a_british_number_that_texts_is_fine_once_replies_come_to_us(twilio: Double) -> None:
    before = verdicts(external_checks.line(ask(twilio), OURS))
    assert before.pop("replies webhook") is Verdict.FAIL
    assert set(before.values()) == {Verdict.PASS}
    asyncio.run(inquiry(twilio).send_replies_to(OURS))
    assert set(verdicts(external_checks.line(ask(twilio), OURS)).values()) == {Verdict.PASS}
    (set_to,) = twilio.seen("webhook")
    assert (set_to["url"], set_to["method"]) == (OURS, "POST")


def test_replies_to_a_messaging_service_are_set_on_the_service(twilio: Double) -> None:
    assert ask(twilio, SERVICE).replies_to == ""
    asyncio.run(inquiry(twilio, SERVICE).send_replies_to(OURS))
    assert ask(twilio, SERVICE).replies_to == OURS


def test_a_number_of_somebody_else_s_is_told(twilio: Double) -> None:
    found = ask(twilio, "+447700900999")
    assert verdicts(external_checks.line(found, OURS))["Twilio sender"] is Verdict.FAIL
    with pytest.raises(SendError, match="no such number"):
        asyncio.run(inquiry(twilio, "+447700900999").send_replies_to(OURS))


def test_a_number_that_cannot_text_and_a_trial_are_told(twilio: Double) -> None:
    become(twilio, type="Trial", number={"capabilities": {"sms": False, "voice": True}})
    found = verdicts(external_checks.line(ask(twilio), OURS))
    assert found["Twilio account"] is Verdict.WARN
    assert found["Twilio sender"] is Verdict.FAIL


def test_refused_credentials_are_told(twilio: Double) -> None:
    with pytest.raises(SendError) as refused:
        asyncio.run(inquiry(twilio, password="wrong").ask())
    assert refused.value.outcome is Outcome.CONFIGURATION


@pytest.mark.parametrize(
    "sender,number,registered,verdict",
    [
        (FREE, FREE, {}, Verdict.FAIL),
        (FREE, FREE, {"verifications": [{"sid": "HH1", "status": "PENDING_REVIEW"}]}, Verdict.FAIL),
        (FREE, FREE, {"verifications": [{"sid": "HH1", "status": "TWILIO_APPROVED"}]}, Verdict.PASS),
        ("+12125550100", "+12125550100", {}, Verdict.FAIL),
        (SERVICE, "+12125550100", {}, Verdict.FAIL),
        (SERVICE, "+12125550100", {"campaigns": [{"sid": "QE1", "campaign_status": "FAILED"}]}, Verdict.FAIL),
        (SERVICE, "+12125550100", {"campaigns": [{"sid": "QE1", "campaign_status": "VERIFIED"}]}, Verdict.PASS),
    ],
)  # fmt: skip
def test_north_american_senders_must_be_registered(
    twilio: Double, sender: str, number: str, registered: dict[str, Any], verdict: Verdict
) -> None:
    become(twilio, number={"phone_number": number}, registered=registered)
    (found,) = (
        check
        for check in external_checks.line(ask(twilio, sender), OURS)
        if check.name == "registration"
    )
    assert found.verdict is verdict
    assert ("reminders registration --clinic" in found.mend) is (verdict is Verdict.FAIL)


# --- mail ---------------------------------------------------------------------------------


def refuses(code: str) -> str:
    raise SendError(Outcome.BUSY, code)


def test_a_shut_port_is_told_with_those_that_are_open() -> None:
    shut = lambda: refuses("no connection (TimeoutError)")  # noqa: E731
    found = external_checks.mail(shut, "mail.example", 587, lambda _: [465, 2525])
    assert found.verdict is Verdict.FAIL
    assert "these can: 465, 2525" in found.found
    assert "SMTP_PORT=465" in found.mend
    assert "2525" in external_checks.mail(shut, "mail.example", 587, lambda _: []).mend


def test_a_refused_login_is_told_as_one() -> None:
    found = external_checks.mail(lambda: refuses("535 5.7.8"), "mail.example", 587, lambda _: [465])
    assert "SMTP_PASSWORD" in found.mend


def test_open_ports_are_those_that_answer() -> None:
    with socket.socket() as listening, socket.socket() as shut:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        shut.bind(("127.0.0.1", 0))
        here, not_here = listening.getsockname()[1], shut.getsockname()[1]
        assert open_ports("127.0.0.1", (here, not_here)) == [here]


RECORDS = {
    "clinic.example": ["google-site-verification=x", "v=spf1 include:mail.example ~all"],
    "_dmarc.clinic.example": ["v=DMARC1; p=none"],
    "k1._domainkey.mail.clinic.example": ["k=rsa; p=MIGf"],
    "mail.clinic.example": ["v=spf1 -all"],
}


def test_a_domain_s_papers_are_found_also_under_the_organisation_s_name() -> None:
    found = domain_records("mail.clinic.example", lambda name: RECORDS.get(name, []))
    assert found == DomainRecords("v=spf1 -all", "k1", "v=DMARC1; p=none")


def test_missing_papers_are_told_and_silence_is_no_verdict() -> None:
    found = verdicts(
        external_checks.domain("Rosewood <a@clinic.example>", lambda n: RECORDS.get(n, []))
    )
    assert found == {"SPF": Verdict.PASS, "DKIM": Verdict.WARN, "DMARC": Verdict.PASS}
    none = verdicts(external_checks.domain("a@bare.example", lambda _: []))
    assert none == {"SPF": Verdict.FAIL, "DKIM": Verdict.WARN, "DMARC": Verdict.FAIL}

    def deaf(_: str) -> list[str]:
        raise OSError

    assert verdicts(external_checks.domain("a@clinic.example", deaf)) == {
        "mail domain": Verdict.WARN
    }


# --- clocks, zones, backups, our own address ----------------------------------------------


def test_clocks_that_disagree_are_told() -> None:
    assert clock_checks.clocks(MONDAY, MONDAY + timedelta(seconds=2)).verdict is Verdict.PASS
    assert clock_checks.clocks(MONDAY, MONDAY - timedelta(minutes=2)).verdict is Verdict.FAIL
    assert clock_checks.clocks(MONDAY, None).verdict is Verdict.PASS


def test_zones_in_which_the_machine_differs_are_named(tmp_path: Path) -> None:
    system = Path("/usr/share/zoneinfo")
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "London").write_bytes((system / "Europe" / "Paris").read_bytes())
    (tmp_path / "Europe" / "Madrid").write_bytes((system / "Europe" / "Madrid").read_bytes())
    found = clock_checks.zones({"Europe/London", "Europe/Madrid", "Asia/Tokyo"}, MONDAY, tmp_path)
    assert found.verdict is Verdict.WARN
    assert "Europe/London;" in found.found
    assert clock_checks.zones({"Europe/Madrid"}, MONDAY, tmp_path).verdict is Verdict.PASS


def test_an_old_backup_is_told(house: House, tmp_path: Path) -> None:
    if house.engine.dialect.name == "sqlite":
        assert backups.back_up(house.engine, tmp_path / "copy.db", MONDAY) > 0
        assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
        with pytest.raises(backups.BackupError, match="Name a new file"):
            backups.back_up(house.engine, tmp_path / "copy.db", MONDAY)
    assert external_checks.backup(None, MONDAY).verdict is Verdict.WARN
    assert external_checks.backup(MONDAY, MONDAY + timedelta(hours=30)).verdict is Verdict.PASS
    assert external_checks.backup(MONDAY, MONDAY + timedelta(days=3)).verdict is Verdict.WARN


def test_the_doctor_looks_inside_without_asking_anybody(house: House) -> None:
    found = {check.name: check.verdict for check in house.app.check_up()}
    assert found["database"] is found["tables"] is Verdict.PASS
    stands = house.engine.dialect.name == "sqlite"  # PostgreSQL knows that it is not March 2026
    assert found["clock"] is (Verdict.PASS if stands else Verdict.FAIL)
    assert found["backup"] is Verdict.WARN
    assert found["Twilio, SMTP"] is Verdict.PASS


@pytest.fixture
def public(house: House) -> Iterator[str]:
    """Serve the house on a real socket, under the very address it calls its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    given = {"public_url": url, "twilio_account_sid": ACCOUNT, "twilio_auth_token": Secret(TOKEN)}
    app = App(house.app.settings.model_copy(update=given), house.clock)
    server = uvicorn.Server(
        uvicorn.Config(create_web(app), port=int(url.rpartition(":")[2]), log_level="error")
    )
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield url
    server.should_exit = True
    thread.join()
    app.close()


def test_a_signature_of_ours_goes_all_the_way_round(public: str) -> None:
    status = f"{public}/hooks/twilio/status"
    assert probe_webhook(status, ACCOUNT, TOKEN) == 204
    assert external_checks.webhook_round_trip(204).verdict is Verdict.PASS
    assert probe_webhook(status, ACCOUNT, "w" * 32) == 403
    assert probe_webhook(f"{status}?x", ACCOUNT, TOKEN) == 204
    assert probe_webhook("http://127.0.0.1:1/", ACCOUNT, TOKEN) is None
    for answer in (403, 404, 502):
        found = external_checks.webhook_round_trip(answer)
        assert found.verdict is Verdict.FAIL
        assert found.mend


def test_all_wording_is_worded_once_and_again_after_any_change(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(templates_folder(), tmp_path / "templates")
    library, renderer = Library(tmp_path / "templates"), house.app.renderer
    times: list[int] = []

    def word(*_: object) -> Check:
        times.append(1)
        return Check("wording", Verdict.PASS, "280 read")

    monkeypatch.setattr(doctor, "wording", word)
    for _ in range(3):
        found = check_up.wording(house.engine, library, renderer, house.clock.now)
        assert found.verdict is Verdict.PASS
    assert len(times) == 1
    (file := next((tmp_path / "templates/care").rglob("day-1.md"))).write_text(
        file.read_text("utf-8") + "\n", "utf-8"
    )
    check_up.wording(house.engine, library, renderer, house.clock.now)
    assert len(times) == 2


def test_a_clinic_hears_what_its_narrow_hours_and_caps_do_to_the_first_week(house: House) -> None:
    def said() -> list[str]:
        checks = doctor.clinics(house.engine, house.app.library, house.clock())
        return [check.found for check in checks if "texts only" in check.found]

    def set_hours(hours: str) -> None:
        with writing(house.engine) as session:
            clinic = people.clinics(session)[0]
            typed = {"sending_hours": hours}
            clinics.edit(session, house.app.library, clinic, typed, house.clock())

    set_hours(USUAL)
    assert said() == []
    set_hours("Mon-Sat 09:00-20:00, Sun 12:00-20:00")
    (found,) = said()
    assert found.startswith(
        "texts only, visit until Saturday 19:30: “The same evening” comes 16 hours"
    )
