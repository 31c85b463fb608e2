"""What the integration tests stand on: the daemon under test, and the world around it."""
