"""`tts watch`: one look a minute at everything that could be wrong; the status page, the alerts and the reports follow from it."""
