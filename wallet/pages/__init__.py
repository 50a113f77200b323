"""What each page says, as typed objects. Views build one and render it; templates print it."""
