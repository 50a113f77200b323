"""What a demonstration begins with, and three months of what happened before. Nothing but its command imports it."""
