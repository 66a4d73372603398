"""The catalogue and the places of Harbour & Pine: what is sold, by whom it is made, and where it is sold."""

from dataclasses import dataclass
from functools import cache

SHOP = "Harbour & Pine"
SEED = 1
DAYS = 730
CUSTOMER_PREFIX = "HP-"

# The range that GS1 keeps for numbers inside one company, so that no code is somebody else's product.
GTIN_PREFIX = "2001"


@dataclass(frozen=True, slots=True)
class Product:
    """One product as the plan knows it. pace: lines a day in the whole shop when every factor is 1. Money in pence."""

    sku: str
    name: str
    kind: str
    category: str
    brand: str
    tier: str
    price: int
    cost: int
    pace: float
    gtin: str
    tags: tuple[str, ...] = ()
    tracked: bool = True
    oversell: bool = False

    @property
    def vendor(self) -> str:
        """Who supplies it."""
        return VENDORS[self.brand]


@dataclass(frozen=True, slots=True)
class Place:
    """A place where orders are made. location is None where goods leave from the default location."""

    code: str
    name: str
    channel: str
    location: str | None
    region: str | None
    latitude: float | None
    longitude: float | None
    shares: dict[str, float]
    weekdays: tuple[float, ...]
    hours: tuple[float, ...]
    sizes: tuple[float, ...]
    known: float


VENDORS = {
    "Harbour Roast": "Harbour Roasters",
    "Bramble & Birch": "Birchfield Drinks",
    "Northlight": "Coldwater Supply",
    "Saltmarsh": "Saltmarsh Foods",
    "Rye Lane": "Rye Lane Bakers",
    "Kelpie": "Kelpie Apothecary",
    "Pine & Salt": "Pine & Salt Studio",
    "Tideline": "Tideline Botanics",
}

# sku, name, kind, category, brand, tier, price, cost, pace
_ROWS: tuple[tuple[str, str, str, str, str, str, int, int, float], ...] = (
    ("COF-FLAT-WHITE", "Flat white", "hot", "Drinks/Hot", "Harbour Roast", "core", 340, 92, 16.0),
    ("COF-AMERICANO", "Americano", "hot", "Drinks/Hot", "Harbour Roast", "core", 290, 64, 10.0),
    ("COF-LATTE", "Latte", "hot", "Drinks/Hot", "Harbour Roast", "core", 360, 98, 14.0),
    ("COF-CAPPUCCINO", "Cappuccino", "hot", "Drinks/Hot", "Harbour Roast", "core", 350, 95, 10.0),
    ("COF-FILTER", "Filter coffee", "hot", "Drinks/Hot", "Harbour Roast", "value", 260, 48, 8.0),
    ("COF-MOCHA", "Mocha", "hot", "Drinks/Hot", "Harbour Roast", "premium", 390, 118, 5.0),
    ("TEA-BREAKFAST", "Breakfast tea", "hot", "Drinks/Hot", "Harbour Roast", "value", 240, 32, 11.0),
    ("TEA-MINT-POT", "Fresh mint tea", "hot", "Drinks/Hot", "Harbour Roast", "core", 280, 46, 4.0),
    ("CHOC-HOT", "Hot chocolate", "hot", "Drinks/Hot", "Harbour Roast", "premium", 380, 112, 6.0),
    ("TEA-CHAI", "Chai latte", "hot", "Drinks/Hot", "Harbour Roast", "core", 370, 104, 4.0),
    ("OAT-COLD-500", "Oat cold brew 500 ml", "cold", "Drinks/Cold", "Harbour Roast", "premium", 540, 215, 12.0),
    ("ELDER-TONIC-330", "Elderflower tonic 330 ml", "cold", "Drinks/Cold", "Bramble & Birch", "core", 280, 105, 6.0),
    ("GINGER-SHOT-60", "Ginger shot 60 ml", "cold", "Drinks/Cold", "Bramble & Birch", "core", 260, 98, 5.0),
    ("WATER-STILL-500", "Still water 500 ml", "cold", "Drinks/Cold", "Northlight", "value", 140, 38, 9.0),
    ("WATER-SPARK-500", "Sparkling water 500 ml", "cold", "Drinks/Cold", "Northlight", "value", 160, 42, 7.0),
    ("KOMB-HIBISCUS-330", "Kombucha, hibiscus 330 ml", "cold", "Drinks/Cold", "Northlight", "premium", 390, 160, 4.0),
    ("TEA-ICED-330", "Iced tea 330 ml", "cold", "Drinks/Cold", "Bramble & Birch", "core", 240, 86, 8.0),
    ("KOMB-GINGER-330", "Kombucha, ginger 330 ml", "cold", "Drinks/Cold", "Northlight", "premium", 390, 160, 3.5),
    ("JUICE-APPLE-250", "Apple & sage juice 250 ml", "cold", "Drinks/Cold", "Bramble & Birch", "core", 320, 124, 5.0),
    ("JUICE-RHUBARB-250", "Rhubarb juice 250 ml", "cold", "Drinks/Cold", "Bramble & Birch", "core", 340, 132, 3.0),
    ("LEMONADE-330", "Cloudy lemonade 330 ml", "cold", "Drinks/Cold", "Bramble & Birch", "core", 290, 96, 6.0),
    ("GINGER-BEER-330", "Ginger beer 330 ml", "cold", "Drinks/Cold", "Northlight", "core", 300, 101, 4.0),
    ("COLA-HOUSE-330", "House cola 330 ml", "cold", "Drinks/Cold", "Northlight", "value", 250, 74, 5.0),
    ("COLD-BREW-250", "Cold brew 250 ml", "cold", "Drinks/Cold", "Harbour Roast", "core", 360, 138, 4.0),
    ("SPRITZ-YUZU-330", "Yuzu spritz 330 ml", "cold", "Drinks/Cold", "Bramble & Birch", "premium", 380, 142, 7.0),
    ("SHAKE-OAT-300", "Oat shake 300 ml", "cold", "Drinks/Cold", "Northlight", "premium", 420, 171, 3.0),
    ("ALMOND-SALT-80", "Sea-salt almonds 80 g", "snack", "Snacks/Nuts", "Saltmarsh", "core", 340, 146, 9.0),
    ("NUTS-SMOKED-80", "Smoked nuts 80 g", "snack", "Snacks/Nuts", "Saltmarsh", "core", 380, 168, 5.0),
    ("CASHEW-CHILLI-80", "Chilli cashews 80 g", "snack", "Snacks/Nuts", "Saltmarsh", "premium", 390, 182, 4.0),
    ("CRACKER-RYE-150", "Rye crackers 150 g", "snack", "Snacks/Crackers", "Rye Lane", "core", 350, 131, 4.5),
    ("CRACKER-SEED-150", "Seeded crackers 150 g", "snack", "Snacks/Crackers", "Rye Lane", "core", 370, 140, 3.5),
    ("BAR-OAT-DATE-45", "Oat & date bar 45 g", "snack", "Snacks/Bars", "Rye Lane", "value", 220, 78, 9.0),
    ("BAR-PEANUT-45", "Peanut bar 45 g", "snack", "Snacks/Bars", "Rye Lane", "value", 230, 84, 7.0),
    ("CHOC-DARK-90", "Dark chocolate, 72% 90 g", "snack", "Snacks/Chocolate", "Saltmarsh", "premium", 450, 205, 5.0),
    ("CHOC-MILK-90", "Milk chocolate 90 g", "snack", "Snacks/Chocolate", "Saltmarsh", "core", 430, 196, 5.0),
    ("FUDGE-SALT-120", "Salted fudge 120 g", "snack", "Snacks/Chocolate", "Saltmarsh", "core", 480, 190, 3.5),
    ("SHORTBREAD-150", "Shortbread 150 g", "snack", "Snacks/Crackers", "Rye Lane", "core", 420, 152, 4.0),
    ("CRISPS-SEAWEED-40", "Seaweed crisps 40 g", "snack", "Snacks/Crisps", "Saltmarsh", "core", 290, 108, 5.0),
    ("CRISPS-SALT-40", "Sea-salt crisps 40 g", "snack", "Snacks/Crisps", "Saltmarsh", "value", 180, 61, 8.0),
    ("POPCORN-70", "Sweet & salty popcorn 70 g", "snack", "Snacks/Crisps", "Saltmarsh", "value", 240, 76, 4.0),
    ("FLAPJACK-70", "Flapjack 70 g", "snack", "Snacks/Bars", "Rye Lane", "core", 260, 88, 6.0),
    ("TEA-MINT-20", "Mint tea, 20 bags 40 g", "snack", "Snacks/Pantry", "Harbour Roast", "core", 520, 196, 2.5),
    ("BEANS-HARBOUR-250", "Harbour blend 250 g", "snack", "Snacks/Pantry", "Harbour Roast", "premium", 950, 460, 3.5),
    ("DATES-150", "Medjool dates 150 g", "snack", "Snacks/Pantry", "Saltmarsh", "core", 330, 148, 2.5),
    ("BALM-HAND-50", "Pine & salt hand balm 50 ml", "skin", "Skincare/Hands", "Pine & Salt", "core", 1200, 385, 4.5),
    ("CREAM-HAND-75", "Hand cream, tin 75 ml", "skin", "Skincare/Hands", "Pine & Salt", "core", 950, 310, 3.0),
    ("CLEANSER-KELP-100", "Kelp face cleanser 100 ml", "skin", "Skincare/Face", "Kelpie", "core", 1900, 610, 4.0),
    ("OIL-BUCKTHORN-30", "Sea-buckthorn face oil 30 ml", "skin", "Skincare/Face", "Kelpie", "premium", 2600, 880, 2.0),
    ("SERUM-KELP-30", "Kelp serum 30 ml", "skin", "Skincare/Face", "Kelpie", "premium", 3200, 1040, 2.0),
    ("CREAM-NIGHT-50", "Night cream 50 ml", "skin", "Skincare/Face", "Kelpie", "premium", 2800, 930, 1.8),
    ("CREAM-DAY-50", "Day cream 50 ml", "skin", "Skincare/Face", "Kelpie", "premium", 2400, 800, 2.2),
    ("LIPBALM-PLAIN-8", "Lip balm, unscented 8 g", "skin", "Skincare/Lips", "Tideline", "value", 420, 120, 4.0),
    ("LIPBALM-MINT-8", "Lip balm, mint 8 g", "skin", "Skincare/Lips", "Tideline", "value", 420, 122, 3.5),
    ("SOAP-BERGAMOT-110", "Bergamot soap bar 110 g", "skin", "Skincare/Soap", "Pine & Salt", "value", 600, 180, 4.0),
    ("SOAP-CEDAR-110", "Cedar soap bar 110 g", "skin", "Skincare/Soap", "Pine & Salt", "value", 600, 180, 3.0),
    ("SOAP-OAT-110", "Oat soap bar 110 g", "skin", "Skincare/Soap", "Tideline", "value", 550, 165, 3.0),
    ("SCRUB-SALT-200", "Sea-salt scrub 200 g", "skin", "Skincare/Body", "Tideline", "core", 1600, 520, 1.8),
    ("MASK-CLAY-75", "Clay mask 75 ml", "skin", "Skincare/Face", "Tideline", "core", 1500, 480, 1.6),
    ("LOTION-BODY-250", "Body lotion 250 ml", "skin", "Skincare/Body", "Tideline", "core", 1400, 430, 2.0),
    ("MIST-FACE-100", "Face mist 100 ml", "skin", "Skincare/Face", "Kelpie", "core", 1100, 330, 1.6),
    ("SUN-30-100", "Sun cream, factor 30 100 ml", "sun", "Skincare/Body", "Tideline", "core", 1800, 590, 2.5),
    ("GIFTBOX-WINTER", "Winter gift box", "gift", "Skincare/Gifts", "Pine & Salt", "premium", 3800, 1620, 7.0),
)

_STORE_SIZES = (0.44, 0.29, 0.16, 0.07, 0.04)
_STATION_SIZES = (0.53, 0.29, 0.12, 0.04, 0.02)
_ONLINE_SIZES = (0.30, 0.26, 0.22, 0.14, 0.08)

_QUAY = (0, 0, 0, 0, 0, 0, 0, 0, 3, 5, 8, 10, 12, 12, 13, 12, 10, 8, 5, 2, 0, 0, 0, 0)
_TOWN = (0, 0, 0, 0, 0, 0, 0, 0, 4, 7, 9, 11, 15, 14, 10, 9, 8, 7, 5, 1, 0, 0, 0, 0)
_RAIL = (0, 0, 0, 0, 0, 1, 7, 14, 15, 8, 5, 5, 7, 6, 5, 5, 8, 12, 9, 4, 2, 1, 0, 0)
_WEB = (2, 1, 0.5, 0.5, 0.5, 1, 2, 4, 5, 5, 5, 5, 6, 5, 5, 5, 5, 6, 7, 9, 11, 10, 7, 4)

_HIGH_STREET = (0.86, 0.86, 0.92, 0.98, 1.12, 1.34, 0.92)
_COMMUTE = (1.15, 1.16, 1.15, 1.14, 1.12, 0.72, 0.56)
_EVENINGS = (1.08, 1.02, 0.98, 0.95, 0.92, 0.95, 1.10)

PLACES: tuple[Place, ...] = (
    Place("quayside", "Quayside", "store", "quayside", "GB-BST", 51.4497, -2.5983,
          {"hot": 0.34, "cold": 0.34, "snack": 0.24, "skin": 0.24, "sun": 0.34, "gift": 0.24},
          _HIGH_STREET, _QUAY, _STORE_SIZES, 0.30),
    Place("old-town", "Old Town", "store", "old-town", "GB-EDH", 55.9486, -3.1899,
          {"hot": 0.28, "cold": 0.22, "snack": 0.22, "skin": 0.24, "sun": 0.14, "gift": 0.26},
          _HIGH_STREET, _TOWN, _STORE_SIZES, 0.34),
    Place("station", "Station", "store", "station", "GB-YOR", 53.9580, -1.0930,
          {"hot": 0.38, "cold": 0.26, "snack": 0.26, "skin": 0.08, "sun": 0.06, "gift": 0.06},
          _COMMUTE, _RAIL, _STATION_SIZES, 0.18),
    Place("online", "Online shop", "online", None, None, None, None,
          {"hot": 0.0, "cold": 0.08, "snack": 0.16, "skin": 0.30, "sun": 0.32, "gift": 0.32},
          _EVENINGS, _WEB, _ONLINE_SIZES, 1.0),
    Place("marketplace", "Marketplace", "marketplace", None, None, None, None,
          {"hot": 0.0, "cold": 0.10, "snack": 0.12, "skin": 0.14, "sun": 0.14, "gift": 0.12},
          _EVENINGS, _WEB, _ONLINE_SIZES, 0.6),
)  # fmt: skip

# Where parcels go: region and its share of the orders that are sent.
DESTINATIONS: tuple[tuple[str, float], ...] = (
    ("GB-LND", 0.26), ("GB-MAN", 0.12), ("GB-BIR", 0.10), ("GB-EDH", 0.10), ("GB-BST", 0.09), ("GB-GLG", 0.08),
    ("GB-LDS", 0.08), ("GB-CRF", 0.06), ("GB-BNH", 0.06), ("GB-BFS", 0.05),
)  # fmt: skip

# The default location: goods for the online shop and the marketplace leave from it.
WAREHOUSE = "main"


def check_digit(digits: str) -> str:
    """The GTIN check digit of the digits before it (GS1 General Specifications, 7.9: weights 3, 1 from the right)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


@cache
def products() -> tuple[Product, ...]:
    """Every product in the order in which the shop took it up; position and GTIN never change."""
    made = []
    for number, row in enumerate(_ROWS, start=1):
        body = f"{GTIN_PREFIX}{number * 37:08d}"
        made.append(
            Product(
                *row,
                gtin=body + check_digit(body),
                tags=("made to order",) if row[2] == "hot" else (),
                tracked=row[2] != "hot",
                oversell=row[2] == "gift",
            )
        )
    return tuple(made)


def place(code: str) -> Place:
    """The place of this code. Raises KeyError where there is none."""
    return {each.code: each for each in PLACES}[code]
