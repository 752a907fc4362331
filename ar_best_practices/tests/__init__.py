from . import test_access
from . import test_account_behavior
from . import test_account_live
from . import test_dunning_run
from . import test_dunning_sending
from . import test_hooks
from . import test_merge
from . import test_rules
