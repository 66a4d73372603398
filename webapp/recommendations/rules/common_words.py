"""Plain English words as advice to a shop uses them, in their base forms; `vocabulary.is_common` knows their other forms."""

COMMON_WORDS = """
a able about above accessible accompany accordingly across act action active add addition additional additionally
address advice advise afford after afternoon afternoons again against age ago ahead aim air aisle ale alike all
allocate allow almost alone along alongside already also alternative although altogether always amid among amount
amplify an anchor and animal another answer anticipate any anyone anything apparent appeal appealing appear appetite
apple apply approach appropriate april apron are area around arrange arrive as aside ask assess assortment at attach
attention attract attractive august autumn available average avoid await away baby back backed backing backroom bacon
bag bagel bake bakery balance ball balm banana bar barbecue barely base baseline basic basket be beach bean bear beat
become bed beef been beer before beforehand began begin begun behind being beloved below benchmark beneath berry
beside besides best better between beverage beyond big bill bin birthday biscuit bit black blanket blend block blue
board body book boost boot boots both bottle bottom bought bowl box brand bread break breakfast breeze brew brief
bright bring brisk broad brought brown brownie browse brunch build bulk bun bundle bundled bundling busy but butter
buy buyer buyers by cake call calm came camp can candle candy capable capacity capital capitalise capitalize capture
car caramel card care careful carry case cash catch catching category cautious celebrate center central centre cereal
chai chain chalkboard chance change channel charge cheap cheaper check checkout cheese chill chillier chilly chip
chocolate choice choose chose christmas cider cinnamon circle claim class classic clean clear clearance clearing
clearly clears climate close closely cloth clothing cloudy clove cloves coast coat cocoa coconut coffee cold colder
collect color colour combination combine combo come comfort comforting coming common commuters companion company
compare compared comparison competition complement complete compliment concern condition conditions confidence confirm
connect consider consistent constant contain continue contrast convenience convenient conversion convert cook cookie
cool coolbox cooler cooling copy core corner correct cost cosy cotton could count counter country cover cozy crave
craving cream create crisp croissant cross crowd cup current currently cushion customer customers cut cycle daily damp
dark date day days dead deal dear dearer decaf december decide deep defend degree delay deliver delivery demand
demonstrate depend describe deserve design despite dessert detail did differ difference different dim dinner direct
direction discount discover dish display do does done door doubt down downpour downward dozen draw dress drier drink
drinkware drive drizzle drop dry dull duo during each eager earlier early earn ease easter easy eat eaten edge effect
effort egg either else emphasise emphasize encourage end endcap energy enjoy enough ensure enter entrance entry equal
especially espresso essential evaluate even evening evenings event ever every everybody everyone everything evidence
exact examine example excellent except excess exchange excite exist expand expect expected expensive experience
experiment expire expiry explore express extend extended extra eye face fact fade fair fall fame familiar families
family fan far fashion fast favor favorable favorite favour favourable favourite feature february feel felt festival
festive few field fill final find fine finish firm first fish fit fix fizz fizzy flask flat flavor flavour fleece
flour flow flower focus fold follow following food foot footfall for force forecast forecasted foresee forget form
forthcoming forward found free freezer freezing frequently fresh friday fridays fridge friend friendly fries from
front frontline frost frosty fruit fuel full fun further furthermore future gain game gap garden gather gathering
gauge gave generally gentle gentler get gift ginger give given glance glass glove gloves go goal goes gone good goods
got grab gradual gradually granola grape great green greet grew grey grill ground group grow growth guard guardrail
guest guests guide habit halt ham hand handle handy hang happen happy harbor harbour hard harness harvest has hat have
head health healthy hear heart heat heatwave heavy held help her herb herbal here high highlight hike him hint his
hold holiday holidays home honey hope host hot hotter hour house how however huge humid hunger hungry ice iced icy
idea ideal idle if immediate impact important improve impulse in include increase indicate indoor information
ingredient inside instead interest into introduce inventory investigate invite is issue it item its itself jacket jam
january jar jelly join journey juice july jump jumper june just keen keep keeps kept kettle key kid kind kitchen knew
know label laid lamb large largely last lasting lasts late later latest latte launch lay layer lead leads leaf lean
learn least leather leave led left lemon lemonade lend lent less let level leverage lie lies life lift light lighter
like likely likewise limit limited line lineup link liquid list little lively load local locals locate location lock
lolly long longer look lose lot love low lower loyal lunch lunches lunchtime lying made main mainly maintain major
make manage many march margin margins mark markdown market marketing match mate maths matter maximise maximize may
maybe meal mean meant meanwhile measure meat meet member mention menu merchandise message met middle midweek might
mild milk mind minimise minimize minor mint minute mix mocha model modest moment momentum monday mondays money monitor
month months mood more moreover morning mornings most mostly mother move mover movers moving much muffin mug must
mustard my name napkin narrow natural near nearby nearest nearly neat need neighbour never new newly news next nice
night no none nor normal normally not notable notably note nothing notice noticeable november now nudge number nut
nuts oat obvious occasion occasionally october of off offer offering office offset often oil old on once ones ongoing
online only onto open operate opportunity option or orange orchard order ordinary other otherwise our out outdoor
outing outlet outlook outpace outsell outside over overall overstock own pace pack package page paid pair paired
pairing pairings pairs pan paper parasol park part partial particularly partner party pass past pasta pastry patient
pattern pause pay peach peak pear people pepper per perfect perform perhaps period permanent persist person phone pick
picks picnic picture pie piece pier pile pilot pizza place placement plain plan plant plate platform play please
plenty plum point popcorn popular popularity porridge portion position positive possible possibly post poster postpone
pot potential pour powder preceding prefer premium prepare present preserve press presumably prevent previous price
primary print prior priority probably problem produce product profit profitable programme progress promenade
prominence prominent prominently promise promote promotion proper protect protecting protein prove provide public
pudding pull purchase pure push put quality quantity quay quenching question queue quick quickly quiet quite rain
raincoat rainfall rains rainy raise range rapid rare raspberry rate rather ratio reach reachable read ready real rear
recent recently recommend recommendation record recover red reduce reduction refer refill reflect refresh refreshing
refreshment region regular regularly regulars relate relative release relevant relocate rely remain remember remind
remove reorder repeat replace replenish replenishment report reposition reprice require reserve resilient respond rest
restock restocking restrict resupply retail retain return revenue review reward rice rich ride right rise risk road
robust role roll room rotate round row rug run runner safe sail salad sale same sample sandal sandwich sat saturday
saturdays sauce sausage save saw say scarf scene school scone sea seafront search season seasonal seasonality seasons
seat second secure see seek seem seen seize select selection sell seller selling sellout sells sellthrough send sense
sent separate september series serious serve service set settle several shade shampoo shape share sharp sharply shelf
shelves shift shine ship shirt shoe shop shopper shoppers short shortage shortbread should show showcase shower shown
side sideways sight sign signage signal significant silver similar similarly simple simply since single sit site size
skin skip slice slightly slow slowest sluggish small smart smell smooth smoothie snack snow so soap sock soda soft
soften softer sold solid some someone something soon soothing sorbet sort soup south space spare special spell spend
spent spice spoke sport spot spotlight spread spring stabilise stabilize stable staff stage stall stand standard
stands staple start state station stay steadily steady steam steer stem step stew stick still stock stockpile
stockroom stocktake stood stop storage store storm stormy straight strategy strawberry stream streamline street stress
stretch strong stronger strongly study style subdued subject substitute success such sudden sugar suggest suit
suitable summer sun sunday sundays sunglasses sunnier sunny sunscreen sunshine supplier supply support suppose sure
surplus surprise sustain sweater sweet swim switch syrup table tackle tag tailor take takeaway taken taking talk
target task taste taught tea team teapot tease teatime tell temperature temperatures temporary tempt tempting tend
term test than thank that the their them theme then there these they thick thin thing think thirst thirsty this those
though thought threw through throughout thunderstorm thursday thursdays ticket tidy tie tied ties tight till time tip
to toast today toffee together told tomato tomorrow tone tonight too took tool top topic topping total touch tourist
tourists toward towards towel town toy track traction trade traffic train trajectory transaction travel treat treats
tree trend trial trim trip true try tuesday tuesdays turn turned turning turnover turns twin type typically umbrella
under underline understand understood unfavourable unit unless unlike unlikely unseasonal until unusual up upcoming
update upfront upgrade uplift upon upper upsell upside upward urge urgent us use useful usual usually valentine value
vanilla variety various vegetable verify version versus very via view village visible visibly visit visitor visitors
volume waffle wait walk wall want ware warehouse warm warmer warming warmth warn was waste watch watchful water wave
way we weak wear weather wednesday wednesdays week weekday weekend weekly weeks weigh weight well wellies went were
wet wetter what whatever when whenever where wherever whether which whichever while whisky white who whole wholesale
why wide will willing win wind window windy wine winter wise wish with within without woke won wonder wool word work
world worn worry worth would wrap write written wrong wrote year yellow yes yesterday yet yield yoghurt yogurt you
young your zone
"""
