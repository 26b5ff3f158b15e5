"""The generated pages of docs/: what the model, the catalogue and the recorded answers say, as Markdown."""
