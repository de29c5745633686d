"""The table of scenarios: what each recording must give, by an outside reader of it, and what it gives."""
