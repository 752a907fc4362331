"""What happens once when the addon comes and once when it goes."""


def post_init_hook(env):
    """Give every company its numbers, and every item marked as disputed a case."""
    env["res.company"].search([])._create_dispute_sequences()
    words = env._("to be qualified: marked as disputed before there was a register")
    env["ar.item"].search([("disputed", "=", True)])._become_cases(words)


def uninstall_hook(env):
    """Leave every item dunnable again but those that were marked as disputed before,
    and no numbers behind."""
    env["ar.dispute.line"].search([("set_no_followup", "=", True)])._mark_no_followup(
        False
    )
    env["ar.dispute"]._give_flags_back()
    env["ir.sequence"].search([("code", "=", "ar.dispute")]).unlink()
