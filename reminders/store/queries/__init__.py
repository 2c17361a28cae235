"""Every question the house asks its database, and every change it makes: the only SQL."""
