"""Does ciphertext look like noise? Statistics can refute that, and never confirm it."""
