"""Plain English words that advise or judge and report nothing, in their base forms: what a clause without a figure may be made of.

They are the part of `common_words.py` with which it is hard to say what could be looked up and be false. No "complain", "award",
"stolen", "festival" or "behind" is among them: a text with such a word is understood, and nobody shows it.
"""

CALM_WORDS = """
advertise along close decent downside dry effective fade figure gift poster reprice reason spell stop swap
a able above accept access accessible across act actively add addition additional adjust advantage afford after
afternoon afternoons again ahead aim aisle aisles alert all alongside already also although amid among ample an and
another answer any anybody anyone anything apart appeal appealing appear appetising appetite apply appreciate approach
appropriate are area around arrange as ask assess assist assistant assortment at attach attempt attend attention
attract attractive audience autumn available avoid aware awareness back backdrop background backing badge balance
banner bar bargain basic basket batch be beach beachgoer bear beautiful because become before begin being belong below
beneath benefit beside besides best bet better beverage beware beyond big bit blackboard block board body bold boost
boot both bottle bottom bought box breakdown breakfast breeze bright brighten bring broad browse bucket build bundle
business busy but buy buyer by call calm came can capture car card care careful carry cart case catch category caught
cautious central centre chalkboard chance change cheap check checkout chill chiller chilly chocolate choice choose
chosen clarity class classic clean clear clearance clearly clever climb closely clutter coffee cold colder collapse
colour colourful combination combine combo come comfort comfortable comforting comfy coming common community commuters
companion compared complement complete concentrate conditions confidence confident confirm connect consider consistent
contain continue convenience convenient conversation cool cooler cope core corner correct cost cosy could counter
cover crate craving cream create creative crowd cue cup curious current customer customers cut cyclist day days decide
decision deep degree deliver delivery demand deserve desire desk despite dessert did direct disappoint discount
discover display do does door doorstep dose doubt down draw drink drinker drinkware drop dry during dusty each early
earn ease easier easily east easy eat effect effective effort effortless either else emphasis emphasise emphasize
empty enable encounter encourage end endcap engage enhance enjoy enough enter entrance entry especially
essential evaluate even evening evenings every everyday exact example excellent except excite exit expand expect
expected experience explore expose exposure express extend extra eye face facing facings fact fade fair fall familiar
families far fast favour feature feel few fill final find fine finish first fit fix fixture flat flexible flourish
flow focus fog follow follower food foot footfall for forecast form forward found freeze fresh freshly friday fridays
fridge friendly from front frost full function further furthermore gain gap gather general generous gentle genuine get
gift give given glance glass go goal goes good goods grab gradual gradually great greeting grew ground group grow
growth guest guests guide habit had hail half halt hand handful handwritten handy hang happen happy harbour hard has
have heading headline healthy heat heatwave height held help helpful here hesitate high highlight hint hold hook hope
hot hotter hour house how however hungry hunter ice iced icon icy idea ideal if illustrate image immediate impact
important impress impression impressive improve impulse in include increase indeed indoor indoors influence inform
information initial initiative inspect inspire instance instead integrate intend interest interesting into introduce
invite inviting is issue it item its itself jar join joint jump just keen keep keeps key kind know label large largely
last lasts late later latte lay lead leads leaflet lean learn least lemonade lend less let level lift light like
likely limited line linger little lively local locals logical long longer look loose lose lot lower loyal loyalty
lunch lunches lunchtime made main mainly maintain major make manage manner margin mark match matter may maybe meal
mean means meanwhile measure media meet mention menu merchandise message midday middle might mild mind minor miss
missing mist mix mobile moderate modest moment momentum monday mondays monitor month more moreover morning mornings
motive mount move much must name natural nature near nearby nearest neat neatly necessary need net neutral new
newcomer next nice nicely night nights no noise noon normal normally not notable notably nothing notice noticeable
november now nudge number object observe obvious occasion occasionally of offer office often ok okay old on once ones
ongoing only onto onward open opening opportunity optimise optimize option optional or orange order ordinary organise
organize other otherwise our out outdoor outdoors outlook outsell outside over overall overnight overreact own pace
pack package pair paired pairing pairings pairs part particular particularly partner parts pass passerby passers
passersby past patience patient pause people perfect perform perhaps period phase photo pick picks picnic picture
piece pier place placement plain plan plate play pleasant please pleasure popular popularity portion position positive
possible possibly post poster potential pour practical practice prefer preference prepare present presentation
preserve presumably prevent previous price prices primary prioritise prioritize priority probable probably product
profile profit prominence prominent prominently promising promote promotion prompt proper properly propose protect
provide prudent pull purchase pure purpose push put quality quantity queue queues quick quickly quiet quite rack racks
rail rain rainy raise range rapid rather reach react reaction read readily ready real realistic really reason
reasonable reassure rebound recent recently recommend recommendation reconsider recover reduce refer refill reflect
refresh refreshing refreshment refrigerator register regular regulars relate relax relevant reliable rely remain
remember remind reminder reorder replace replenish replenishment reposition request rest restock restocking retain
rethink return revenue review reward right rise role room round route routine run rush safe sale sales same sample
saturday saturdays say scale schedule sea season seat seating second secure see seek seem seen seize select selection
sell seller selling sells sensible separate series serve service set setting settle shade shape share sharp shelf
shelves shelving shift shine shop shoppers short shortly should show showcase shower side sight sign signage signal
similar simple simplicity simply since single sit situation size skip slice slight slightly slot slow slump small
smart smile smooth snack snow so soar social soft sold solid solution some somebody someone something sometimes
somewhat somewhere soon soothe soothing sort space spare speak special specific spell split spot spotlight spread
stable stack staff stall stamp stand standby start stay steady step stick still stock stockroom storage store
storeroom storm story straight strategy street strength strengthen stretch strong stronger strongly style subtle
succeed success successful such sufficient suggest suggestion suit suitable suits summary summer sun sunday sundays
sunny sunshine supplement supplier supply support sure surface surge surround switch table tag tailor take takeaway
taking talk talker target taste tasting tasty tea team tell temperature tempt tempting tend terrace test tester text
than thank thanks that the them theme then there therefore these they thing think thirst thirsty this thorough those
though thought thrive through throughout thursday thursdays tidy ties tight till time timely times timing tip tips to
today together tomorrow tone too took top topping touch tourists toward towards town track traffic train tray tread
treat trend tried trip tripper try tuesday tuesdays turn turned turnover turns twist type typical typically umbrella
undecided under underline understand unexpected unit unlikely unsold until unusual up upcoming upfront uplift upright
upsell upside use used useful usual usually value variety various very via viable view vigilant visibility visible
visibly visit visitor visitors vital volume wait walk walker walkers want warm warmer warming warmth was waste watch
watchful way we wear weather wednesday wednesdays week weekend weekends weekly weeks welcome welcoming well were wet
what whatever when whenever where wherever whether which whichever while who whole why wide widen wider will willing
wind window wise wish with within without wonder word work worth worthwhile worthy would wrap write year yet you your
"""
