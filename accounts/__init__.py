"""Who may enter: people, sessions, tokens, enrolled stations and actors."""
