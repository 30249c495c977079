"""The commands, one subject a file: their words and options. What they do is imported when they are called."""
