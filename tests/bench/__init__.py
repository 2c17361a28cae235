"""Measurements, each beside a limit or a peer in the same run; none is an assertion.

They say what the machine they run on can do, and how far from it this program stays: a number alone
would tell of the machine only.

    planning   treatments planned into reminders, beside inserting the same rows alone
    due        finding and claiming what is due, however much is planned and done
    delivery   from a due row to a durable outcome, beside its limits and five other ways to do it
    workers    two and four workers on one PostgreSQL beside one, and whether clinics have even shares
    memory     what a worker holds at full rate
    import     a list of ten thousand rows taken in where forty thousand clients are known, beside
               reading the file alone, and beside older checkouts with ``--beside FOLDER``
    simulate   ``reminders simulate`` of two days, beside wording the same messages alone
    idle       what it costs while nothing is due
    bookings   how soon a hundred signed bookings a second are answered while reminders leave, beside
               a server that only keeps the same bodies
    desk       how quickly staff's pages come, with fifty people who click

    python -m tests.bench                  all of them, for an hour or so
    python -m tests.bench --quick          at a small size, to see that they run
    python -m tests.bench due --size 5000  one of them, at this size

The peers stand in ``peers/``: a plain loop, APScheduler, Celery (needs redis-server), huey and
procrastinate, installed with ``pip install -e '.[test,bench]'``; what is missing is left out with a
word.
"""
