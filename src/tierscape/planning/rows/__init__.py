"""Families of rows: one file each, called in the words that the user reads."""
