from . import test_dispute_codes
