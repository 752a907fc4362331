/** At the end of a row: accept, correct, refuse, with the mouse. */
import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

export class ArMatchingButtons extends Component {
    static template = "ar_best_practices.MatchingButtons";
    static props = {...standardWidgetProps};

    get work() {
        return this.env.matching;
    }

    get state() {
        return this.props.record.data.state;
    }

    get isProposed() {
        return ["certain", "likely"].includes(this.state);
    }

    get waits() {
        return this.isProposed || this.state === "unknown";
    }
}

export const arMatchingButtons = {
    component: ArMatchingButtons,
    fieldDependencies: [{name: "state", type: "selection"}],
};

registry.category("view_widgets").add("ar_matching_buttons", arMatchingButtons);
