"""Data models and the store: what travels between the parts, and how it is kept. Nothing here is trained."""
