/** The priority of a customer, with its terms in words when one points at it. */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

export class ArPriorityField extends Component {
    static template = "ar_best_practices.PriorityField";
    static props = {...standardFieldProps};

    get value() {
        return this.props.record.data[this.props.name];
    }

    get reason() {
        return this.props.record.data.priority_reason || _t("nothing is late");
    }

    get color() {
        if (this.value >= 50) {
            return "text-bg-danger";
        }
        return this.value >= 25 ? "text-bg-warning" : "text-bg-light";
    }
}

export const arPriorityField = {
    component: ArPriorityField,
    displayName: _t("Priority with its reason"),
    supportedTypes: ["integer"],
    fieldDependencies: [{name: "priority_reason", type: "char"}],
};

registry.category("fields").add("ar_priority", arPriorityField);
