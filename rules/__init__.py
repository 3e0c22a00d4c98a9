"""Pure decisions: values in, values out. No network, no storage, no clock, nothing of ours outside this folder."""
