from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTills(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = new_test_user(cls.env, "till_cashier", groups="point_of_sale.group_pos_user")
        cls.nobody = new_test_user(cls.env, "till_nobody", groups="base.group_user")
        cls.config = cls.env["pos.config"].create({"name": "Corner Shop"})
        cls.tills = cls.env["pos_offline.till"].with_user(cls.cashier)

    def _report(self, **values):
        return {"config_id": self.config.id, "device": "7", **values}

    def _rows(self):
        return self.env["pos_offline.till"].search([("config_id", "=", self.config.id)])

    def test_a_report_takes_the_place_of_the_last_one(self):
        self.assertTrue(self.tills.take_report(self._report(waiting=3, rejected=1, oldest_age=60, version="0.1.0")))
        self.assertTrue(self.tills.take_report(self._report(waiting=0)))
        row = self._rows()
        self.assertEqual(len(row), 1)
        self.assertEqual((row.waiting, row.rejected, row.oldest_at), (0, 0, False))
        self.assertEqual(row.user_id, self.cashier)
        self.assertFalse(row.silent)

    def test_whatever_a_till_sends_is_taken_as_a_report_or_refused(self):
        for report in (None, [], {}, {"config_id": self.config.id}, self._report(config_id=-1), self._report(device=7)):
            self.assertFalse(self.tills.take_report(report))
        odd = self._report(waiting=-5, rejected="many", oldest_age=1e30, version="x" * 999, trouble=False)
        self.assertTrue(self.tills.take_report(odd))
        row = self._rows()
        self.assertEqual((row.waiting, row.rejected), (0, 0))
        self.assertEqual(len(row.version), 200)

    def test_who_sells_nothing_reports_nothing(self):
        self.assertFalse(self.env["pos_offline.till"].with_user(self.nobody).take_report(self._report()))
        self.assertFalse(self._rows())

    def test_a_cashier_reads_the_list_and_changes_nothing(self):
        self.tills.take_report(self._report(waiting=1))
        row = self._rows().with_user(self.cashier)
        self.assertEqual(row.waiting, 1)
        with self.assertRaises(AccessError):
            row.write({"waiting": 0})
        with self.assertRaises(AccessError):
            row.unlink()
