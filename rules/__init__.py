"""Judges; pure. Rule files, their language, and the detectors."""
