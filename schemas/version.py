"""Our version, as dead letters, `/metrics` and the command line say it."""

VERSION = "0.1.0"
