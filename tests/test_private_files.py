"""Private files: whatever is written down, nobody else on the machine may read."""

from __future__ import annotations

from pathlib import Path

from reminders import private_files
from tests.support.files import modes, open_handed


def test_a_file_is_its_owner_s_alone_whatever_the_machine_allows(tmp_path: Path) -> None:
    with open_handed():
        private_files.write(tmp_path / "words.txt", b"Ana")
        private_files.write(tmp_path / "words.txt", b"Bea")
    assert (tmp_path / "words.txt").read_bytes() == b"Bea"
    assert modes(tmp_path) == {"words.txt": "0o600"}


def test_folders_are_made_private_and_one_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    with open_handed():
        shared.mkdir(0o755)
        private_files.make_folder(shared / "one" / "two")
    assert modes(tmp_path) == {"shared": "0o755", "shared/one": "0o700", "shared/one/two": "0o700"}
