"""Numbered rows that somebody follows: the table is the truth, NOTIFY only the wake-up."""
