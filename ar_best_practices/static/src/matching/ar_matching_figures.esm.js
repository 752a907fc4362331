/** What waits, how sure it is and how old; how much this month needed a person. */
import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatMeasure} from "../fields/ar_measure_field.esm";
import {useService} from "@web/core/utils/hooks";

const MONTH = ["matched_this_month", "payments"];

export class ArMatchingFigures extends Component {
    static template = "ar_best_practices.MatchingFigures";
    static props = {
        figures: Object,
        said: {type: String, optional: true},
        busy: {type: Number, optional: true},
        onHelp: {type: Function, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.ui = useService("ui");
        this.action = useService("action");
        this.figures = useState(this.props.figures);
        this.month = MONTH;
    }

    get states() {
        const {certain, likely, unknown} = this.figures;
        return [
            {code: "certain", label: _t("Certain"), count: certain},
            {code: "likely", label: _t("Likely"), count: likely},
            {code: "unknown", label: _t("Unknown"), count: unknown},
        ];
    }

    get ages() {
        const labels = {
            "0_2": _t("0–2 days"),
            "3_7": _t("3–7 days"),
            "8_30": _t("8–30 days"),
            over_30: _t("over 30 days"),
        };
        return this.figures.ages.map((age) => ({...age, label: labels[age.code]}));
    }

    get untouched() {
        return formatMeasure(this.figures.untouched, {percent: true});
    }

    get hours() {
        const {hours} = this.figures;
        return hours === null ? formatMeasure(null) : _t("%s h", Math.round(hours));
    }

    get sample() {
        return _t("(median of %s)", this.figures.matched_count);
    }

    get matchLabel() {
        return _t("Match the %s certain", this.figures.certain);
    }

    /**
     * Show the payments that a figure speaks of.
     *
     * @param {String[]} names filters of the search
     */
    show(names) {
        const {searchModel} = this.env;
        const items = searchModel.getSearchItems((item) => names.includes(item.name));
        searchModel.query = [];
        items.forEach((item) => searchModel.toggleSearchItem(item.id));
    }

    async matchCertain() {
        this.ui.block();
        let result = null;
        try {
            result = await this.orm.call("ar.matching.proposal", "action_match_certain");
        } finally {
            this.ui.unblock();
        }
        await this.action.doAction(result);
    }
}
