"""Pages for people: contexts, and the routes that fill them."""
