"""The words of a decision: which rule found the items, and what is to be looked at."""

from odoo import models

from ..tools.matching import Match


class ArMatchingWords(models.AbstractModel):
    _name = "ar.matching.words"
    _description = "Words of matching decisions"

    def _say_why(self, rule, match: Match | None, doubt: str) -> str:
        """Say which rule found the items and what is to be looked at."""
        rules, doubts = self._get_rule_words(), self._get_doubt_words()
        if not match:
            return self.env._("nothing open fits")
        if doubt == "refused":
            return doubts[doubt]
        words = [rules[rule.code]] if match.parts else []
        if match.discounts and not doubt:
            words.append(self.env._("early payment discount taken in time"))
        if match.missing:
            words.append(self.env._("small difference within the tolerance"))
        if doubt:
            words.append(doubts.get(doubt, doubt))
        return ", ".join(words)

    def _say_doubt(self, code: str) -> str:
        """Say one doubt in the language of the company, as decisions do."""
        # sudo: for whoever works in a branch only
        lang = self.company_id.sudo().partner_id.lang
        return self.with_context(lang=lang)._get_doubt_words()[code]

    def _get_rule_words(self) -> dict[str, str]:
        env = self.env
        return {
            "payment": env._("payment already registered"),
            "remittance": env._("listed in the remittance advice"),
            "number": env._("number in the reference"),
            "order": env._("order number in the reference"),
            "typo": env._("number in the reference with one wrong character"),
            "commitment": env._("promise of this amount"),
            "amount": env._("the only item of this amount"),
            "discount": env._("the only item of this amount less its discount"),
            "balance": env._("the whole balance"),
            "sum": env._("the only items that make this sum"),
            "difference": env._("the only item near this amount"),
            "exchange": env._("number of an item in another currency"),
            "family": env._("items of a sister company"),
        }

    def _get_doubt_words(self) -> dict[str, str]:
        env = self.env
        return {
            "payer": env._("who paid is only typed, no bank account says it"),
            "learned": env._("who paid is known by these words only"),
            "other_payer": env._("the items are another customer's"),
            "sister": env._("the items are those of a company of the same group"),
            "several_payers": env._("the items are those of several customers"),
            "alike": env._("another item has this amount and nearly this number"),
            "typo": env._("nobody knows who paid"),
            "part": env._("part of what is named"),
            "too_much": env._("more than what is named"),
            "not_all": env._("not all that is named"),
            "late_discount": env._("discount taken after its last day"),
            "several_items": env._("several items have this amount"),
            "several_sets": env._("several sets of items make this sum"),
            "too_many": env._("too many items to be sure of a sum"),
            "chance": env._("chance may make this sum"),
            "other_number": env._("the reference names something that is not open"),
            "paid": env._("the reference names what is paid already"),
            "repeated": env._("the same amount came lately"),
            "no_number": env._("no number in the reference"),
            "unknown_number": env._("the list names something that is not open"),
            "sum_differs": env._("the list adds up to another amount"),
            "credit_differs": env._("what is named adds up to another amount"),
            "listed_twice": env._("the list names the same item twice"),
            "used": env._("proposed with another payment, as a credit"),
            "undone": env._("matched before, and undone"),
            "refused": env._("refused once"),
        }
