"""Contract suites, working fakes and deliberately broken fakes: shipped, so that others can test their connectors."""
