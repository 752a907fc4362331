"""What the distributor sells and on what terms: tables."""

from __future__ import annotations

# (name, price without tax in euros), cheapest first
PRODUCTS = (
    ("Visserie inox assortie, la boîte", 24.90),
    ("Cordage polyester 12 mm, 50 m", 68.00),
    ("Peinture glycéro façade 15 L", 96.50),
    ("Panneau OSB 18 mm", 31.20),
    ("Antifouling semi-érodable 5 L", 142.00),
    ("Résine époxy, kit 6 kg", 118.00),
    ("Isolant fibre de bois, la palette", 486.00),
    ("Tuile ardoise, la palette", 742.00),
    ("Pompe de relevage 2,2 kW", 1290.00),
    ("Groupe électrogène 8 kVA", 3450.00),
    ("Chariot élévateur d'occasion", 9800.00),
)

# lines: (percent, days, kind of delay)
AFTER, MONTH_END = "days_after", "days_end_of_month_on_the"
TERMS = {
    "0": ("Comptant", [(100, 0, AFTER)]),
    "30": ("30 jours", [(100, 30, AFTER)]),
    "30fm": ("30 jours fin de mois", [(100, 30, MONTH_END)]),
    "45fm": ("45 jours fin de mois", [(100, 45, MONTH_END)]),
    "60": ("60 jours nets", [(100, 60, AFTER)]),
    "3x": (
        "30/60/90 jours",
        [(33.34, 30, AFTER), (33.33, 60, AFTER), (33.33, 90, AFTER)],
    ),
    "30+70": ("30 % comptant, solde à 60 jours", [(30, 0, AFTER), (70, 60, AFTER)]),
    "2/10": ("2 % à 10 jours, 30 jours nets", [(100, 30, AFTER)]),
}
EARLY_TERM = "2/10"

# size of a customer: invoices a month, lowest and highest amount of one, without tax
SIZES = {
    "S": (0.62, 260, 1_900),
    "M": (0.65, 1_300, 6_800),
    "L": (1.2, 6_500, 25_000),
}
SEASON = {1: 0.9, 6: 1.1, 8: 0.6, 9: 1.15, 12: 1.2}
