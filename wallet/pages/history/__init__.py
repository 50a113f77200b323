"""The history: the conversions that its filters leave, a page of them at a time."""
