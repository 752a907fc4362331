from . import ar_worklist
from . import ar_dispute_report
from . import ar_dispute_pareto
