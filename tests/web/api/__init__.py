"""The API, tried as another program would."""
