"""What every service shares: mechanisms and the published language. No business rules."""
