"""Export, erase and delete what is stored about clients."""
