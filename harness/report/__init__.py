"""What a run's document looks like to people and to machines: terminal, HTML, JUnit. Decides nothing of its own."""
