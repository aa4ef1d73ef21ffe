"""Altinn 3 as sources: an organisation's inbox, and forms made in Altinn Studio."""
