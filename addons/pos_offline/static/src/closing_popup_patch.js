/** The register is not closed while a paid order is not at the server. */
import { patch } from "@web/core/utils/patch";
import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";

patch(ClosePosPopup.prototype, {
    async closeSession() {
        if (await this.pos.drainBeforeClosing()) {
            return await super.closeSession(...arguments);
        }
    },
});
