"""Every page of the web application, looked at in every way it may be seen."""

import tests.conftest  # noqa: F401 (comes before tests.browser, whose fixtures it hands on)
