from odoo.tests import tagged
from odoo.tools import file_open
from odoo.tools.translate import PoFileReader, TranslationModuleReader

from odoo.addons.ar_best_practices.tests.common import ReceivablesCommon

ADDON = "ar_dispute"


@tagged("post_install", "-at_install")
class TestTranslations(ReceivablesCommon):
    def test_every_word_that_a_user_reads_is_in_french(self):
        with file_open(f"{ADDON}/i18n/fr.po", "rb") as file:
            french = {row["src"] for row in PoFileReader(file) if row["value"]}
        reader = TranslationModuleReader(self.cr, modules=[ADDON])
        missing = {source for _m, _t, _n, _i, source, *_rest in reader} - french
        self.assertFalse(missing)
