import { RPCError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { PaidElsewhere } from "@pos_offline/identity";

/**
 * The sale is neither on this till's disk nor confirmed by the server. An RPCError, since that is what keeps the
 * payment screen from going on to a receipt.
 */
export class SaleNotSaved extends RPCError {
    constructor(cause) {
        super(String(cause?.message ?? cause));
        this.isPaidElsewhere = cause instanceof PaidElsewhere;
        this.exceptionName = "pos_offline.SaleNotSaved";
        this.data = { name: this.exceptionName, message: this.words, arguments: [] };
    }

    get words() {
        if (this.isPaidElsewhere) {
            return _t(
                "This order has been paid in another tab or window of this till; it is not sold again.\n\n" +
                    "Hand out no second receipt. Close the other tab, and start a new order for whatever is not paid yet."
            );
        }
        return _t(
            "This sale is not saved: the till cannot write to its disk (%s), and the server has not confirmed it.\n\n" +
                "Do not hand out a receipt yet. Close other programs and tabs, free disk space, or restore the network, " +
                "then validate again. The order is unchanged on this screen.",
            this.message
        );
    }
}
