from . import ar_dispute_open
from . import ar_dispute_open_line
from . import ar_dispute_say
from . import ar_dispute_split
from . import ar_dispute_split_line
from . import account_payment_register
