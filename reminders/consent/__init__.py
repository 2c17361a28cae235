"""Clients' consent by channel, its proof, and opt-outs that apply to a phone number or address."""
