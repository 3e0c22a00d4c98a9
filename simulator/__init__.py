"""A pretend WeCom company: API, callbacks, people, and its own books of what everybody received.

It is WeCom's side of the wire and shares no code with the product. What WeCom's documents leave open (the
code for a repeated KF msgid, how long dispatching takes) is a switch in `state.Switches`, never a fact here.
"""
