"""Proofs of the delivery promise: break everything there is, then read the provider's own ledger.

The promise: a reminder is never sent twice and never silently lost. Each proof lets the real house
work on a real database (SQLite and PostgreSQL) against doubles of Twilio and of a mail server, breaks
something, and counts in the doubles' ledgers what was lost or doubled; both must be none, except
where an email in doubt is marked as maybe twice.

    bytecodes   killed at every bytecode of one delivery, in every thread
    syscalls    killed at every system call that leaves a mark (needs strace)
    kills       a busy worker killed at random moments, and started anew
    restarts    PostgreSQL killed under load
    failover    PostgreSQL's primary killed under load, and a copy that lags taking over
    pooler      kills, terms and restarts through pgbouncer in transaction mode
    disk, full  a disk that fails from the Nth write on, and PostgreSQL's when it is full
    locked      a database that somebody else keeps locked
    stops       a worker stopped for longer than its lease, which then wakes
    terms       a busy worker told to end at random moments
    twilio      Twilio misbehaving in every way there is a cell for
    versions    the version before and this one at once on one database
    bookings    bookings pour in while whoever takes them in is killed, and whoever sends
    api         every call of the API with what its document allows and what it refuses
    world       a seeded world of clinics and clients, with the invariants held at every step
    mutants     this program broken on purpose: the proofs must catch every one

    python -m tests.proofs                    all of them at full size: some hours
    python -m tests.proofs --quick            few of everything: minutes
    python -m tests.proofs kills --count 50   one of them, so often; --seed N plays one run again

A table tells of each: N is how many deaths or faults there were. It ends with 1 where one is broken.
"""
