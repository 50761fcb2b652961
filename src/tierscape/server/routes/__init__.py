"""HTTP routes, one file a resource; they read the request, call the store, write the answer."""
