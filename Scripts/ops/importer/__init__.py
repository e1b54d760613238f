"""Brings the tickets of another system in: streamed, repeatable, resumable, each bad row named."""
