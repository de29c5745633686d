"""The Dockerfile carried out without Docker, as far as that goes, and a worker run in what it makes."""
