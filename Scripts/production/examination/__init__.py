"""The running system, tried from end to end without changing anything."""
