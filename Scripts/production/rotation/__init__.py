"""New keys and passwords while everything runs. Each rotation can be cut off at any step and run again: it goes on where it stopped."""
