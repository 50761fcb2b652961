"""The server: HTTP routes cut from the registry, the store, accounts and jobs. No analysis code lives here."""
