"""Markers: random numbers carried by the media itself, so that having the media can be proved by decoding it."""
