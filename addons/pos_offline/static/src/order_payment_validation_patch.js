/** What the cashier sees when a sale could not be saved. */
import { patch } from "@web/core/utils/patch";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { SaleNotSaved } from "@pos_offline/sale_not_saved";

patch(OrderPaymentValidation.prototype, {
    handleValidationError(error) {
        if (!(error instanceof SaleNotSaved)) {
            return super.handleValidationError(...arguments);
        }
        // Nothing was printed or shown: the order goes back to be paid again.
        this.order.state = "draft";
        this.pos.dialog.add(AlertDialog, { title: _t("The sale is not saved"), body: error.words });
        if (this.nextPage.page === "FeedbackScreen") {
            this.pos.navigate("PaymentScreen", { orderUuid: this.order.uuid });
        }
        return error;
    },
});
