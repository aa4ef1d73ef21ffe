"""Backup and restore: what is copied in which order, and how it is put back so that nothing is lost or doubled."""
