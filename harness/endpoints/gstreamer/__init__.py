"""GStreamer's webrtcbin as a party: a program of the system's own Python, which alone can load it."""
