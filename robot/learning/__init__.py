"""The learning loop: ended post and people's answers → masked examples → pipelines that must beat the one at work.

``gather`` notes examples, ``mask`` takes names and numbers out, ``retrain`` trains and compares, ``shelf`` keeps the
pipelines, ``status`` tells how it goes, ``importing`` takes in history.
"""
