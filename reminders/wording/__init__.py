"""The files that hold all wording, and the messages made from them."""
