"""The errors that the project raises on purpose.

TroopstanceError
├── InputError      an article that cannot be classified
├── AbandonedError  an article that nobody waits for any more
├── ArtefactError   an artefact folder that is missing, damaged or of another format
├── CorpusError     an annotated file that breaks the record format
├── ConfigError     a setting that makes no sense
└── GateError       a new model that may not replace the old one

Every message names the bad value and the way out.
"""


class TroopstanceError(Exception):
    """Base of all errors raised on purpose."""


class InputError(TroopstanceError):
    """An article that cannot be classified."""


class AbandonedError(TroopstanceError):
    """An article that nobody waits for any more."""


class ArtefactError(TroopstanceError):
    """An artefact folder that is missing, damaged or of another format."""


class CorpusError(TroopstanceError):
    """An annotated file that breaks the record format; the message names file and line."""


class ConfigError(TroopstanceError):
    """A setting that makes no sense."""


class GateError(TroopstanceError):
    """A new model that does not pass the gates; the message names each with value and bound."""
