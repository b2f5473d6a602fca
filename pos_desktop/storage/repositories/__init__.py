"""One repository per part of the unit of work; each is bound to a session, none keeps state."""
