/** What is at stake today, and whether the work is where the priority is. */
import {Component, onWillStart, onWillUpdateProps} from "@odoo/owl";
import {formatMeasure} from "../fields/ar_measure_field.esm";
import {useService} from "@web/core/utils/hooks";

export class ArDayFigures extends Component {
    static template = "ar_best_practices.DayFigures";
    static props = {};

    setup() {
        this.orm = useService("orm");
        onWillStart(() => this.load());
        onWillUpdateProps(() => this.load());
    }

    async load() {
        this.figures = await this.orm.call("ar.collector.report", "get_day_figures");
    }

    /**
     * @param {Number|null} value a share, null without data
     * @returns {String}
     */
    share(value) {
        return formatMeasure(value, {percent: true});
    }
}
