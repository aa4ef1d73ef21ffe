"""eInnsyn, the national public journal, as a journal view: read by its open API, never written to."""
