"""Quick ring: pure functions only, no Odoo and no database."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# No deadline: a busy machine is not a bug. No database: a run leaves no files behind.
settings.register_profile("pure", deadline=None, database=None)
settings.load_profile("pure")
