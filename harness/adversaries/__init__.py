"""Who sits between: one pure machine per file, events in and commands out; `relay` is the only socket shell."""
