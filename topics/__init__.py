"""Where it is said: topic names, keys, headers and bytes. No client library."""
