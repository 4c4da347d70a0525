"""The HTTP service: ``python -m serving``. Imports ``model`` alone; no torch, no transformers."""
