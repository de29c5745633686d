"""The contracts, written down from the models: JSON Schemas, AsyncAPI document, tables of the docs."""
