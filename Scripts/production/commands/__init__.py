"""The core commands of the operator's tool, one file each."""
