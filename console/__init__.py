"""The web pages of operators and advisors. Reads models and puts events into the inbox; sends nothing itself."""
