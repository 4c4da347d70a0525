"""How good an artefact is, measured as it is served: ``python -m eval.run``."""
