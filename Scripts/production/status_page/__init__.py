"""The public page at /status/: written by watch, served by nginx even when nothing else runs."""
