/** A number that may be unknown: without data the screen says n/a, never 0. */
import {FloatField, floatField} from "@web/views/fields/float/float_field";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";

/**
 * @param {Number|Boolean|null} value false or null when there is no data
 * @param {Object} [options] those of formatFloat, plus percent and signed
 * @returns {String}
 */
export function formatMeasure(value, options = {}) {
    if (value === false || value === null || value === undefined) {
        return _t("n/a");
    }
    const number = options.percent ? value * 100 : value;
    const digits = options.digits || (options.percent ? [16, 0] : undefined);
    const text = formatFloat(number, {...options, digits});
    const sign = options.signed && number > 0 ? "+" : "";
    return sign + text + (options.percent ? "\u00a0%" : "");
}
formatMeasure.extractOptions = ({options}) => ({
    digits: options.digits,
    percent: Boolean(options.percent),
    signed: Boolean(options.signed),
});

export class ArMeasureField extends FloatField {
    static props = {
        ...FloatField.props,
        percent: {type: Boolean, optional: true},
        signed: {type: Boolean, optional: true},
    };

    get formattedValue() {
        return formatMeasure(this.value, {
            digits: this.props.digits,
            field: this.props.record.fields[this.props.name],
            percent: this.props.percent,
            signed: this.props.signed,
        });
    }
}

export const arMeasureField = {
    ...floatField,
    component: ArMeasureField,
    displayName: _t("Measure (n/a without data)"),
    supportedTypes: ["float"],
    // Never empty: "n/a" is what the screen has to say.
    isEmpty: () => false,
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...floatField.extractProps(fieldInfo, dynamicInfo),
        percent: Boolean(fieldInfo.options.percent),
        signed: Boolean(fieldInfo.options.signed),
    }),
};

registry.category("fields").add("ar_measure", arMeasureField);
registry.category("formatters").add("ar_measure", formatMeasure);
