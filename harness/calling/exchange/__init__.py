"""Who is connected, who calls whom, and what each may say: state and message to state, deeds and what is told. Pure."""
