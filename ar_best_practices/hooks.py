"""What happens once when the addon comes and once when it goes."""


def post_init_hook(env):
    """Give every customer of the ledger an account, an index and first judgements."""
    env["ar.account"]._rebuild_open_item_index()
    env["ar.account"]._ensure_from_ledger()
    env["ar.account"]._refresh()


def uninstall_hook(env):
    """Leave Odoo's own tables as they were."""
    env["ar.account"]._drop_open_item_index()
