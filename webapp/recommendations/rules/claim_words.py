"""Words by which a sentence without a figure claims something: of people, of how many, of what sells better than what."""

from webapp.recommendations.rules.calm_words import CALM_WORDS
from webapp.recommendations.rules.common_words import word_set

# Forms of calm words that report: "review the shelf" advises, "the reviews are bad" does not.
REPORTING = word_set("reviews lies raises raised closes orders costs charges")
HEDGES = word_set("may might could can would should tend tends usually often when if likely")
# Who is told something of: "everybody comes back", "all customers want it".
EVERYBODY = word_set(
    "everybody everyone nobody noone all every each no many few several plenty lots hardly nearly almost"
)
PEOPLE = word_set(
    """
    customer customers shopper shoppers visitor visitors guest guests people person buyer buyers client clients tourist tourists
    families family locals regulars commuters children kids parents drinkers passers staff
    """
)
AMOUNTS = word_set(
    "loads heaps tons masses oodles score scores umpteen countless numerous innumerable plenty lots several many"
)
OUTDO = word_set(
    """
    outsell outsells outselling outsold outperform outperforms outperformed outperforming outpace outpaces outpaced outshine
    outshines outshone outstrip outstrips outstripped beat beats beaten beating surpass surpasses surpassed overtake overtakes
    overtook overtaken eclipse eclipses eclipsed trump trumps trumped rival rivals dwarf dwarfs dwarfed exceeds exceeded exceed
    unmatched unrivalled unbeatable unbeaten unparalleled superior
    """
)
BEST_OF = word_set(
    "spot place shelf time moment seat position location corner side foot view way chance practice served enjoyed kept shown "
    "placed when while to use possible"
)
# What sales do; with these a time or a place is a claim of its own.
SALES = word_set(
    "sell sells sold selling sale sales demand bought buys took taken earned earns turnover revenue takings ordered orders paid purchases"
)
# What something may be said to be: judgements that nobody could look up, and what other rules hold to the facts.
JUDGED = word_set(
    """
    good better great natural right sensible safe likely obvious easy easier timely worth worthwhile suitable ideal perfect fine nice
    simple  clear encouraging solid strong healthy popular loyal enough available appreciated chilled served needed
    useful helpful wise attractive appealing tempting inviting refreshing pleasant thirsty welcome ready visible sure important
    unusual normal usual short long gaining growing rising falling slowing selling moving made seen expected exactly opportunity
    chance choice option pick candidate bet idea time moment fit match partner reason way place step downside demand momentum
    interest worthy decent effective practical convenient familiar reasonable safe set due meant ahead coming need little full out
    promoted displayed advertised sound
    """
)
# What may stand between "is" and what something is.
SKIPPED = word_set(
    "a an the also still already now just very quite really well so such always here there not never no and"
)
# What people may be said to do.
PEOPLE_DO = word_set(
    """
    want need like look looks see notice reach enjoy tend know find appreciate pass come go head prefer  pick grab discover
    try buy combine queue caught heading already still often also usually will can could may might would should who that what
    whether on in at to from with near for are is do
    """
)
CALM = word_set(CALM_WORDS) | JUDGED
