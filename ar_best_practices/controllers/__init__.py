from . import ar_dunning
from . import ar_statement
from . import portal
from . import portal_payment
