"""What the services' tests stand on: real PostgreSQL, signed tokens, the real inbox, no network."""
