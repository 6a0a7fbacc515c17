"""How results look: language, charts, notebooks and the app's building blocks."""
