/** The items that a payment pays: how much of each, and what stays open. */
import {Component, onWillStart} from "@odoo/owl";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {formatMonetary} from "@web/views/fields/formatters";
import {useService} from "@web/core/utils/hooks";

const FIELDS = ["number", "due_date", "amount", "discount", "open_amount", "move_id"];

export class ArMatchingItems extends Component {
    static template = "ar_best_practices.MatchingItems";
    static props = {record: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        onWillStart(() => this.load());
    }

    async load() {
        const mine = [["proposal_id", "=", this.props.record.resId]];
        const model = "ar.matching.proposal.line";
        this.items = await this.orm.searchRead(model, mine, FIELDS);
    }

    get data() {
        return this.props.record.data;
    }

    formatDay(day) {
        return day ? formatDate(deserializeDate(day)) : "";
    }

    formatAmount(amount) {
        return formatMonetary(amount, {currencyId: this.data.currency_id.id});
    }

    async open(item) {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "account.move",
            res_id: item.move_id[0],
            views: [[false, "form"]],
        });
    }
}
