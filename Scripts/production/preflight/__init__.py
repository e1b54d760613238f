"""What would go wrong, found before anything is touched. A check is a function that gives back findings."""
