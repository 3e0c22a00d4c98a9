"""Facts: tables, events, actions, unit of work. Imports rules and config values; never gateways, web or clock."""
