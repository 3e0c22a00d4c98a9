"""The machine: doors, inbox, engine, gate, outbox, sender, evidence. Nothing here knows a feature by name."""
