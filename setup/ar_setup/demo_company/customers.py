"""The customers: one line each, invented, with the behaviour each is to show."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from .catalogue import EARLY_TERM


class Customer(NamedTuple):
    """One customer; ``traits`` are words of the list below.

    noemail: no address at all · bare: no contact person · phone: the contact has a
    number · leftover: a contact who left (archived) · contact: invoices are addressed
    to the contact · usd: invoiced in dollars · export, eu: fiscal position ·
    branch, second: invoiced there as well · only_second: invoiced there alone ·
    insured: covered by the credit insurer · archived: no longer a customer.
    """

    name: str
    behaviour: str
    size: str = "M"
    term: str = "30"
    city: str = "Brest"
    traits: str = ""

    def has(self, trait: str) -> bool:
        """Tell whether the customer has this trait."""
        return trait in self.traits.split()

    @property
    def pays_early(self) -> bool:
        """Tell whether an early discount is offered."""
        return self.term == EARLY_TERM

    @property
    def slug(self) -> str:
        """Return the name as it is written in an internet address."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore")
        return re.sub(r"[^a-z0-9]+", "-", plain.decode().lower()).strip("-")[:40]


C = Customer
CUSTOMERS = (
    # good payers
    C("Quincaillerie Le Floch", "good", "M", "30", "Brest", "branch phone"),
    C("Menuiserie Kerbrat", "good", "M", "30fm", "Quimper"),
    C("Chantiers navals de l'Odet", "good", "L", "45fm", "Bénodet", "insured contact"),
    C("Peintures Armorique", "good", "M", "30", "Rennes", "second"),
    C("Électricité Guéguen", "good", "S", "30", "Morlaix", "bare"),
    C("Couverture Tanguy et Fils", "negligent", "S", "30", "Lannion", "noemail"),
    C("Granits du Trégor", "good", "M", "60", "Perros-Guirec"),
    C("Jardinerie des Abers", "distressed", "S", "30", "Lannilis", "phone"),
    C("Ateliers Rozenn", "good", "M", "2/10", "Vannes"),
    C("Conserverie Pen Lan", "good", "L", "30fm", "Douarnenez", "insured"),
    C("Maison Salaün", "good", "S", "0", "Landerneau", "bare"),
    C("Isolation Grand Ouest", "good", "L", "45fm", "Nantes", "leftover"),
    C("Charpentes de Cornouaille", "good", "M", "3x", "Quimperlé", "insured phone"),
    C("Carrelages Morvan", "good", "M", "30", "Lorient", "branch"),
    C("Piscines de l'Estuaire", "good", "M", "2/10", "Saint-Nazaire"),
    C("Holzhandel Nordlicht GmbH", "good", "M", "30", "Hamburg", "eu insured"),
    C("Harbor Supply Co.", "good", "M", "30", "Portland", "usd export"),
    # forgetful
    C("Serrurerie Lucas", "forgetful", "S", "30", "Saint-Brieuc", "phone"),
    C("Plomberie Le Gall", "forgetful", "S", "30", "Brest", "noemail"),
    C("Garage de la Rade", "forgetful", "S", "30fm", "Brest", "branch"),
    C("Brasserie des Monts d'Arrée", "professional", "M", "30", "Huelgoat"),
    C("Camping de la Baie d'Audierne", "selective", "S", "30", "Audierne", "bare"),
    C("Voilerie Kermorvan", "forgetful", "M", "2/10", "La Trinité-sur-Mer"),
    C("Menuiserie Le Bihan", "professional", "M", "45fm", "Pontivy"),
    C("Agencement Duval", "forgetful", "M", "30", "Rennes", "second"),
    C("Fermes du Léon", "negligent", "M", "60", "Saint-Pol-de-Léon", "phone"),
    C("Suministros Bahía S.L.", "forgetful", "S", "30", "Bilbao", "eu"),
    C("Dockside Traders Ltd", "forgetful", "M", "30fm", "Portsmouth", "export"),
    # negligent: within days of a reminder
    C("Maçonnerie Cariou", "negligent", "M", "30", "Quimper", "phone"),
    C("Hôtel de la Pointe", "negligent", "S", "30", "Crozon"),
    C("Transports Le Roux", "negligent", "M", "3x", "Carhaix"),
    C("Paysages d'Iroise", "negligent", "S", "30", "Brest", "noemail"),
    C("Ravalement de l'Ouest", "negligent", "M", "45fm", "Rennes", "branch"),
    C("Boulangerie Kerouanton", "negligent", "S", "0", "Landivisiau", "noemail"),
    C("Ostréiculture Madec", "negligent", "M", "30", "Cancale", "leftover"),
    C("Scierie de Brocéliande", "negligent", "M", "60", "Paimpont"),
    C("Cloisons et Plafonds 35", "negligent", "S", "30fm", "Vitré", "phone"),
    C("Rénovation Laurier inc.", "negligent", "M", "30", "Québec", "export"),
    # over-controlled: two payment runs a month, after a long approval
    C(
        "Groupe Hospitalier Privé Atlantis",
        "controlled",
        "L",
        "45fm",
        "Nantes",
        "contact",
    ),
    C("Coopérative Terre d'Ouest", "controlled", "L", "30fm", "Ploërmel", "insured"),
    C("Logis Bretons Habitat", "controlled", "M", "45fm", "Rennes", "contact phone"),
    C("Énergies Marines du Ponant", "controlled", "M", "60", "Brest", "second"),
    C("Ingénierie Vauban", "controlled", "M", "30fm", "Saint-Malo"),
    # strategic: strong buyers who price their delay
    C("Bricovaste France", "strategic", "L", "45fm", "Nantes", "insured contact phone"),
    C("Enseignes Réunies Distribution", "strategic", "L", "60", "Lille", "insured"),
    C("Constructions Hauteville", "strategic", "L", "60", "Paris", "contact phone"),
    C("Navalia Industries", "strategic", "L", "60", "Saint-Nazaire", "insured"),
    # selective: small ones at once, large ones when somebody insists
    C("Promotion Belle-Rive", "selective", "M", "30", "La Baule", "phone"),
    C("Rénov'Habitat 29", "selective", "M", "30", "Brest", "branch"),
    C("Événements Cap Ouest", "selective", "S", "30", "Vannes"),
    C("Northgate Marine LLC", "selective", "M", "60", "Portland", "usd export"),
    # professional late payers
    C("Bâtisseurs Réunis", "professional", "M", "30", "Rennes", "phone"),
    C("Façades Express", "professional", "S", "30fm", "Le Mans"),
    C("Négoce Delmas", "professional", "M", "45fm", "Bordeaux", "noemail"),
    # distressed: later every month, cheques returned
    C("Meubles Kerdilès", "distressed", "M", "3x", "Guingamp", "phone"),
    C("Imprimerie du Bocage", "distressed", "S", "30fm", "Fougères"),
    C("Toitures Sévellec", "distressed", "M", "3x", "Concarneau", "branch"),
    C("Travaux Publics Jaouen", "distressed", "M", "30", "Loudéac", "insured"),
    # insolvent: stopped paying
    C("Textiles de la Vilaine", "insolvent", "M", "30", "Redon"),
    C("Nautisme Évasion", "insolvent", "S", "60", "Arzon", "phone"),
    # disputes: invented and genuine
    C("Décors et Volumes", "inventor", "M", "30", "Angers", "phone"),
    C("Comptoir des Bricoleurs", "inventor", "M", "30", "Tours"),
    C("Laboratoires Algane", "genuine", "M", "30fm", "Roscoff", "contact"),
    C("Maisons Nolwenn", "genuine", "L", "30", "Auray", "phone"),
    # public bodies
    C("Mairie de Kerguen-les-Bains", "public", "M", "30", "Kerguen-les-Bains"),
    C("Centre hospitalier de la Rade", "public", "L", "30", "Brest", "contact phone"),
    C("Communauté de communes du Haut-Aulne", "public", "M", "30", "Châteauneuf", ""),
    C("Collège des Sept-Îles", "public", "S", "30", "Perros-Guirec", "contact"),
    C("Port départemental de Roz-Meur", "public", "M", "30", "Douarnenez", "second"),
    C("Syndicat des eaux de l'Aber", "public", "S", "30", "Lannilis", "noemail"),
    # new customers
    C("Éco-Bâti Kerné", "new", "M", "30", "Quimper"),
    C("Atelier Vélo Kerfany", "new", "S", "30", "Riec-sur-Bélon", "bare"),
    C("Hangars Modernes", "new", "M", "30+70", "Ploërmel", "phone"),
    C("Toits de Bretagne Sud", "new", "S", "30", "Auray"),
    C("Domotique Breizh", "new", "S", "30", "Rennes", "phone"),
    # nothing due
    C("Criée de Saint-Gwénolé", "idle", "M", "30", "Penmarch"),
    C("Poterie du Golfe", "idle", "S", "30", "Vannes", "noemail"),
    C("Matériaux Laflamme ltée", "idle", "M", "30", "Québec", "usd export"),
    # in credit, prepaying, gone
    C("Vergers de la Rance", "credit", "M", "30", "Dinan"),
    C("Surgelés Glénan", "credit", "M", "30fm", "Concarneau", "phone"),
    C("Loisirs Nautiques Morgat", "prepaid", "M", "0", "Crozon"),
    C("Fonderie Arvor", "gone", "S", "30", "Hennebont", "archived noemail"),
    # the second company's own
    C("Cuisines Ar Mor", "good", "M", "30", "Lorient", "only_second"),
    C("Agencements Bozec", "forgetful", "M", "30fm", "Quimper", "only_second"),
    C("Résidences Coat-Méal", "negligent", "M", "30", "Brest", "only_second phone"),
    C("Bateaux d'Exception", "strategic", "L", "45fm", "Lorient", "only_second"),
    C("Restaurants du Port", "distressed", "S", "30", "Vannes", "only_second"),
    C("Lycée maritime d'Étel", "public", "S", "30", "Étel", "only_second contact"),
)
BY_NAME = {customer.name: customer for customer in CUSTOMERS}

# city: (postal code, start of its telephone numbers, country); fiction numbers only
WEST, NORTH, EAST, SOUTH = "02 61 91", "01 99 00", "03 53 01", "05 36 49"
CITIES = {
    "Angers": ("49000", WEST, "FR"),
    "Arzon": ("56640", WEST, "FR"),
    "Audierne": ("29770", WEST, "FR"),
    "Auray": ("56400", WEST, "FR"),
    "Bénodet": ("29950", WEST, "FR"),
    "Bilbao": ("48001", "", "ES"),
    "Bordeaux": ("33000", SOUTH, "FR"),
    "Brest": ("29200", WEST, "FR"),
    "Cancale": ("35260", WEST, "FR"),
    "Carhaix": ("29270", WEST, "FR"),
    "Châteauneuf": ("29520", WEST, "FR"),
    "Concarneau": ("29900", WEST, "FR"),
    "Crozon": ("29160", WEST, "FR"),
    "Dinan": ("22100", WEST, "FR"),
    "Douarnenez": ("29100", WEST, "FR"),
    "Étel": ("56410", WEST, "FR"),
    "Fougères": ("35300", WEST, "FR"),
    "Guingamp": ("22200", WEST, "FR"),
    "Hamburg": ("20457", "+49 40 66969", "DE"),
    "Hennebont": ("56700", WEST, "FR"),
    "Huelgoat": ("29690", WEST, "FR"),
    "Kerguen-les-Bains": ("29890", WEST, "FR"),
    "La Baule": ("44500", WEST, "FR"),
    "La Trinité-sur-Mer": ("56470", WEST, "FR"),
    "Landerneau": ("29800", WEST, "FR"),
    "Landivisiau": ("29400", WEST, "FR"),
    "Lannilis": ("29870", WEST, "FR"),
    "Lannion": ("22300", WEST, "FR"),
    "Le Mans": ("72000", WEST, "FR"),
    "Lille": ("59000", EAST, "FR"),
    "Lorient": ("56100", WEST, "FR"),
    "Loudéac": ("22600", WEST, "FR"),
    "Morlaix": ("29600", WEST, "FR"),
    "Nantes": ("44000", WEST, "FR"),
    "Paimpont": ("35380", WEST, "FR"),
    "Paris": ("75010", NORTH, "FR"),
    "Penmarch": ("29760", WEST, "FR"),
    "Perros-Guirec": ("22700", WEST, "FR"),
    "Ploërmel": ("56800", WEST, "FR"),
    "Pontivy": ("56300", WEST, "FR"),
    "Portland": ("04101", "+1 207 555 01", "US"),
    "Portsmouth": ("PO1 3AX", "", "GB"),
    "Québec": ("G1K 3G5", "+1 418 555 01", "CA"),
    "Quimper": ("29000", WEST, "FR"),
    "Quimperlé": ("29300", WEST, "FR"),
    "Redon": ("35600", WEST, "FR"),
    "Rennes": ("35000", WEST, "FR"),
    "Riec-sur-Bélon": ("29340", WEST, "FR"),
    "Roscoff": ("29680", WEST, "FR"),
    "Saint-Brieuc": ("22000", WEST, "FR"),
    "Saint-Malo": ("35400", WEST, "FR"),
    "Saint-Nazaire": ("44600", WEST, "FR"),
    "Saint-Pol-de-Léon": ("29250", WEST, "FR"),
    "Tours": ("37000", WEST, "FR"),
    "Vannes": ("56000", WEST, "FR"),
    "Vitré": ("35500", WEST, "FR"),
}
LANGUAGES = {"DE": "de_DE", "ES": "es_ES", "GB": "en_US", "US": "en_US"}
STREETS = (
    "rue du Port",
    "quai de la Douane",
    "avenue de la Gare",
    "rue des Artisans",
    "zone de Kergaradec",
    "boulevard de l'Océan",
    "rue Anatole-Le-Braz",
    "place du Marché",
    "route de la Corniche",
    "rue des Charpentiers",
)
ABROAD = {"DE": "Hafenstraße", "ES": "Calle del Puerto", "GB": "Quay Street"}
ABROAD |= {"US": "Wharf Street", "CA": "rue du Quai"}
GIVEN_NAMES = ("Claire", "Yann", "Maëlle", "Erwan", "Sandrine", "Loïc", "Awen", "Marc")
FAMILY_NAMES = (
    "Le Dantec",
    "Prigent",
    "Caradec",
    "Rolland",
    "Quéré",
    "Hamon",
    "Bothorel",
)
