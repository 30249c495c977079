"""What survives the service: the tenant, accounts, tokens, chats and files, in one SQLite database in one folder."""
