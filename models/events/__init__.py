"""Everything that can come in, whichever door it came through: frozen facts in the past tense.

WeCom's callbacks keep WeCom's field names in `wire(...)`, so one generic parser (bot.parse) reads them all.
"""
