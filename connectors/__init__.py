"""Everything that talks to the outside: sources, archives, mailers; their contracts and the suites that prove them."""
