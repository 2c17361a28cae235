"""Pages for signing in: sign-in, invitations, first setup, the demo link."""
