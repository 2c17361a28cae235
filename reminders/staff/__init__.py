"""Staff accounts: signing in, second factor, invitations."""
