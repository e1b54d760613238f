"""What runs in the backup container: the schedule, the layers of the backup, and their way back.

It is copied into the image as it is here, and needs Python's own library and ``cryptography`` alone.
"""
