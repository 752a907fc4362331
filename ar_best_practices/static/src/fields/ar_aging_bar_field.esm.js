/** The age of what a customer owes: one bar, and the same figures in words. */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatMonetary} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const BUCKETS = [
    ["not_due_amount", "not_due"],
    ["bucket_1_30", "1_30"],
    ["bucket_31_60", "31_60"],
    ["bucket_61_90", "61_90"],
    ["bucket_over_90", "over_90"],
];

export class ArAgingBarField extends Component {
    static template = "ar_best_practices.AgingBarField";
    static props = {...standardFieldProps};

    get data() {
        return this.props.record.data;
    }

    get total() {
        return this.format(this.data[this.props.name]);
    }

    get buckets() {
        const total = this.data[this.props.name];
        return BUCKETS.map(([name, code]) => ({
            code,
            label: this.props.record.fields[name].string || this.labels[code],
            amount: this.format(this.data[name]),
            empty: !this.data[name],
            share: total > 0 ? (100 * this.data[name]) / total : 0,
        }));
    }

    /** What a screen reader says instead of the bar. */
    get description() {
        return this.buckets
            .map((bucket) => `${bucket.label}: ${bucket.amount}`)
            .join(", ");
    }

    get labels() {
        return {
            not_due: _t("Not due"),
            "1_30": _t("1-30 days"),
            "31_60": _t("31-60 days"),
            "61_90": _t("61-90 days"),
            over_90: _t("Over 90 days"),
        };
    }

    format(amount) {
        return formatMonetary(amount || 0, {currencyId: this.data.currency_id?.id});
    }
}

export const arAgingBarField = {
    component: ArAgingBarField,
    displayName: _t("Ageing bar"),
    supportedTypes: ["monetary"],
    fieldDependencies: [
        ...BUCKETS.map(([name]) => ({name, type: "monetary"})),
        {name: "currency_id", type: "many2one", relation: "res.currency"},
    ],
};

registry.category("fields").add("ar_aging_bar", arAgingBarField);
