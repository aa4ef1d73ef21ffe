"""The back-test of a rule change: an edited set against the stored post of a period. Nothing outside is asked or told."""
