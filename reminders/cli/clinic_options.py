"""The options with which commands say how a clinic sends, is reached, and hears of a worried client."""

from __future__ import annotations

from typing import Annotated

import typer

from reminders.rules.text_names import ClientNames

ATTENDANCE_HELP = (
    "Send aftercare only once attendance is recorded, or assume that clients attended."
)
CHANNELS_HELP = "Send every message by text and by email to clients who agreed to both, or by one."
LIVE_HELP = "Leave practice mode and accept the default wording. Without this nothing is sent."
Hours = Annotated[
    str | None,
    typer.Option(
        help="Sending hours of texts, for example “Mon-Sat 09:00-20:00, Sun 12:00-20:00”."
    ),
]
EmailHours = Annotated[
    str | None,
    typer.Option(help="Sending hours of emails, for example “Mon-Sun 07:00-22:00”."),
]
TextsPerDay = Annotated[int | None, typer.Option(help="Most texts to one number in a day: 1.")]
TextsPerWeek = Annotated[
    int | None, typer.Option(help="Most texts to one number in seven days: 1 to 7.")
]
Attendance = Annotated[
    bool | None, typer.Option("--require-attendance/--assume-attendance", help=ATTENDANCE_HELP)
]
TextName = Annotated[
    str | None,
    typer.Option(help="Name in texts, at most 16 characters; '' to shorten the clinic's name."),
]
Named = Annotated[
    ClientNames | None, typer.Option(help="Names whose letters cost extra, in texts.")
]
EveryText = Annotated[
    bool | None,
    typer.Option("--stop-on-every-text/--stop-when-due", help="How often texts say how to stop."),
]
Both = Annotated[bool | None, typer.Option("--both-channels/--one-channel", help=CHANNELS_HELP)]
OpeningHours = Annotated[
    str | None,
    typer.Option(help="When somebody can call back, for example “Mon-Fri 09:00-17:00”."),
]
AfterHoursPhone = Annotated[
    str | None,
    typer.Option(help="The number worried clients see while it is closed; '' for none."),
]
WorriedMinutes = Annotated[
    int | None,
    typer.Option(help="Minutes of opening hours until a second person is told: 1 to 240."),
]
SecondContact = Annotated[
    str | None,
    typer.Option(help="The email address of the second person; '' for the clinic's owners."),
]
SecondPhone = Annotated[
    str | None,
    typer.Option(help="The mobile number of the second person, for a text as well; '' for none."),
]
