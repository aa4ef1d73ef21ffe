"""KS SvarInn as a source: the letters that other public bodies and citizens send through SvarUt."""

from connectors.svarinn.settings import SvarInnSettings
from connectors.svarinn.source import SvarInnSource

__all__ = ["SvarInnSettings", "SvarInnSource"]
