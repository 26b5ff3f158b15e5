"""Passive testing: does a run of the model explain what a capture shows?"""
