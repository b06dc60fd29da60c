from unittest.mock import patch

from odoo import release
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.pos_offline import pre_init_hook


@tagged("post_install", "-at_install")
class TestInstall(TransactionCase):
    def test_another_odoo_is_refused_with_both_versions(self):
        with patch.object(release, "major_version", "18.0"), self.assertRaises(UserError) as refusal:
            pre_init_hook(self.env)
        self.assertIn("19.0", str(refusal.exception))
        self.assertIn("18.0", str(refusal.exception))

    def test_this_odoo_is_taken(self):
        self.assertIsNone(pre_init_hook(self.env))
