"""Every page of the web application, looked at in every way it may be seen.

In a real browser each page is brought up by the steps that lead to it, as a client or as staff, and
looked at as phone, tablet and desk, light, dark and in forced colours, zoomed and with text enlarged
to 200 %. That proves that axe finds nothing (WCAG 2.2 AA), that nothing runs out of the window or is
cut off, that nothing to press is too small for a thumb, and that no route was forgotten.

    python -m tests.looks                     every page: about fifteen minutes
    python -m tests.looks today client        only these
    python -m tests.looks --screenshots DIR   and keep a picture of each look
    python -m tests.looks --vnu PATH          and let the Nu HTML checker read each page (needs Java)

It needs Chromium (apt-get install chromium), and ends with 1 where something was found. The slow
tests look at every page once, each in another of these ways.
"""

import tests.conftest  # noqa: F401 (comes before tests.browser, whose fixtures it hands on)
