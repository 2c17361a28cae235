"""The path of a due reminder: claim, decision, handoff, sending, settlement, reconciliation."""
