"""Every query and every change to the database; no other package uses SQL."""
