"""Finding offers: documents in, questions, answers; nothing here knows what a portal is."""
