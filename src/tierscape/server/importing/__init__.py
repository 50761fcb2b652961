"""The guard of uploads: what an archive promises, and the process that reads it."""
