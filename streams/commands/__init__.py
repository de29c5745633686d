"""The command line: one file a command. Exit codes: 0 ok, 1 failed, 2 usage."""
