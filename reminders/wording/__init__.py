"""Read the wording files, and make messages from them."""
