from datetime import timedelta

from odoo import api, fields, models

TEXT_LIMIT = 200
SILENT_AFTER = timedelta(minutes=15)


def _count(value):
    """Return a whole number that is not negative, whatever a till has sent."""
    return max(0, int(value)) if isinstance(value, int | float) and value == value else 0


def _text(value):
    return value[:TEXT_LIMIT] if isinstance(value, str) else False


class PosOfflineTill(models.Model):
    _name = "pos_offline.till"
    _description = "Last report of a till"
    _order = "waiting desc, reported_at"
    _rec_name = "device"

    config_id = fields.Many2one(
        "pos.config", string="Point of Sale", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="config_id.company_id", store=True)
    device = fields.Char(required=True, readonly=True, help="The device identifier in the till's receipt numbers.")
    user_id = fields.Many2one("res.users", string="Last User", readonly=True)
    reported_at = fields.Datetime(string="Last Report", readonly=True)
    waiting = fields.Integer(readonly=True, help="Sales on the till that the server has not confirmed.")
    rejected = fields.Integer(string="Refused", readonly=True, help="Sales that the server has refused.")
    oldest_at = fields.Datetime(string="Oldest Waiting", readonly=True)
    last_sync_at = fields.Datetime(string="Last Sync", readonly=True)
    version = fields.Char(readonly=True)
    trouble = fields.Char(readonly=True)
    silent = fields.Boolean(compute="_compute_silent", help="No report for a quarter of an hour.")

    _till_unique = models.Constraint("UNIQUE(config_id, device)", "A till has one report.")

    @api.depends("reported_at")
    def _compute_silent(self):
        limit = fields.Datetime.now() - SILENT_AFTER
        for till in self:
            till.silent = not till.reported_at or till.reported_at < limit

    @api.model
    def take_report(self, report):
        """Keep the report of a till in place of its last one; return whether it named a till of a shop of the user."""
        if not isinstance(report, dict) or not self.env.user.has_group("point_of_sale.group_pos_user"):
            return False
        device = _text(report.get("device"))
        config = self.env["pos.config"].search([("id", "=", _count(report.get("config_id")))])
        if not device or not config:
            return False
        now = fields.Datetime.now()

        def before_now(key):
            # Clocks of tills are wrong often: an age in seconds is counted back from the server's own time.
            age = report.get(key)
            return now - timedelta(seconds=min(_count(age), 10**9)) if age is not None else False

        values = {
            "config_id": config.id,
            "device": device,
            "user_id": self.env.uid,
            "reported_at": now,
            "waiting": min(_count(report.get("waiting")), 2**31 - 1),
            "rejected": min(_count(report.get("rejected")), 2**31 - 1),
            "oldest_at": before_now("oldest_age"),
            "last_sync_at": before_now("last_sync_age"),
            "version": _text(report.get("version")),
            "trouble": _text(report.get("trouble")),
        }
        # A cashier may say something of the till, and change nothing else in the list.
        tills = self.sudo()
        till = tills.search([("config_id", "=", config.id), ("device", "=", device)])
        if till:
            till.write(values)
        else:
            tills.create(values)
        return True
