"""A package, so that its tests share the sample run."""
