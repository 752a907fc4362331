from . import test_dispute_codes
from . import test_dispute_flow
from . import test_dispute_ledger
from . import test_dispute_access
from . import test_dispute_clock
from . import test_dispute_collection
from . import test_dispute_opening
from . import test_translations
