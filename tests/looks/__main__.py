"""Look at every page: ``python -m tests.looks [names…] [--screenshots DIR] [--vnu PATH] [--language TAG]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

from reminders.startup import use_packaged_zones
from reminders.store import migrations
from reminders.store.database import open_engine
from tests.conftest import ana
from tests.looks import bookings, clients, events, lists, skin, staff, validating
from tests.looks.language import speaking
from tests.looks.looking import CLIENT_LOOKS, LOOKS, Eye, Look, file_name
from tests.looks.sights import SIGHTS, Scene, Sight, undrawn
from tests.looks.stage import booked_today, mid_week, sign_in_owner, with_a_price
from tests.support.browser import CHROMIUM, QUIET, house_served, page_of

ROOMS = (clients, staff, lists, bookings, events, skin)
"""Where sights are named, in the order they are looked at."""


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Serve both houses."""
    template = folder / "template.db"
    engine = open_engine(f"sqlite:///{template}")
    migrations.migrate(engine)
    engine.dispose()
    (folder / "full").mkdir()
    (folder / "empty").mkdir()
    with (
        house_served(template, folder / "full") as served,
        house_served(template, folder / "empty", named=False) as empty,
    ):
        mid_week(served.house)
        beth = ana(
            date(2026, 3, 14), first_name="Beth", phone="+447700900106", email="b@mail.example"
        )
        served.house.enrol(beth)
        booked_today(served.house)
        with_a_price(served.house)
        yield Scene(served, empty)


@contextmanager
def knocking(browser: Browser, language: str) -> Iterator[Eye]:
    """Open a browser that nobody knows."""
    with page_of(browser, "desk", locale=language) as page:
        yield Eye(page)


def walk(browser: Browser, told: Scene, given: argparse.Namespace, console: Console) -> bool:
    """Take the steps to every page, tell what is wrong with it, and say whether nothing is."""
    pages: dict[str, str] = {}
    right = True
    with page_of(browser, "desk", locale=given.language) as inside:
        with speaking(given.language):
            sign_in_owner(inside, told.served)
        owner = Eye(inside)
        for sight in SIGHTS[: last(given.names)]:
            language = "en" if sight.of_client else given.language  # clients have their own
            with nullcontext(owner) if sight.inside else knocking(browser, language) as eye:
                with speaking(language):
                    sight.steps(eye.page, told)
                eye.page.wait_for_load_state()
                assert eye.status() != 500, sight.name
                if given.names and sight.name not in given.names:
                    continue
                pages |= {} if sight.closed else {sight.name: eye.source()}
                found = [(look, list(eye.faults(look, picture(given, sight, look), closed=sight.closed))) for look in (CLIENT_LOOKS if sight.of_client else LOOKS)]  # fmt: skip
            console.print(f"{sight.name:<28}", *(f"{len(faults) or '·':^8}" for _, faults in found))
            for fault, seen in by_fault(found):
                console.print(f"  {fault} ({seen})")
                right = False
    return valid(pages, given, console) and right


def last(names: list[str]) -> int | None:
    """Return after how many sights all of these have been seen; what comes before leads to them."""
    places = [place for place, sight in enumerate(SIGHTS, 1) if sight.name in names]
    return max(places, default=None)


def by_fault(found: list[tuple[Look, list[str]]]) -> Iterator[tuple[str, str]]:
    """Tell each fault once, with the looks it shows in."""
    seen: dict[str, list[str]] = {}
    for look, faults in found:
        for fault in faults:
            seen.setdefault(fault, []).append(look.name)
    yield from (
        (fault, ", ".join(names) if len(names) < len(LOOKS) else "everywhere")
        for fault, names in seen.items()
    )


def picture(given: argparse.Namespace, sight: Sight, look: Look) -> Path | None:
    """Return where the picture of a look is kept."""
    folder: Path | None = given.screenshots
    return folder and folder / f"{file_name(sight.name, look.name)}.png"


def valid(pages: dict[str, str], given: argparse.Namespace, console: Console) -> bool:
    """Say what the validator finds, or that there is none."""
    validator = validating.called(given.vnu) if given.vnu else validating.found()
    if validator is None:
        console.print("Not validated: the Nu HTML checker is not here. Name it with --vnu.")
        return True
    with TemporaryDirectory() as folder:
        wrong = validating.invalid(validator, pages, Path(folder))
    for name, faults in wrong.items():
        console.print(name, *(f"  {fault}" for fault in faults), sep="\n")
    console.print(f"HTML: {len(pages)} pages validated, {len(wrong)} with faults")
    return not wrong


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.looks", description=__doc__)
    parser.add_argument("names", nargs="*", help="which pages to tell of; all if none")
    parser.add_argument("--screenshots", type=Path, help="folder to keep a picture of each look in")
    parser.add_argument("--language", default="en", help="of the browser; its steps are the same")
    parser.add_argument("--vnu", type=Path, help="the Nu HTML checker: its program or vnu.jar")
    given = parser.parse_args()
    use_packaged_zones()
    if given.screenshots:
        given.screenshots.mkdir(parents=True, exist_ok=True)
    console = Console(width=200, highlight=False, markup=False, soft_wrap=True)
    for line in zip(*(look.name.split(" ", 1) for look in LOOKS), strict=True):
        console.print(f"{'':<28}", *(f"{word:^8}" for word in line))
    with TemporaryDirectory() as folder, scene(Path(folder)) as told, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        right = walk(browser, told, given, console)
        browser.close()
        for missed in (
            undrawn(told.served.house.app, told.empty.house.app) if not given.names else ()
        ):
            console.print(f"Nobody looked at {missed}")
            right = False
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
