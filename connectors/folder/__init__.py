"""A watched folder as a source: scanner drop, saved mail, files copied in by people."""

from connectors.folder.settings import FolderSettings, folder_faults
from connectors.folder.source import FolderSource, Problem

__all__ = ["FolderSettings", "FolderSource", "Problem", "folder_faults"]
