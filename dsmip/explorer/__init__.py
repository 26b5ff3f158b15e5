"""The explorer: a local page that steps through a model."""
