"""The commands of Scripts/tts, one file each."""
