/** The work on payments: keys and buttons one after the other, and none is lost. */
import {onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {Domain} from "@web/core/domain";
import {Mutex} from "@web/core/utils/concurrency";
import {_t} from "@web/core/l10n/translation";
import {rpc} from "@web/core/network/rpc";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

const MODEL = "ar.matching.proposal";
const PROPOSED = ["certain", "likely"];

/**
 * The figures above the payments, read again with the list.
 *
 * @returns {Object} those of `get_figures`, and `load`
 */
export function useMatchingFigures() {
    const orm = useService("orm");
    const figures = useState({});
    figures.load = async () =>
        Object.assign(figures, await orm.call(MODEL, "get_figures"));
    onWillStart(() => figures.load());
    onWillUpdateProps(() => {
        figures.load();
    });
    return figures;
}

/**
 * @param {Function} getList the list of payments that is shown
 * @param {Object} figures those of useMatchingFigures
 * @returns {MatchingWork}
 */
export function useMatchingWork(getList, figures) {
    const services = {
        orm: useService("orm"),
        action: useService("action"),
        notification: useService("notification"),
    };
    const state = useState({
        cursor: null,
        opened: null,
        opening: null,
        busy: new Set(),
        said: "",
    });
    return new MatchingWork({...services, getList, figures, state});
}

/**
 * A key acts on the row that was under the cursor when it was pressed: the cursor goes
 * on at once, the calls follow one by one, and a row goes once its call is done.
 */
export class MatchingWork {
    constructor(parts) {
        Object.assign(this, parts);
        this.mutex = new Mutex();
        this.waiting = 0;
        this.index = 0;
        this.accepted = [];
    }

    get records() {
        return this.getList().records;
    }

    get current() {
        return this.find(this.state.cursor);
    }

    find(resId) {
        return this.records.find((record) => record.resId === resId);
    }

    isBusy(record) {
        const {busy, opening} = this.state;
        return busy.has(record.resId) || opening === record.resId;
    }

    // Cursor

    /** Stay on the row, else on the one that took its place. */
    keepCursor() {
        const {records} = this;
        const index = records.findIndex((record) => record.resId === this.state.cursor);
        if (index >= 0) {
            this.index = index;
            return;
        }
        const free = (record) => !this.isBusy(record);
        const next = records.slice(this.index).find(free) || records.findLast(free);
        this.pointAt(next);
    }

    /** Leave a row that is being worked on. */
    moveOn() {
        this.state.cursor = null;
        this.keepCursor();
    }

    move(step) {
        this.keepCursor();
        const last = this.records.length - 1;
        this.pointAt(this.records[Math.min(Math.max(this.index + step, 0), last)]);
    }

    pointAt(record) {
        this.state.cursor = record ? record.resId : null;
        this.index = record ? this.records.indexOf(record) : this.index;
    }

    toggle(record = this.current) {
        if (record) {
            const isOpen = this.state.opened === record.resId;
            this.state.opened = isOpen ? null : record.resId;
        }
    }

    // What a key does

    /** Match a payment with what is proposed for it. */
    async accept(record = this.current) {
        if (!this.mayDecide(record)) {
            return;
        }
        const payment = toPayment(record);
        this.accepted.push(payment);
        let isMatched = false;
        try {
            await this.decide(payment, "action_match", async (answer) => {
                isMatched = answer === true;
                if (isMatched) {
                    this.say(_t("Matched: %s", payment.name));
                }
                await this.reread(payment.resId);
            });
        } finally {
            if (!isMatched) {
                this.forget(payment);
            }
        }
    }

    /** Say that these items are not what is paid. */
    async refuse(record = this.current) {
        if (!this.mayDecide(record)) {
            return;
        }
        const payment = toPayment(record);
        await this.decide(payment, "action_refuse", async (answer) => {
            if (answer === true) {
                this.say(_t("Refused: %s", payment.name));
            }
            await this.reload(); // what is free now may be proposed for others
        });
    }

    /** Let the person choose what is paid. */
    async correct(record = this.current) {
        if (record && this.figures.may_match && !this.isBusy(record)) {
            await this.perform(toPayment(record), "action_correct", () => {});
        }
    }

    /** Undo the last matching that was made from here. */
    async undo() {
        if (!this.figures.may_match) {
            return;
        }
        const payment = this.accepted.pop();
        if (!payment) {
            this.warn(_t("Nothing was matched from here yet."));
            return;
        }
        await this.perform(payment, "action_undo", async (answer) => {
            if (answer === true) {
                await this.reload();
                const isBack = (row) => row.data.move_id.id === payment.moveId;
                this.pointAt(this.records.find(isBack) || this.current);
                this.say(_t("Undone: the payment waits again."));
            }
        });
    }

    /** Wait until nothing is under way. */
    finish() {
        return this.mutex.getUnlockedDef();
    }

    // One after the other

    mayDecide(record) {
        if (!record || !this.figures.may_match || this.isBusy(record)) {
            return false;
        }
        const {state} = record.data;
        if (state === "unknown") {
            this.warn(
                _t("Nothing is proposed for this payment: press E to choose the items.")
            );
        }
        return PROPOSED.includes(state);
    }

    decide(payment, method, after) {
        const done = this.perform(payment, method, after);
        this.moveOn();
        return done;
    }

    /** Call a method in its turn, and open what it answers. */
    async perform(payment, method, after) {
        const {resId} = payment;
        await this.enqueue(resId, async () => {
            const answer = await this.call(method, payment);
            await after(answer);
            if (answer.type) {
                this.open(payment, answer); // Others need not wait for a dialog
            }
        });
    }

    /** Open a dialog; until it is there, keys do nothing to its row. */
    async open(payment, action) {
        const {resId} = payment;
        const onClose = () => this.enqueue(resId, () => this.lookAgain(payment));
        this.state.opening = resId;
        try {
            await this.action.doAction(action, {onClose});
        } finally {
            this.state.opening = null;
        }
    }

    enqueue(resId, job) {
        this.waiting++;
        this.state.busy.add(resId);
        return this.mutex.exec(async () => {
            try {
                return await job();
            } finally {
                this.waiting--;
                this.state.busy.delete(resId);
                this.keepCursor();
                await this.settle();
            }
        });
    }

    /** When nothing waits any more, read the figures again. */
    async settle() {
        if (!this.waiting) {
            await this.figures.load();
        }
    }

    /**
     * As a button does, so that an action comes with its views.
     *
     * @returns {Object|Boolean} an action to open or true; false when it is refused
     */
    async call(method, {resId, items}) {
        const args = [[resId]];
        const kwargs = {context: {...user.context, ar_seen_items: items}};
        const button = {model: MODEL, method, args, kwargs};
        try {
            const url = `/web/dataset/call_button/${MODEL}/${method}`;
            return (await rpc(url, button)) || true;
        } catch (error) {
            if (!String(error.exceptionName).startsWith("odoo.exceptions.")) {
                throw error;
            }
            this.notification.add(error.data.message, {type: "danger"});
            return false;
        }
    }

    // Reading again

    /** Read one row again; it goes when it does not belong to the list any more. */
    async reread(resId) {
        const list = this.getList();
        const mine = Domain.and([list.domain, [["id", "=", resId]]]);
        const belongs = await this.orm.searchCount(MODEL, mine.toList(list.context));
        const record = this.find(resId);
        if (record && belongs) {
            await record.load();
        } else if (record) {
            await list._removeRecords([record.id]);
            await this.fillUp(list);
        }
        list.model.notify();
    }

    reload() {
        return this.getList().load();
    }

    /** Show the next ones before the page is empty. */
    async fillUp(list) {
        const shown = list.records.length;
        const isShort = shown <= list.limit / 2 && list.offset + shown < list.count;
        if (!list.isGrouped && isShort) {
            await list.load();
        }
    }

    /** After a dialog: what was matched in it can be undone from here. */
    async lookAgain(payment) {
        const matched = [
            ["id", "=", payment.resId],
            ["state", "=", "matched"],
        ];
        if (await this.orm.searchCount(MODEL, matched)) {
            this.accepted.push(payment);
        }
        await this.reload();
    }

    forget(payment) {
        this.accepted = this.accepted.filter((one) => one !== payment);
    }

    // Words

    say(words) {
        this.state.said = words;
    }

    /** One warning at a time, however often a key is pressed. */
    warn(words) {
        this.closeWarning?.();
        this.closeWarning = this.notification.add(words, {type: "warning"});
    }
}

/** What is remembered of a row: the row itself is another one after each reading. */
function toPayment({resId, data}) {
    const name = data.text || data.partner_id.display_name || "";
    return {resId, moveId: data.move_id.id, name, items: data.items || ""};
}
