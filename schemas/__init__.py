"""What is said: the data of events, answers and configuration. Imports pydantic and nothing of ours."""
