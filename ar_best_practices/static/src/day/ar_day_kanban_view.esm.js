/** My day: the cards, with the figures of the portfolio above. */
import {ArDayFigures} from "./ar_day_figures.esm";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";

export class ArDayKanbanRenderer extends KanbanRenderer {
    static template = "ar_best_practices.DayKanbanRenderer";
    static components = {...KanbanRenderer.components, ArDayFigures};
}

registry.category("views").add("ar_day", {
    ...kanbanView,
    Renderer: ArDayKanbanRenderer,
});
