"""What happens once when the addon comes and once when it goes."""


def post_init_hook(env):
    """Give every company its numbers."""
    env["res.company"].search([])._create_dispute_sequences()


def uninstall_hook(env):
    """Leave every item dunnable again, and no numbers behind."""
    env["ar.dispute.line"].search([("set_no_followup", "=", True)])._mark_no_followup(
        False
    )
    env["ir.sequence"].search([("code", "=", "ar.dispute")]).unlink()
