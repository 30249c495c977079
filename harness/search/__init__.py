"""The search for attacks that nobody wrote down: moves put together, tried on real calls, judged by one property."""
