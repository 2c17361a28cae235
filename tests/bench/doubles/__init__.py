"""Raw doubles of the providers, each a program of its own, quick enough never to be the limit."""
