from . import test_dispute_codes
from . import test_dispute_flow
from . import test_dispute_ledger
