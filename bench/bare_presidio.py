"""Presidio with pattern recognisers on a text from standard input: seconds and findings, as JSON. Has an environment of its own.

The recognisers are what a house would write for Norway: numbers with and without context words, and lists of topic words.
spaCy is a blank Norwegian pipeline; no entity model, as our side has none either.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

_PATTERNS: dict[str, list[str]] = {
    "FNR": [r"\b[0-9]{6}[ -]?[0-9]{5}\b"],
    "ACCOUNT": [r"\b[0-9]{4}[. ]?[0-9]{2}[. ]?[0-9]{5}\b"],
    "IBAN": [r"\bNO[0-9]{2} ?[0-9]{4} ?[0-9]{4} ?[0-9]{3}\b"],
    "CARD": [r"\b[2-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b"],
    "PHONE": [r"\b(?:\+47 ?)?[2-9][0-9](?: ?[0-9]{2}){3}\b"],
    "EMAIL": [r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"],
    "BIRTHDATE": [r"\b[0-3]?[0-9]\.[01]?[0-9]\.(?:19|20)?[0-9]{2}\b"],
    "PLATE": [r"\b[A-Z]{2} ?[0-9]{5}\b"],
    "CREDENTIAL": [r"(?:passord(?:et)?|password|pin-?kode)(?: er|:)? ?\S{4,}"],
    "ADDRESS": [r"\b[A-ZÆØÅ][a-zæøå]+(?:veien|vegen|gata|gaten|vei|veg) [0-9]{1,3}[A-Za-z]?\b"],
}


def main() -> int:
    """Reads the words and the documents, analyses, prints."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):  # type: ignore[misc]
        def load(self) -> None:
            self.nlp = {"nb": spacy.blank("nb")}

    given: dict[str, Any] = json.load(sys.stdin)
    registry = RecognizerRegistry(supported_languages=["nb"])
    for label, several in _PATTERNS.items():
        patterns = [Pattern(label, pattern, 0.6) for pattern in several]
        registry.add_recognizer(PatternRecognizer(label, patterns=patterns, supported_language="nb"))
    for label, words in given["words"].items():
        registry.add_recognizer(PatternRecognizer(label, deny_list=words, supported_language="nb"))
    engine = Blank()
    engine.load()
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["nb"])
    analyzer.analyze(given["documents"][0], "nb")
    begun = time.process_time()
    found = sum(len(analyzer.analyze(text, "nb")) for text in given["documents"])
    print(json.dumps({"seconds": time.process_time() - begun, "found": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
