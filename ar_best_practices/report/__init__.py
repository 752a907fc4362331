from . import ar_collector_load
from . import ar_collector_report
from . import ar_job_report
from . import ar_receivable_report
from . import ar_worklist
