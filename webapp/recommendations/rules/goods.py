"""English words for goods, and for what a shop says of any goods: with them a product that nobody sells is told by its name.

A word of the first list is refused where no product, category or fact of the brief has it (`strangers.py`); the others stand
for goods without naming any.
"""

from webapp.recommendations.rules.common_words import word_set

# What a plain word of advice may mean as a thing for sale. Words that are verbs of advice as well (book, bar, roll, brew) count
# behind an adjective or a noun alone.
GOODS = word_set(
    """
    ale apple apron bacon bagel balm banana bean beef beer berry biscuit bread brownie bun burger butter cake candle candy
    caramel cereal chai cheese chocolate cider cinnamon cloth clothing clove coat cocoa coconut coffee cookie cotton cream
    croissant dessert egg espresso fish fleece flour flower fries fruit ginger glove granola grape ham herb honey jacket jam
    jelly juice latte leather lemon lemonade lime lolly meat milk mint mocha muffin mustard napkin nut oat oil orange parasol
    pasta pastry peach pear pepper pie pizza plum popcorn porridge potato powder pudding raincoat raspberry rice salad sandal
    sandwich sauce sausage scarf scone shampoo shirt shoe shortbread smoothie soap sock soda sorbet soup strawberry sugar
    sunglasses sunscreen sweater syrup tea teapot toast toffee tomato towel toy umbrella vanilla vegetable waffle wellies
    whisky wine wipe wool yoghurt yogurt
    """
)
AFTER_NOUNS = word_set(
    "bar blend book brew chip crisp fizz flask mix roll rug spice spread tonic water ice wrap bowl shot"
)
MIXTURES = word_set(
    "bar blend brew mix fizz crisp tonic spread wrap bowl shot ball mug wash mask gel kit scrub drop shake cream oil balm water treat food"
)
# What stands before such a word names a kind of their own: "winter blend", "sea bar".
QUALIFIERS = word_set(
    """
    winter summer spring autumn christmas easter house garden sea harbour beach sun moon gold golden silver royal classic premium
    luxury special original morning evening night lunch breakfast energy protein travel hand face body hair lip foot baby
    mineral sparkling dog cat pet
    """
)
# What may stand between "the" and goods without making others of them; so may a word with an ending of PLAIN_ENDINGS.
MODIFIERS = word_set(
    """
    additional available best big bigger bottle bottles can cans cheap cheaper chilled cold cool cup cups dear enough even extra
    favourite fast few first fresh full glass good great hot iced jar jars large last less little local more most much new next
    only other own plain popular second simple single slow small spare strong such unsold usual warm weak whole
    """
)
# Half a name: what follows is the other half.
HALVES = word_set("ice water bar tonic spice fizz chip")
# What any shop has: they name nothing of their own.
GENERIC = word_set(
    """
    article assortment beverage drink drinkware favourite favorite food gift goods item line merchandise piece product range
    refreshment selection snack stock thing treat unit variety
    """
)
# How a thing is served: beside a single kind of goods it makes another product of it.
SERVED = {"hot": "hot", "warm": "hot", "iced": "cold", "cold": "cold", "chilled": "cold", "frozen": "cold"}
# After these stands what is for sale, or a word that points at it.
OFFERING = word_set("promote advertise feature restock reorder discount stock")
SELLING = word_set("sold sells sell")
# What may stand there without being for sale.
POINTING = word_set(
    """
    it its them they this that these those both one ones each all more most less enough some any everything something which
    who what we you people shoppers visitors customers guests buyers families commuters tourists sales demand shop store
    kiosk till counter shelf shelves display corner window sign board price prices margin value offer deal pair pairing
    combination duo bundle set promotion season weather heat warmth cold rain day days week weekend weekends month morning
    mornings afternoon afternoons evening evenings early late now today tomorrow soon again together first well also only
    already still just quickly slowly steadily here there level levels up and category categories pace
    """
)
# Endings of words that describe or tell, and name no thing for sale.
PLAIN_ENDINGS = (
    "ly", "ed", "ing", "al", "ive", "ous", "ful", "less", "able", "ible", "tion", "sion", "ment", "ness", "ity", "ance", "ence",
    "ship", "ism", "ise", "ize", "ify", "wise", "ward", "wards", "most", "ish", "ant", "ent", "ary", "ory", "ic", "ical",
    "ised", "ized", "ising", "izing", "ises", "izes", "time", "side",
)  # fmt: skip

# ---- Small words, by which places in a sentence are told ----

SKIPPED = frozenset(
    {
        "has", "have", "had", "is", "are", "was", "were", "been", "be", "being", "not", "never", "can", "could", "may", "might",
        "should", "does", "do", "did", "who", "that", "which", "usually", "often", "always", "already", "still", "also", "only",
        "just", "now", "to", "and", "or", "but", "as", "the", "a", "an", "will", "would", "so", "if", "when", "where", "while",
    }
)  # fmt: skip
DETERMINERS = frozenset(
    {
        "the",
        "a",
        "an",
        "our",
        "your",
        "its",
        "their",
        "this",
        "that",
        "these",
        "those",
        "some",
        "more",
        "any",
        "all",
        "each",
    }
)
WELL = frozenset({"well", "best", "fast", "slowly", "quickly", "more", "most", "out", "less"})
BEFORE_GOODS = frozenset(
    {"the", "a", "an", "our", "your", "its", "their", "this", "these", "those", "some", "of", "with"}
)
ENDS = frozenset(
    {
        "in", "on", "at", "by", "near", "with", "for", "from", "to", "of", "and", "or", "but", "as", "while", "when", "where",
        "because", "before", "after", "during", "until", "over", "under", "through", "beside", "around", "if", "so", "than",
        "this", "that", "these", "those", "next", "is", "are", "was", "were", "has", "have", "will", "would", "should", "can",
        "could", "may", "might", "today", "tomorrow", "now", "early", "soon", "again", "together", "first", "up", "out",
        "into", "against", "without", "within", "about", "along", "across", "instead", "rather", "too", "well", "more",
    }
)  # fmt: skip
