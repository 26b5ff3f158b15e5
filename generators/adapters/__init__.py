"""Adapters: how generated tests drive a system under test."""
