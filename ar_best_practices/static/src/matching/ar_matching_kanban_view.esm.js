/** Payments to match on a phone: cards with buttons, and the figures above. */
import {ArMatchingFigures} from "./ar_matching_figures.esm";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";
import {useMatchingFigures} from "./ar_matching_work.esm";

export class ArMatchingKanbanRenderer extends KanbanRenderer {
    static template = "ar_best_practices.MatchingKanbanRenderer";
    static components = {...KanbanRenderer.components, ArMatchingFigures};

    setup() {
        super.setup();
        this.figures = useMatchingFigures();
    }
}

registry.category("views").add("ar_matching_kanban", {
    ...kanbanView,
    Renderer: ArMatchingKanbanRenderer,
});
