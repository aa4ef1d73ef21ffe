"""Silence is an alarm: what should have happened and did not, in ``status``, in the report, and by mail at once."""
