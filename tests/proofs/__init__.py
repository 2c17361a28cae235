"""Proofs of the delivery promise: break everything there is, then read the provider's own ledger."""
