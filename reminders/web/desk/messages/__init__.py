"""Pages about messages: the inbox, actions on one message, wording, parameters, the outbox."""
