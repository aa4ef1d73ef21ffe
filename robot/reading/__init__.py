"""Reading: bytes to text, in a sandbox."""
