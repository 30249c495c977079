"""Where packets go. Pure address plans; no socket is opened here."""
