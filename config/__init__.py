"""Typed settings and shipped data. Imports nothing of ours."""
