/** Why items stay out of a run: reason, number, amount; a click opens the items. */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatMonetary} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

export class ArReasonListField extends Component {
    static template = "ar_best_practices.ReasonListField";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get reasons() {
        const {data} = this.props.record;
        return (data[this.props.name] || []).map((reason) => ({
            ...reason,
            amount: formatMonetary(reason.amount, {currencyId: data.currency_id?.id}),
        }));
    }

    async open(code) {
        const {resModel, resId} = this.props.record;
        await this.action.doActionButton({
            type: "object",
            name: "action_open_out_lines",
            resModel,
            resId,
            buttonContext: {out_code: code},
        });
    }
}

export const arReasonListField = {
    component: ArReasonListField,
    displayName: _t("Reasons with counts and amounts"),
    supportedTypes: ["json", "jsonb"],
    fieldDependencies: [
        {name: "currency_id", type: "many2one", relation: "res.currency"},
    ],
};

registry.category("fields").add("ar_reason_list", arReasonListField);
