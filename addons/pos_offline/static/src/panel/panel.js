/** The panel "Offline Sales", and the symbol in the bar that opens it. */
import { Component, useState, onWillStart } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";
import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { till } from "@pos_offline/till";

export class OfflineSales extends Component {
    static template = "pos_offline.OfflineSales";
    static components = { Dialog };
    static props = { close: Function };

    setup() {
        this.till = useState(till.state);
        this.view = useState({ sales: [], storage: "", words: "" });
        onWillStart(() => this.update());
    }

    async update() {
        if (!this.till.usable) {
            return;
        }
        till.refresh();
        this.view.sales = await till.unconfirmed();
        const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
        const kept = (await navigator.storage?.persisted?.()) ? "persistent" : "not persistent";
        this.view.storage = `${Math.round(usage / 1e6)} of ${Math.round(quota / 1e6)} MB, ${kept}`;
    }

    get lastSync() {
        return this.till.lastSuccess ? new Date(this.till.lastSuccess).toLocaleString() : "–";
    }

    async act(work) {
        try {
            await work();
            this.view.words = "";
        } catch (error) {
            this.view.words = error.message;
        }
        await this.update();
    }

    sendNow() {
        return this.act(() => till.drain(5000));
    }

    retry(id) {
        return this.act(() => till.retry(id));
    }

    exportFile() {
        return this.act(async () => {
            const text = await till.exportSales();
            const link = document.createElement("a");
            link.href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
            link.download = `offline-sales-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.jsonl`;
            link.click();
            URL.revokeObjectURL(link.href);
        });
    }

    importFile(event) {
        return this.act(async () => {
            const report = await till.importSales(await event.target.files[0].text());
            if (report.failures.length) {
                throw new Error(report.failures.map(({ line, message }) => `${line}: ${message}`).join("\n"));
            }
        });
    }
}

patch(Navbar.prototype, {
    setup() {
        super.setup(...arguments);
        this.offlineSales = useState(till.state);
        this.dialogs = useService("dialog");
    },

    openOfflineSales() {
        this.dialogs.add(OfflineSales);
    },
});
