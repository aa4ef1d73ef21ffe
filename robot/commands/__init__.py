"""The commands, one module a group. A module here with ``register(app)`` is found by ``robot.cli``; nothing else is needed.

These modules are imported for ``--help`` too, so they import sqlalchemy, pydantic, spacy, pdfplumber and whatever rests on
them inside the functions that need them.
"""
