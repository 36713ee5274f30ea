"""Finding offers: documents in, questions asked, answers out; nothing here knows what a portal is."""
