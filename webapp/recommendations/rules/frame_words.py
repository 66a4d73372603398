"""The words that may stand in one clause with a figure: those of every sentence, and those of what the figure measures.

A clause with a figure is held to these lists (`frames.py`): what is on none of them would say more than the fact does.
"""

from webapp.recommendations.rules.common_words import word_set

# Articles, prepositions, auxiliaries, and judgements that claim nothing by themselves.
FRAME = word_set(
    """
    a about add again also already although among amount amounts an and any are around as at attention away be because been
    being brought building but by came can change changed choice clear clearly come comes compare compared comparison confirm confirms could
    decent deserve deserves despite does during earlier encouraging even fact fast faster figure figures for gain gaining good
    had has have having he healthy here holding how i if impressive in indeed interest into is it its just keep keeping keeps kept
    late lately least like look looks makes may might modest momentum much natural nice nicely notable note noting number numbers of on only
    or out over plus popular quickly quite rather reach reached reaches reaching recently respond responds remarkable respectable same see
    seeing seen show showing shows sign since single slow slowly so solid sound some stand stands steady still strong such suggest
    suggesting suggests support supports supported than that that's the their them then there these they thing this those
    though tight timely to too trend under very was we weak well went were what whereas which while who with within worth you your
    """
)
# What each measure is called, and what is done by it.
MEASURES: dict[str, frozenset[str]] = {
    "units": word_set(
        """
        sold sell sells selling sale sales bought buy buys buying unit units item items piece pieces demand customers shoppers
        visitors people guests pace purchases outsells outsold
        """
    ),
    "takings": word_set("took take takes taking takings revenue turnover sales sale net income amounted"),
    "margin": word_set("earned earn earns earning earnings margin margins profit profits gross made makes"),
    "kept": word_set("margin margins profit gross kept"),
    "share": word_set("share shares part sales net revenue mix points made makes"),
    "pair": word_set(
        """
        orders order bought buy together both pair pairs combine combined contained contain contains held hold holds basket
        baskets transactions joint jointly customers shoppers people
        """
    ),
    "cover": word_set(
        "lasts last lasting cover covers covered stock left remain remains remaining supply enough pace present gone will"
    ),
    "stock": word_set(
        "stock lie lies lying unit units item items piece pieces left remain remains remaining unsold storeroom"
    ),
    "season": word_set(
        "usually takes take usual typical typically normal normally average seasonal season tend tends sales takings"
    ),
    "sensitivity": word_set(
        """
        sell sells selling sold sales buy bought demand each every degree degrees per normal usual season's warmer hotter
        colder cooler warm hot cold heat warmth weather temperature temperatures people customers shoppers goes go tend tends
        unit units
        """
    ),
    "elasticity": word_set(
        "sold sell sells sales demand dearer cheaper price prices priced where when associated association proof unit units"
    ),
    "price": word_set("price prices step suggested suggests arithmetic gives guardrails sell new set takes take would"),
}  # fmt: skip
# What names a measure: beside a figure it is the figure's own.
METRICS = word_set(
    """
    sold sell sells selling bought buy buys buying unit units took take takes taking takings revenue turnover sales income
    earned earn earns earning earnings margin margins profit profits cost costs costed share shares orders transactions
    stock inventory price prices priced paid pay pays paying charge charges charged spent spend spends worth lost lose loses
    losing wasted returned refunded ordered temperature
    """
)
WEATHER_OUT = word_set("inside indoors fridge fridges freezer cellar kitchen sea water cooler")
PAST = word_set("was were had been yesterday")
COMING = word_set(
    "will tomorrow forecast forecasts forecasted expected coming ahead next reach reaches reaching brings"
)
# Which way a judgement goes; beside a figure it does not go against the fact.
PRAISE = word_set(
    "strong healthy solid robust impressive encouraging popular brisk well nicely steady momentum success successful"
)
BLAME = word_set(
    """
    weak poor poorly disappointing sluggish badly bad unpopular worrying struggle struggles struggling failing
    flop unwanted
    """
)

# ---- Time ----

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
TIMES = (
    word_set(
        """
        today tonight tomorrow yesterday now nowadays currently presently moment hour hours hourly minute minutes day days
        daily night nights nightly overnight morning mornings afternoon afternoons evening evenings noon midday lunchtime
        weekend weekends weekday weekdays week weeks weekly fortnight month months monthly quarter quarters quarterly year
        years yearly annual annually decade decades century season seasons spring summer autumn winter christmas easter
        holiday holidays ago ever always next
        """
    )
    | frozenset(WEEKDAYS)
    | frozenset(f"{day}s" for day in WEEKDAYS)
    | frozenset(MONTHS) - {"may", "march"}
)
SPANS = {7: "week", 14: "fortnight", 28: "month", 30: "month", 90: "quarter", 365: "year"}

# ---- Places and subjects ----

CHANNELS = word_set(
    """
    online web website internet app webshop offline in-store instore till tills kiosk kiosks stall stalls branch branches
    marketplace marketplaces delivery deliveries phone mail wholesale outlet outlets location locations region regions town
    city country area north south east west abroad nationwide everywhere elsewhere worldwide
    """
)
WHOLE = word_set("shop store shops stores business company firm")
EVERY = word_set(
    """
    all every each everybody everyone everything whole entire entirely overall altogether combined together both category
    range assortment drink drinks beverages food products lines total customer shopper visitor person
    """
)
ADVERBS = word_set("all mostly mainly chiefly largely entirely alone solely exclusively particularly especially")
SUMS = word_set("all whole entire overall altogether total together combined")
