"""What any capture shows by itself: followers take in packet tables window by window, and then answer."""
