"""The operator's tools: the supervisor behind Scripts/run, and Scripts/tts."""
