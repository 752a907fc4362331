"""What runs inside Odoo: ``python -m ar_setup.inside COMMAND DATABASE …``.

Only these modules import Odoo; they never import the rest of the setup.
"""
