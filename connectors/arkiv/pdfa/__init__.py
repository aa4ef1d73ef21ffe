"""Received files as PDF/A-2b: the archive variant beside the untouched original.

:func:`connectors.arkiv.pdfa.convert.to_pdfa` is a pure function of one file, made to run in the robot's sandbox. Nothing
heavy is imported here.
"""
