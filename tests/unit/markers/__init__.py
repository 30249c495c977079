"""A package, so that its tests share what an endpoint's encoders make of a marker."""
