"""Tests and checks over the whole repository. Runs in the tests' environment."""
