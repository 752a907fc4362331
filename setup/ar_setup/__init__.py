"""Makes a bare machine able to run, test and measure the receivables suite.

Standard library only. Everything it makes lives in ``.run/`` of the repository.
"""
