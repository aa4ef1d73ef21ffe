"""The demonstration: an invented municipality, post made by code, and the whole main job on it. Imports nothing heavy."""
