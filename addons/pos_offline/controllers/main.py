from odoo.http import request, route
from odoo.tools import file_open

from odoo.addons.point_of_sale.controllers.main import PosController


class PosOfflineController(PosController):
    def _get_pos_service_worker(self):
        """Answer with the worker of this module, which keeps only whole, good answers."""
        with file_open("pos_offline/static/src/service_worker.js") as worker:
            return worker.read()

    @route("/pos_offline/ping", type="http", auth="none", methods=["GET", "HEAD"], save_session=False)
    def pos_offline_ping(self):
        """Answer whoever asks whether the server is there, signed in or not."""
        return request.make_response(
            "pong", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")]
        )

    @route("/pos_offline/report", type="jsonrpc", auth="user")
    def pos_offline_report(self, report):
        """Keep what a till says of itself; answer whether it was taken."""
        return {"taken": request.env["pos_offline.till"].take_report(report)}
