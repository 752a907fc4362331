"""Pure formulas: standard library only, no ``env``, no database."""
