"""The commands of run.py, one file a group. With run.py the composition root: nothing imports them."""
