"""The optimisation model of `design`: one file a constraint family, the solution method beside it."""
