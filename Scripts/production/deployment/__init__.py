"""Bringing a release into service without anybody noticing, and back. See documentation/decisions/ on two colours."""
