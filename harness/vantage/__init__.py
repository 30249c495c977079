"""Where we look: taps that record, and what reads a recording back. Imports model and wire only."""
