"""Mutants made from the tables by operators, what became of each when it was checked, and the score."""
