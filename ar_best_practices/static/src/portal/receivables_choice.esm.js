/** The total of the items that a customer chooses, as they are chosen. */
import {Interaction} from "@web/public/interaction";
import {getCurrency} from "@web/core/currency";
import {nbsp} from "@web/core/utils/strings";
import {pyToJsLocale} from "@web/core/l10n/utils";
import {registry} from "@web/core/registry";

export class ReceivablesChoice extends Interaction {
    static selector = ".o_ar_receivables_choice";
    dynamicContent = {
        "input[name='items']": {"t-on-change": this.proposeAmount},
        "input[name='amount']": {"t-on-input": this.keepAmount},
        ".o_ar_total": {"t-out": () => this.formatTotal()},
        "button[name='pay']": {"t-att-disabled": () => !this.mayPay()},
        "button[name='promise']": {"t-att-disabled": () => !this.chosen.length},
    };

    setup() {
        this.isTyped = false;
    }

    get chosen() {
        return [...this.el.querySelectorAll("input[name='items']:checked")];
    }

    get total() {
        return this.chosen.reduce((sum, item) => sum + Number(item.dataset.amount), 0);
    }

    mayPay() {
        return this.chosen.length && this.chosen.every((item) => item.dataset.payable);
    }

    /** Pages of the portal know their language, Odoo's own formats there do not. */
    formatTotal() {
        const {currencyId, lang} = this.el.dataset;
        const {symbol, position, digits} = getCurrency(Number(currencyId));
        const number = this.total.toLocaleString(pyToJsLocale(lang), {
            minimumFractionDigits: digits[1],
            maximumFractionDigits: digits[1],
        });
        const parts = position === "after" ? [number, symbol] : [symbol, number];
        return parts.join(nbsp);
    }

    /** What is promised is what is chosen, until the customer types another amount. */
    proposeAmount() {
        if (!this.isTyped) {
            const amount = this.el.querySelector("input[name='amount']");
            amount.value = Number(this.total.toFixed(6));
        }
    }

    keepAmount() {
        this.isTyped = true;
    }
}

registry
    .category("public.interactions")
    .add("ar_best_practices.receivables_choice", ReceivablesChoice);
