"""From an annotated corpus to a published artefact: ``python -m training.run``."""
