"""DSMIPv6 signalling as bytes: build, read strictly, write captures."""
