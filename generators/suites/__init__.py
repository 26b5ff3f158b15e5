"""Test suites derived from the model for one actor under test."""
