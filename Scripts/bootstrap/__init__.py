"""What every script needs before anything is installed: environments and the front end, by the standard library alone."""
