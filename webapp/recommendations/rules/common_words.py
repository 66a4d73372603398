"""Plain English words as advice to a shop uses them, in their base forms; `vocabulary.is_common` knows their other forms."""


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


COMMON_WORDS = """
a able about above absorb accelerate accept access accessible accident accommodate accompany accomplish accordingly
accurate achieve acknowledge across act action active adapt add addition additional additionally address adequate
adjacent adjust admire adopt adult advance advantage adventure advice advise afford after afternoon afternoons again
against age aggressive ago agree ahead aim air aisle aisles ale alert alike alive all allocate allow allowance almost
alone along alongside already also alter alternative although altogether always amazing amid among amount ample
amplify an anchor and animal annual another answer anticipate any anybody anyone anything anyway anywhere apart
apologise apparent appeal appealing appear appetising appetite apple apply appoint appreciate approach appropriate
april apron are area argue around arrange arrival arrive artificial as ashore aside ask assess assign assist assistant
associate assortment assume at atmosphere attach attempt attend attention attitude attract attractive audience august
author auto autumn available avenue average avoid await awake aware awareness away awkward awning baby back backdrop
backed background backing backroom bacon bad badge bag bagel bake bakery balance balcony ball balm ban banana bank
banner bar barbecue barely bargain barrel barrier base baseline basic basket batch bathers battle bay be beach
beachgoer bean bear beat beautiful become bed beef been beer before beforehand began begin begun behave behaviour
behind being belief believe bell belong beloved below bench benches benchmark beneath benefit berry beside besides
best bet better between beverage beware beyond big bike bill bin bind bird birthday biscuit bit black blackboard blame
blanket bleak blend blind block blow blue board boat body bold bonus book boost boot boots border bore borrow both
bother bottle bottom bought bound boundary bowl box brand brave breach bread breadth break breakfast breath breathe
breeze brew bridge brief bright brilliant bring brisk broad broaden brochure brought brown brownie browse brunch
bucket budget bug build builder builders bulk bulletin bump bun bundle bundled bundling bunting burden burn burst bus
business busy but butter buy buyer buyers by cabinet cake calendar call calm calmer came camp campaign can cancel
candle candy canopy capable capacity capital capitalise capitalize capture car caramel card care career careful
careless carrier carry cart carton carts case cash cast casual catch catching category caught cautious celebrate
celebration center central centre cereal certain chai chain chair chalkboard challenge champion chance change channel
chapter character charge charm chart chase chat cheap cheaper check checkout cheese child children chill chiller
chillier chilly chip chocolate choice choices choose chose christmas church cider cinnamon circle circumstance citizen
city claim clarity clash class classic clean clear clearance clearing clearly clears clever client cliff climate climb
clip clock close closely closer closing closure cloth clothing cloudy clove cloves club clue cluster clutter coach
coast coastal coat cocoa coconut code coffee cold colder collapse colleague collect color colour column combination
combine combo come comer comfort comforting coming comment commit commitment common community commute commuter
commuters companion company compare compared comparison competition competitor complain complaint complement complete
complex compliment component compromise concentrate concept concern conclude conclusion condition conditions conduct
confidence confirm confuse connect connection consequence conservative consider consistent constant constraint consult
consume consumer contact contain contest context continue contract contrast contribute contribution controversy
convenience convenient conversation conversion convert convince cook cookie cool coolbox cooler cooling cooperate cope
copy core corner correct corridor cost costly cosy cotton could council count counter counterpart country courage
course cove cover coverage cozy crate crave craving crazy cream create creative creature credit crew crisis crisp
criteria critical croissant cross crowd crucial cruise cue culture cup curious current currently curve cushion custom
customer customers cut cycle cyclist daily damage damp danger dare dark data database date day days daytripper
daytrippers dead deadline deal dealer dear dearer debate debt decade decaf december decide decision decisive deck
decrease dedicate deep default defeat defect defend define definite degree delay delicate delight deliver delivery
demand demonstrate dense depart department departure depend dependable deposit depth describe deserve design desire
desk despite dessert destination destroy detail detect determine develop device dial dialogue diary dice did diet
differ difference different difficult digit digital diligent dim dine dinner dip direct direction disappear disappoint
disaster discard discipline discount discover discuss disease dish dislike dismiss display distance distant distinct
distract distribute district disturb divide do dock doctor document does dog dogs dominate donate done door doorbell
doorstep doorway dose dot doubt down downpour downward dozen draft drag drain drama draw drawer dream dress drier
drink drinker drinkware drive driver driveway drizzle drop drum dry dull dune duo during dusk dust dusty duty dynamic
each eager ear earlier early earn earth ease east easter easy eat eaten eater echo economic economy edge edition
editor educate effect efficient effort effortless egg either elderly elect electric elegant element elevate eliminate
else elsewhere embrace emerge emergency emotion emphasise emphasize employ employee empty enable encounter encourage
end endcap endure energy engage engine enhance enjoy enormous enough enquire enquiry ensure enter enterprise entertain
enthusiasm entire entrance entry envelope environment envy episode equal equip equipment error escape especially
espresso essence essential establish estimate evaluate even evening evenings event ever every everybody everyday
everyone everything evidence evident evolve exact examine example exceed excellent except exceptional excess exchange
excite exclude excuse execute exercise exhaust exhibit exist exit exotic expand expansion expect expectation expected
expensive experience experiment expert expire expiry explicit exploit explore expose exposure express extend extended
exterior external extra extract extreme eye eyes fabric facade face facility facing facings fact factor factory fade
faint fair fairly faith fall false fame familiar families family fan far fare farm farmer fashion fast fate fault
favor favorable favorite favour favourable favourite fear feature february feel fellow felt female fence ferry
festival festive few fewer fiction field fierce fight figure file fill final finance find fine finger finish fire firm
first fish fit fitness fix fixture fizz fizzy flag flame flash flask flat flavor flavour fleece flexible flight float
floor floorspace flour flourish flow flower fluctuate fly focus fog foggy fold follow follower following food foot
footfall footprint for force forecast forecasted foreground foreign foresee forest forget form formal formula
forthcoming fortunate forward found foundation fountain fraction fragile frame frank free freezer freezing frequent
frequently fresh friday fridays fridge friend friendly friendship fries from front frontline frost frosty fruit
fruitful frustrate fuel fulfil full fun function fund funny furniture further furthermore fuss future gain gallery
game gap garden gate gather gathering gauge gave gear general generally generate generous gentle gentler genuine
gesture get giant gift ginger girl give given glance glass global glove gloves go goal goer goes gone good goods got
govern grab grace grade gradual gradually grain granola grant grape graph grasp grateful gravity great green greet
greeting grew grey grill grip grocery ground group grow growth guarantee guard guardrail guess guest guests guidance
guide guideline guilt gull gym habit had hall halt ham hand handful handle handover handwritten handy hang hanger
hangers happen happier happy harbor harbour hard harm harness harvest has hat hate haul have hazard head heading
headline health healthy hear heart heat heatwave heaven heavy height held hello help her herb herbal here heritage
hero hesitate hidden high highlight hike hill him hint hints hire his hobby hold hole holiday holidaymaker
holidaymakers holidays hollow home honest honey honour hook hooks hope horizon horror hospital host hostel hot hotel
hotter hour house household how however hug huge human humble humid hunger hungry hunter hurry hurt hygiene ice iced
icon icy idea ideal identify identity idle if ill illustrate image imagine immediate immense impact implement imply
import important impose impress impression impressive improve improvement impulse in inch incident incline include
income inconvenience incorporate increase indeed independent index indicate individual indoor industry inevitable
infant inflation influence inform information ingredient ingredients initial initiative injure inner innovate input
inside insight inspect inspire install instance instant instead instruct insure intact integrate intend intense
intention interact interest interior internal interpret interrupt interval interview intimate into introduce inventory
invest investigate invitation invite involve irregular is island isolate issue it item its itself jacket jam january
jar jealous jelly jetty job jogger joggers join joint joke jolly journey judge juice july jump jumper junction june
junior just justify keen keep keeps kept kettle key kid kind kingdom kiosk kiss kitchen knee knew knock know knowledge
knowledgeable label lack ladder laid lake lamb landmark landscape lane language lap large largely last lasting lasts
late later latest latte laugh laughter launch law lawn lay layer lazy lead leads leaf leaflet lean leap learn least
leather leave lecture led left legal legend leisure lemon lemonade lend length lent less lesson let letter level
leverage liberal library licence lie lies life lifestyle lift light lighter like likelihood likely likewise limit
limited line lineup linger link lip liquid list listen literature little lively load lobby local locals locate
location lock logic lolly lonely long longer look loop loose lose lot lots loud lounge love lover low lower loyal
loyalty luck lucky lunch lunchbox lunches lunchtime lying machine made magazine magic mail main mainly mainstream
maintain major make maker male mall manage manager manner manual manufacture many march margin margins marine mark
markdown market marketing mass massive master mat match mate material maths matter mature maximise maximize maximum
may maybe mayor meal mean meant meanwhile measure meat media medicine medium meet member mental mention mentor menu
merchandise mere merge merit mess message met metal method mid midday middle midnight midweek might mild mile milk
mind minimal minimise minimize minimum minor mint minute mirror miss missing mission mistake mix mobile mocha mode
model moderate modern modest modify mom moment momentum monday mondays money monitor month months mood moral more
moreover morning mornings most mostly mother motion motive mount mountain mouth move mover movers moving much muffin
mug muscle museum music must mustard mutual my mystery name napkin narrow nation native natural nature near nearby
nearest nearly neat necessary need needle negative neglect negotiate neighborhood neighbour neighbourhood neighbours
nerve net network neutral never new newcomer newly news next nice night no nobody noise none noon nor norm normal
normally north nose not notable notably note notebook nothing notice noticeable notion novel november now nowhere
nuance nudge number numerous nut nuts oat object objective obligation observe obstacle obtain obvious occasion
occasionally ocean october odd of off offer offering office offset often oil ok okay old on once ones ongoing online
only onto onward open opening operate operation opinion opponent opportunity oppose opposite optimal optimise
optimistic optimum option or orange orchard order ordinary organic organise organize orient origin original other
otherwise our out outcome outdoor outing outlet outline outlook outpace output outsell outside outstanding over
overall overcome overdue overload overlook overnight overreact overstock own owner owners pace pack package packaging
page paid pain paint pair paired pairing pairings pairs palace pale pan panel panic paper parade parasol pardon parent
park parking part partial particularly partner party pass passage passenger passerby passers passersby passion passive
past pasta pastry patch path pathway patience patient pattern pause pavement pay payday payment payoff peace peaceful
peach peak pear peer peg pegs pen penalty people pepper per perception perfect perform performance perhaps period perk
permanent permit persist person personal personality perspective persuade pet phone photo phrase physical pick picks
pickup picnic picnicker picture pie piece pier pile pilot pinpoint pioneer pipe pity pizza place placement plain plan
planogram plant plate platform play playful pleasant please pleasure pledge plenty plinth plot plug plum pocket podium
poem poet point poll pollute pond poor pop popcorn popular popularity porridge portable portion portray pose position
positive possess possible possibly post poster postpone pot potential pour poverty powder practical practice praise
pray precaution preceding precious precise predict prefer preference pregnant premise premium prepare presence present
presentation preserve press pressure presumably presume pretty prevail prevent previous price pride primary prime
principal principle print prior prioritise prioritize priority private privilege prize proactive probable probably
problem procedure proceed process produce product profession profile profit profitable profound programme progress
prohibit project prolong promenade prominence prominent prominently promise promote promotion proof proper property
proportion proposal propose prospect prosper protect protecting protein prove provide province prudent public pudding
pull punchy pupil pupils purchase pure purpose pursue push put puzzle qualify quality quantity quay quenching question
queue queues quick quickly quiet quite quote race rack racks radio rail railing rain raincoat rainfall rains rainy
raise random range rank rapid rare rarely raspberry rate rather ratio raw reach reachable reaction read reader ready
real realise realistic reality realize reap rear rearrange reassure rebalance rebound recall receipt receive recent
recently recheck reckon recognise recognize recommend recommendation reconsider record recover recovery recruit
recycle red reduce reduction refer reference refill refine reflect reform refrain refresh refreshing refreshment
refrigerator refuse regard regardless region register regret regular regularly regulars rehearse reinforce reject
relate relation relative relax release relevance relevant reliable relief relocate reluctant rely remain remark
remarkable remember remind reminder remote remove rent reorder repair repay repeat repetition replace replenish
replenishment reply report reposition represent reprice reputation request require rescue research resemble reserve
resident residents resilient resist resolve resonate resort resource respect respond response rest restaurant restock
restocking restrict result resume resupply retail retain rethink retiree retirees retreat return reveal revenue
reverse review revise revisit revive reward rhythm ribbon rice rich rid ride ridge right ring riot ripe rise risk
rival river road robust rock role roll romantic roof room roomy root rope rota rotate rough round route routine row
rub rug ruin rule rumour run runner runners runway rural rush sad safe safety sail sailor sake salad salary sale same
sample sand sandal sandwich sandy sat satisfaction satisfy saturday saturdays sauce sausage save saving savvy saw say
scale scan scarce scared scarf scatter scene scent schedule scheme scholar school science scone scope score scratch
scream screen sculpture sea seafront seal search seaside season seasonal seasonality seasons seat seating seawall
seaward second section sector secure see seed seek seem seen segment seize seldom select selection sell seller selling
sellout sells sellthrough send senior sensation sense sensible sensitive sent sentence sentiment separate september
sequence series serious serve service session set setting settle several severe shade shadow shake shallow shame
shampoo shape share sharp sharply shed sheet shelf shell shelter shelves shelving shift shine ship shirt shock shoe
shoot shop shopfront shopper shoppers shore shoreline short shortage shortbread shorten shortly shot should shoulder
shout show showcase shower shown shrink shrug shut shutter shy sibling sick side sidewalk sideways sigh sight sign
signage signal significant silence silent silver similar similarly simple simplicity simplify simply since single sink
sister sit site situate situation size sizeable skew skill skin skip sky slack sleep slice slide slight slightly
slogan slope slot slow slowest sluggish slump small smart smarter smell smile smoke smooth smoothie snack snap snow so
soap soar social society sock soda soft soften softer software soil sold sole solid solo solution solve some somebody
someone something somewhat somewhere song soon soothing sophisticated sorbet sorry sort soul sound soup source south
space spare spark speak special specialise specialty specific spectacular speculate speech speed speedy spell spend
spent spice spill spirit split spoke sponsor spontaneous sport spot spotlight spread spring square squeeze stabilise
stabilize stable stack staff stage stagger stair stairs stake stall stalls stamp stance stand standard standby
standout stands staple stare start starter startup state statement station statistic status stay steadily steady steal
steam steep steer stem step steps stew stick stiff still stimulate stir stock stockist stockpile stockroom stocktake
stone stood stop storage store storefront storeroom stories storm stormy story straight stranger strategic strategy
strawberry stream streamline street stress stretch strike string strip stroll stroller strong stronger strongly
structure struggle student students studio study stuff stunning style subdued subject submit subsequent substitute
subtle subtly suburb succeed success successful such sudden suffer sufficient sugar suggest suit suitable sum summary
summer sun sunday sundays sunglasses sunnier sunny sunscreen sunshine superb superior supermarket supervise supplement
supplier supply support suppose sure surf surface surfer surfers surge surplus surprise surround survey survive
suspect suspend sustain swap sway sweater sweet swell swift swim swimmer swimmers switch symbol sympathy syrup system
table tackle tactic tag tail tailor take takeaway taken taking tale talent talk talker tap tape taper target task
taste tasting taught tea teach team teapot tear tease teatime technical technique technology teenager telephone
television tell temper temperature temperatures temple tempo temporary tempt tempting tenant tend tendency tension
tent term terrace terrible territory test tester text texture than thank thankful thanks that the theatre their them
theme themed then theory therapy there these they thick thin thing think thirst thirsty this thorough those though
thought thread threat threw thrifty thrill thrive throat through throughout throw thumb thunderstorm thursday
thursdays ticket tide tides tidy tie tied ties tight till tilt timber time timely timing tiny tip tips tire tired
tissue title to toast today toffee together told tolerate toll tomato tomorrow tone tongue tonight too took tool tooth
top topic topical topping total touch tough tour tourist tourists tournament toward towards towel tower town toy track
traction trade tradition traditional traffic tragedy trail train trait trajectory transaction transfer transform
transition translate transmit transparent trap travel traveller travellers tray tread treasure treat treats tree trek
tremendous trend trending trial tribe trick trim trip tripper triumph trolley trolleys trouble truck true trunk trust
truth try tube tuesday tuesdays tune tunnel turn turned turning turnover turns tweak twin type typical typically ugly
ultimate umbrella unable unaware uncertain uncle uncover undecided under undergo underline underneath understand
understood undertake undoubted uneven unexpected unfavourable unfold unfortunate unhappy uniform union unique unit
universe university unknown unless unlike unlikely unload unnecessary unseasonal unsold until unused unusual unveil
unwell unwind up upbeat upcoming update upfront upgrade upkeep uplift upon upper upright upsell upset upside upstairs
upturn upward urge urgent us usage use useful user usher usual usually utilise utilize vacation vague vain valentine
valid valley value van vanilla variant variety various vary vast vegetable vehicle venture venue verbal verify version
versus very vessel via viable vibrant vicinity victory video view viewer village violate virtual virtue visible
visibly visit visitor visitors vital vivid vocal voice volume volunteer vote voucher voyage vulnerable waffle wage
waist wait waiter wake walk walker walkers wall wander want wardrobe ware warehouse warm warmer warming warmth warn
warrant wary was waste watch watchful water wave way we weak weakness wealth weapon wear weather weatherproof web
website wedding wednesday wednesdays weed week weekday weekend weekly weeks weigh weight welcome welfare well wellies
went were west wet wetter what whatever wheel when whenever where wherever whether which whichever while whim whisky
whisper white who whole wholesale why wide widen widespread wild will willing willingness win wind window windy wine
wing winner winter wipe wire wisdom wise wish with withhold within without witness wobble woke woman women won wonder
wooden wool word work workday worker workers workforce workshop workweek world worldwide worn worry worth worthwhile
worthy would wound wow wrap write written wrong wrote yard year yearly yell yellow yes yesterday yet yield yoghurt
yogurt you young your youth zone
"""
