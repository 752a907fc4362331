from . import ar_dispute_resolution
from . import ar_dispute_reason
from . import ar_dispute_root_cause
from . import ar_dispute_team
