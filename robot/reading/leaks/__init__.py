"""What a published file gives away beside what it shows: fake redactions, hidden text, remains and riders (PJ-H01, PJ-H02).

``inspect.inspect_file`` looks at the bytes and nothing else; ``room.leaks_in`` does the same inside the reading sandbox, which is
how published files are to be looked at.
"""
