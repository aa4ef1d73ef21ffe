"""Loopback servers that behave as the real services do, oddities included: for tests, for the demo and for others."""
