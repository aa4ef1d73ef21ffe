"""Public journals as XML files: Noark 5 offentligJournal.xml and loependeJournal.xml, and Noark 4 OFFJOURNAL."""
