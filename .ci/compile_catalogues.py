"""Compile the message catalogues into the wheel, beside the files they are compiled from."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Adds a compiled catalogue for each language. In a checkout none is left that could grow old;
    an editable install reads the files themselves.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into a folder that is kept until the wheel is written."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from reminders.wording.catalogue_files import compile_all  # noqa: PLC0415 (needs the path)

        self._folder = TemporaryDirectory()
        source = Path(self.root) / "templates" / "locale"
        for made in compile_all(source, Path(self._folder.name)):
            inside = made.relative_to(self._folder.name).as_posix()
            build_data["force_include"][str(made)] = f"reminders/_templates/locale/{inside}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder."""
        if version != "editable":
            self._folder.cleanup()
