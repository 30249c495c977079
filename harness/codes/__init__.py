"""The security code that two people compare, derived from certificate thumbprints. Pure."""
