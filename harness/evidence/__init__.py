"""What a run leaves behind: written once, hashed, and read again only when every hash is right."""
