"""A deployment rehearsed on this machine, as a host would run it; the doubles of Twilio and of a mail
server say what left.

It proves that the Procfile releases, starts within seconds and sends from one process, that a stop
in the middle of a long list needs no SIGKILL and nothing leaves twice, that PostgreSQL is reached
by TLS only, that nginx's word about callers is believed as far as TRUSTED_PROXIES says, that the
logs name nobody, and that the Dockerfile's steps end in a healthy service without root.

    python -m tests.deploy                all of it, with a list of 2,000
    python -m tests.deploy --quick        with a list of 200
    python -m tests.deploy procfile       only this part; or: dockerfile

It needs PostgreSQL's own binaries (apt-get install postgresql), and uses nginx and docker where
they are; what a machine lacks is skipped with a word.
"""
