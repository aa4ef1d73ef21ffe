"""Caretaking: what is done with cases and entries after their post is taken in.

``sweep`` reads the cases that changed, a page at a time; ``chores`` says of each what should be done with it (pure);
``acting`` asks the archive for it, through the one effect table. What is not done is a point, kept from night to night.
"""
