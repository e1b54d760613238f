"""What the system tests stand on: real servers as child processes, a client that keeps a journal, and one auditor."""
