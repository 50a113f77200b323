class BenchError(Exception):
    """The bench cannot measure, or what it would measure is wrong. The text is fit for whoever started it."""
