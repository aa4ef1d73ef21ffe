"""Puts it together: the journey of a post, the daemon, the commands and the reports."""
