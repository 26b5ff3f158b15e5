"""Which choices mend a reading: the smallest sets, found by exploration and counterexamples."""
