from odoo.tests import HttpCase, tagged

from odoo.addons.pos_offline.models.pos_config import package_urls


@tagged("post_install", "-at_install")
class TestWorker(HttpCase):
    def test_the_worker_of_this_module_is_served(self):
        self.authenticate("admin", "admin")
        answer = self.url_open("/pos/service-worker.js")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("pos-offline-v1", answer.text)

    def test_every_file_of_the_package_has_a_url_that_answers(self):
        urls = package_urls()
        self.assertTrue(any(url.endswith(".wasm") for url in urls))
        for url in urls:
            self.assertEqual(self.url_open(url).status_code, 200, url)

    def test_anybody_is_told_that_the_server_is_there(self):
        answer = self.url_open("/pos_offline/ping")
        self.assertEqual(answer.text, "pong")
