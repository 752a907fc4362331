from . import ar_worklist
