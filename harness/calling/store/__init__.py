"""What survives the service: tenants, accounts, tokens, chats and files, in one SQLite database in one folder."""
