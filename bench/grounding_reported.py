"""Sentences that report in the third person, or bend a right figure a little; and honest ones that were written with them.

Written freely over the brief of `grounding_brief.wide`, the false ones by somebody who had seen the rules of their day and
looked for what passes; docs/model.md has how many did on first sight.
"""

from typing import Any

TEA = {"product_id": 100, "facts": ["f1", "f2", "f7", "f8", "f13", "f17"]}
SHOP = {"product_id": None, "kind": "watch", "facts": ["f14", "f16"]}
CREAM = {"product_id": 104, "kind": "watch", "facts": ["f10", "f11"]}
CHOCOLATE = {"product_id": 102, "kind": "watch", "facts": ["f3", "f4"]}
LEMONADE = {"product_id": 101, "kind": "restock", "facts": ["f9"]}
PAIR = {"product_id": 103, "kind": "bundle", "products": [103, 102], "facts": ["f12"]}
_FALSE = (
    "A fair few like it.", "A good part of visitors buy it.", "A handful of visitors buy it.", "A pair of visitors buy it.",
    "Demand comes from tourists.", "Families buy a pack.", "From Saturday on it is {f8}.", "It comes in a new bottle.",
    "It cools the body.", "It goes quickly at the weekend.", "It has a loyal following.", "It is in a class of its own.",
    "It is {f7} at Pier and it stays so all week.", "It is {f7} at Pier and rising.",
    "It is {f7} at Pier, the heat of the year.", "It is {f7} at the beach.", "It leads its category.", "It leads the range.",
    "It makes a good profit.", "It needs no fridge.", "It sells by the bucket.", "It sells itself.", "It sells with lunch.",
    "It stands above the rest.", "It stays cold at Pier.", "It stays hot all month.", "It works wonders.",
    "Its price has not changed for years.", "Locals buy it daily.", "Nights are hot too.", "People walk past it.",
    "Sales are on target.", "Sales follow the sun.", "Sales go hand in hand with heat.", "Sales of {p100} are at a high.",
    "Sales of {p100} started slowly.", "Staff like it.", "Stock is safe.", "Sun all day at Pier.", "The beach is full.",
    "The bottles are cold.", "The delivery is on its way.", "The display works.", "The fridge holds enough for the week.",
    "The fridge is full.", "The heat lasts for weeks.", "The promotion worked.", "The queue is long.",
    "The season starts now.", "The sign works.", "The supplier can deliver more.", "The supplier has a special offer.",
    "There is enough stock for the weekend.", "Until Saturday it is {f8}.", "Visitors find it good value.",
    "We have a new supplier.", "We have enough of it.", "We keep {f1} of {p100}.", "{p100} could sell {f1}.",
    "{p100} is as popular as Latte.", "{p100} is up {f2} where it is displayed.", "{p100} is worth {f13}.",
    "{p100} may well reach {f2} more.", "{p100} reached {f1}.", "{p100} rose {f2} in units and in profit.",
    "{p100} sells {f17} more for each degree below normal.", "{p100} sells {f17} more on hot days.",
    "{p100} shows {f1} in the last week.", "{p100} sold {f1} as a takeaway.", "{p100} sold {f1} as part of a bundle.",
    "{p100} sold {f1} with a sign.", "{p100} sold {f1}, nearly the whole stock.", "{p100} sold {f1}, which is the target.",
    "{p100} sold {f1}; all of it at Old Town.", "{p101} comes second.",
    "{f2} of visitors buy {p100}.", "{f2} of sales are {p100}.", "Pier is hot and Old Town too.", "Saturday will be the hottest day.",
    "Tonight is mild.", "Visitors come for it.", "Latte is out.",
)  # fmt: skip
_HONEST = (
    "{p100} sold {f1} in the last week, so give it a good spot.",
    "With {f1} sold over the past week, {p100} is a sound pick.", "Sales are up {f2} on the week before.",
    "{p100} went up {f2} week on week while it is hot at Pier.", "It is hot at Pier now, at {f7}.",
    "At {f7}, Pier is hot, and a cold drink is welcome.", "Saturday is forecast to be hot at Pier, at {f8}.",
    "Keep {p100} cold and close to the till.", "Put a few bottles by the door.",
    "A clear sign at the entrance may help visitors find it.", "Tell staff to mention it at the till.",
    "Fill the fridge before noon.", "Show {p100} at eye level in the fridge.",
    "Try a small display near the entrance and see how it goes.", "{p100} sells {f17} more for each degree above normal.",
    "For each degree warmer than normal, {p100} sells {f17} more.", "{p100} earned {f13} above its cost in the last month.",
    "It had a margin of {f13} in the last month.", "Demand is rising, so it deserves a place in front.",
    "Heat and a cold drink go together.", "Cold drinks suit a hot day.",
    "On a hot Saturday visitors may want something cold.", "If it stays hot, keep the display.",
    "It is an easy choice for a hot day.", "Check the stock before the weekend.", "Make sure that enough bottles are cold.",
    "A board outside could catch the eye of passers-by.", "Sales grew {f2} against the week before.",
    "{p100} has grown {f2} in the past week.", "The past week brought {f1} sales of {p100}.",
    "{f1} were sold in the last week.", "The forecast for Saturday is {f8} at Pier.", "Offer it with a snack.",
    "Keep an eye on the stock while it is promoted.", "Look at the figures again after the weekend.",
    "Its sales have grown, and the weather suits it.", "Bring it to the front while it is hot.",
    "With {f7} at Pier now, promote {p100}.", "People look for cold drinks in the heat.",
    "Warm weather is a good time for {p100}.", "Swap it into the spot by the door.",
    "{p100} sold {f1} last week and grew {f2}, so keep it in front.", "It is hot at Pier, so chill enough of {p100}.",
    "Set {p100} at the front of the fridge before the weekend.", "Give it the spot by the till for the next days.",
    "The weather and the trend both speak for {p100}.", "Growth of {f2} and a hot Saturday make a good case for it.",
    "Its margin was {f13} in the last month.", "The margin of {p100} over the last month was {f13}.",
    "With a margin of {f13} in the last month, it is worth a good place.",
    "Each degree above normal goes with {f17} more sales of {p100}.",
    "Since {p100} sells {f17} more per degree above normal, the heat should help.",
    "Let staff offer it to visitors who look for something cold.", "Write it on the board at the entrance.",
    "A cold drink is easy to offer on a hot day.", "If the heat ends, move it back.",
    "Do not discount it; a better spot is enough.", "There is no need for a lower price.",
    "Fill the shelf in the morning and check it at noon.", "Visitors may want a cold drink on the way to the beach.",
    "Last week {p100} sold {f1}.", "Units sold in the last week: {f1}.", "Sold in the last week: {f1}, up {f2}.",
    "It is {f7} at Pier at the moment, which is hot for the season.", "Pier expects {f8} on Saturday.",
    "{f8} at Pier on Saturday is hot for the season.", "A warm spell is a chance to show {p100}.",
    "Place a bucket of ice with bottles by the door.", "Remind the team of it at the start of the day.",
    "It sells more in warm weather, so use the heat.", "Keep it simple and visible.",
    "Try it for a few days and look at the sales.", "Think of visitors on the way to the beach.",
    "It did better than in the week before, so it deserves space.", "Chill it in good time.", "It goes well with lunch.",
    "Its growth and the weather make it the natural pick.",
)  # fmt: skip
FALSE: tuple[tuple[dict[str, Any], str], ...] = (
    *((TEA, one) for one in _FALSE),
    (SHOP, "The shop took {f14} with hot drinks."),
    (CREAM, "Night Cream sold all but {f11}."),
    (CHOCOLATE, "{p102} keeps its customers."),
    (CHOCOLATE, "{p102} will recover."),
    (PAIR, "{p103} was in {f12} orders."),
)
HONEST: tuple[tuple[dict[str, Any], str], ...] = (
    *((TEA, one) for one in _HONEST),
    (SHOP, "The shop took {f14} in the last week."),
    (SHOP, "Takings of {f14} in the past week look healthy."),
    (SHOP, "November usually takes {f16} more than a usual month."),
    (SHOP, "This time of year is usually strong: November takes {f16} more than a usual month."),
    (CREAM, "Night Cream sold {f11} in the last month, while {f10} lie in stock."),
    (CREAM, "{f10} of Night Cream are in stock."),
    (CREAM, "There are {f10} of Night Cream in stock."),
    (CREAM, "Watch whether Night Cream moves after a better spot."),
    (CREAM, "Only {f11} of Night Cream were sold in the last month."),
    (CHOCOLATE, "{p102} fell {f4} on the week before."),
    (CHOCOLATE, "{p102} is down {f4}, so keep an eye on it."),
    (CHOCOLATE, "Only {f3} of {p102} were sold last week."),
    (CHOCOLATE, "Sales of {p102} are falling, so order with care."),
    (CHOCOLATE, "Warm days may not suit {p102}."),
    (LEMONADE, "The stock of {p101} lasts {f9} at the present pace."),
    (LEMONADE, "{p101} will last {f9}, so order soon."),
    (LEMONADE, "Order {p101} today, before it runs out."),
    (PAIR, "{p103} and {p102} were bought together in {f12} orders."),
    (PAIR, "{f12} orders had both {p103} and {p102}."),
    (PAIR, "Offer {p103} with {p102}: they were in {f12} orders together."),
    (PAIR, "Place {p103} and {p102} side by side."),
)
