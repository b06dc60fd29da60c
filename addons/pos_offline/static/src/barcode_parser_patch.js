/** The rules by which barcodes are read, kept: a till without a server scans too, and waits for none to start. */
import { patch } from "@web/core/utils/patch";
import { BarcodeParser } from "@barcodes/js/barcode_parser";
import { startCall } from "@pos_offline/start_call";

patch(BarcodeParser, {
    async fetchNomenclature(orm, id) {
        const key = `pos_offline_nomenclature_${id}`;
        const kept = localStorage.getItem(key);
        if (!kept) {
            const rules = await super.fetchNomenclature(...arguments);
            localStorage.setItem(key, JSON.stringify(rules));
            return rules;
        }
        try {
            const rules = await startCall(() => super.fetchNomenclature(...arguments));
            localStorage.setItem(key, JSON.stringify(rules));
            return rules;
        } catch {
            return JSON.parse(kept);
        }
    },
});
