from . import ar_account_decide
from . import ar_collection_call
from . import ar_dunning_preview
from . import ar_dunning_review
from . import ar_export
from . import ar_personal_data
from . import ar_statement_print
from . import base_partner_merge
