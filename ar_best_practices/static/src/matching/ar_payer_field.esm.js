/** Who paid, and in small how we know. */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

export class ArPayerField extends Component {
    static template = "ar_best_practices.PayerField";
    static props = {...standardFieldProps};

    get name() {
        const payer = this.props.record.data[this.props.name];
        return payer ? payer.display_name : _t("Not known");
    }

    get source() {
        const {data, fields} = this.props.record;
        const found = fields.payer_source.selection.find(
            ([code]) => code === data.payer_source
        );
        return found ? found[1] : "";
    }
}

export const arPayerField = {
    component: ArPayerField,
    displayName: _t("Payer and how it is known"),
    supportedTypes: ["many2one"],
    fieldDependencies: [{name: "payer_source", type: "selection"}],
};

registry.category("fields").add("ar_payer", arPayerField);
