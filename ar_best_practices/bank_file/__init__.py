"""Readers of bank statements that need more than the standard library; no Odoo."""

from . import camt
from . import ofx
