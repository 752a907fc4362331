/** Payments to match, by the keyboard: the list with a cursor and figures above. */
import {onMounted, onWillRender, useEffect, useState, useSubEnv} from "@odoo/owl";
import {useMatchingFigures, useMatchingWork} from "./ar_matching_work.esm";
import {ArMatchingFigures} from "./ar_matching_figures.esm";
import {ArMatchingItems} from "./ar_matching_items.esm";
import {ListController} from "@web/views/list/list_controller";
import {ListRenderer} from "@web/views/list/list_renderer";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useBus} from "@web/core/utils/hooks";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {useSetupAction} from "@web/search/action_hook";

// What has its own use of keys.
const BUSY_WITH_KEYS = "button, a, input, select, textarea, [contenteditable]";

const KEYS = {
    arrowdown: (renderer) => renderer.work.move(1),
    arrowup: (renderer) => renderer.work.move(-1),
    enter: (renderer) => renderer.work.accept(),
    e: (renderer) => renderer.work.correct(),
    delete: (renderer) => renderer.work.refuse(),
    backspace: (renderer) => renderer.work.refuse(),
    u: (renderer) => renderer.work.undo(),
    space: (renderer) => renderer.work.toggle(),
    o: (renderer) => renderer.openCurrent(),
};

/** The keyboard belongs to the payments, not to the search, when the screen opens. */
export class ArMatchingListController extends ListController {
    static template = "ar_best_practices.MatchingListView";
}

export class ArMatchingListRenderer extends ListRenderer {
    static template = "ar_best_practices.MatchingListRenderer";
    static recordRowTemplate = "ar_best_practices.MatchingListRow";
    static components = {
        ...ListRenderer.components,
        ArMatchingFigures,
        ArMatchingItems,
    };

    setup() {
        super.setup();
        this.figures = useMatchingFigures();
        this.work = useMatchingWork(() => this.props.list, this.figures);
        this.help = useState({isShown: false});
        useSubEnv({matching: this.work});
        this.useKeys();
        this.useCursor();
        useSetupAction({
            beforeLeave: () => this.work.finish(),
            beforeUnload: (ev) => this.beforeUnload(ev),
        });
    }

    useKeys() {
        for (const [key, act] of Object.entries(KEYS)) {
            useHotkey(key, () => act(this), {
                allowRepeat: key.startsWith("arrow"),
                area: () => this.tableRef.el,
                isAvailable: (target) => !target.closest(BUSY_WITH_KEYS),
            });
        }
    }

    useCursor() {
        onWillRender(() => this.work.keepCursor());
        onMounted(() => this.focusRows());
        if (this.env.searchModel) {
            useBus(this.env.searchModel, "focus-view", () => this.focusRows());
        }
        useEffect(
            () => this.showCursor(),
            () => [this.work.state.cursor, this.work.state.opened]
        );
    }

    focusRows() {
        this.tableRef.el.focus({preventScroll: true});
    }

    showCursor() {
        const rows = this.tableRef.el.querySelectorAll(".o_ar_cursor");
        rows.forEach((row) => row.scrollIntoView({block: "nearest"}));
    }

    beforeUnload(ev) {
        if (this.work.waiting) {
            ev.preventDefault();
            ev.returnValue = "Unsaved changes";
        }
    }

    // Rows

    getRowId(record) {
        return `o_ar_matching_${record.resId}`;
    }

    get cursorRowId() {
        return this.work.current && this.getRowId(this.work.current);
    }

    isUnderCursor(record) {
        return record.resId === this.work.state.cursor;
    }

    isOpened(record) {
        return record.resId === this.work.state.opened;
    }

    getRowClass(record) {
        const cursor = this.isUnderCursor(record) ? "o_ar_cursor" : "";
        const busy = this.work.isBusy(record) ? "o_ar_busy" : "";
        return `${super.getRowClass(record)} ${cursor} ${busy}`;
    }

    openCurrent() {
        if (this.work.current) {
            this.props.openRecord(this.work.current);
        }
    }

    // A click points at the row and shows its items; a middle click opens it as ever.
    async onCellClicked(record, column, ev, newWindow) {
        if (newWindow || this.props.list.selection.length) {
            return super.onCellClicked(record, column, ev, newWindow);
        }
        this.work.pointAt(record);
        this.work.toggle(record);
        this.focusRows();
    }

    onCellKeydown(ev, group = null, record = null) {
        if (!record) {
            super.onCellKeydown(ev, group, record);
        }
    }

    onTableKeydown(ev) {
        if (ev.key === "?") {
            this.toggleHelp();
        }
    }

    toggleHelp() {
        this.help.isShown = !this.help.isShown;
    }
}

registry.category("views").add("ar_matching", {
    ...listView,
    Controller: ArMatchingListController,
    Renderer: ArMatchingListRenderer,
});
