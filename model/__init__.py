"""What a prediction is: shared by training, evaluation and serving. Imports no torch (``network`` apart)."""
