from . import ar_dunning
from . import ar_statement
