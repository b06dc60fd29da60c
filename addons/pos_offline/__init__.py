from odoo import release
from odoo.exceptions import UserError

from . import controllers
from . import models

ODOO_SERIES = "19.0"


def pre_init_hook(env):
    """Refuse to install on an Odoo whose Point of Sale has other seams."""
    if release.major_version != ODOO_SERIES:
        raise UserError(
            env._(
                "Point of Sale Offline is made for Odoo %(wanted)s; this is Odoo %(found)s. "
                "Nothing was installed.",
                wanted=ODOO_SERIES,
                found=release.major_version,
            )
        )
