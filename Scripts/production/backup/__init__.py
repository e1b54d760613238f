"""Backups of a deployment: kept by the backup container (``agent``), asked for, restored and drilled by the operator's tool."""
