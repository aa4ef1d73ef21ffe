"""The nightly look at the public journal: 69 checks (PJ-A01 … PJ-H07), their findings from night to night, and what is told."""
