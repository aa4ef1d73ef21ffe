"""The stages of a post's journey, one file each; ``robot/journey.py`` puts them in order."""
