"""Where prices come from, and the round that asks for them and writes them down."""
