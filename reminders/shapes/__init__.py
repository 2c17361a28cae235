"""The shapes of what programs read: each model is a promise, whichever door it leaves through."""
