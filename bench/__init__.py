"""What we claim about speed and memory, measured beside its reference in the same run: ``python -m bench``."""
