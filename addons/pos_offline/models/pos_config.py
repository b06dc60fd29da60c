import hashlib
from pathlib import Path

from odoo import models
from odoo.tools import file_path

PACKAGE = "pos_offline/static/lib/pkg"


def package_urls():
    """Return the URLs of the package's files; the one whose name stays the same carries a hash of its content."""
    try:
        folder = Path(file_path(PACKAGE))
    except FileNotFoundError:
        return []
    urls = []
    for path in sorted(folder.iterdir()):
        if path.name == "index.js":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            urls.append(f"/{PACKAGE}/index.js?v={digest}")
        elif path.suffix in (".js", ".wasm"):
            urls.append(f"/{PACKAGE}/{path.name}")
    return urls


class PosConfig(models.Model):
    _inherit = "pos.config"

    def _get_url_to_cache(self, debug):
        return super()._get_url_to_cache(debug) + package_urls()
