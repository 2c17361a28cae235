"""Pages before the desk: signing in, invitations, the first start, the demo link."""
