"""How a clip is planned, made and proven."""
