"""English words that people type. To teach the bot a word, add it here; the tables are those of `words_ko`."""

from bot.conversation.parse.meaning import Intent

TAIL = r"(?:\s*(?:please|pls|plz|thanks|thank you|now|then))*"

SERVICES = (
    ("move", r"\bmov(?:e|ing)[- ]?(?:in|out)\b|\bmoving\b|end of tenancy"),
    ("office", r"\boffice\b"),
    ("aircon", r"\bair ?con\b|\bair[- ]?condition\w*|\ba/?c\b"),
    ("home", r"\b(?:home|house|apartment|flat) clean\w*|\bclean (?:my |our |the )?(?:home|house|apartment|flat)\b"),
)

ADD_ONS = (
    ("fridge", r"\bfridge\b|\brefrigerator\b"),
    ("oven", r"\boven\b|\bhood\b"),
    ("window", r"\bwindows?\b"),
)

ROOMS = r"\bstudio\b|\bone[- ]room\b|\b(?:one|two|three|four|[1-5])[- ]?bed(?:room)?s?\b"

WEEKDAYS = (r"mon(?:day)?", r"tue(?:s(?:day)?)?", r"wed(?:nesday)?", r"thu(?:r(?:s(?:day)?)?)?", r"fri(?:day)?",
            r"sat(?:urday)?", r"sun(?:day)?")  # fmt: skip
MONTHS = ("jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
          "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?")  # fmt: skip
WEEK_OFFSETS = (
    (r"last week", -1),
    (r"the week after next", 2),
    (r"next week", 1),
    (r"this week", 0),
)
DAY_WORDS = (
    (r"\byesterday\b", -1),
    (r"\b(?:the )?day after (?:tomorrow|tmrw?|tmw|tomorow)\b|\bovermorrow\b", 2),
    (r"\b(?:tomorrow|tomorow|tommorow|tommorrow|tmrw?|tmw|2moro)\b", 1),
    (r"\btoday\b|\btonight\b", 0),
)
ORDINALS = (
    (r"first|1st", 1),
    (r"second|2nd", 2),
    (r"third|3rd", 3),
    (r"fourth|4th", 4),
    (r"fifth|5th", 5),
    (r"last", -1),
)
HOLIDAYS = (
    (r"\bchristmas eve\b|\bxmas eve\b", 12, 24),
    (r"\bchristmas\b|\bxmas\b", 12, 25),
    (r"\bnew year'?s eve\b", 12, 31),
    (r"\bnew year'?s(?: day)?\b", 1, 1),
)
VAGUE_DAYS = (
    r"\b(?:early |late |mid[- ]?)?(?:this|next) month\b|\b(?:the )?end of (?:the )?month\b|\bnext year\b|\bweekdays?\b|"
    r"\bsoon\b|\bseollal\b|\bchuseok\b|\bsome ?day\b|\bin a few days\b"
)
ANY_DAY = r"\b(?:earliest|soonest) (?:day|date)\b|\bany ?day\b|\bany ?time\b|\bwhenever\b"
OTHER_DAY = r"\b(?:another|other|different) (?:day|date)s?\b"
RECURRING = r"\bevery\b(?! time)|\bweekly\b|\bmonthly\b|\bbiweekly\b"

PARTS_OF_DAY = (
    (r"\bearly (?:in the )?morning\b", 8, 10),
    (r"\blate afternoon\b|\blate in the afternoon\b", 16, 18),
    (r"\bmorning\b", 8, 12),
    (r"\blunch ?time\b", 11, 14),
    (r"\bafternoon\b", 12, 18),
    (r"\bevening\b", 17, 18),
)
CLOSED_PARTS = r"\b(?:to)?night\b|\bmidnight\b|\bdawn\b"
VAGUE_TIMES = r"\bafter work\b|\blater(?: today)?\b(?! than)|\bearly\b|\bsome ?time\b"
ANY_TIME = r"\bany ?time\b|\bwhenever\b|\basap\b|\bas soon as possible\b|\bearliest\b"
OTHER_TIME = r"\b(?:another|other|different) times?\b"
UNSURE = r"\bnot sure\b|\bno idea\b|\bdon'?t know\b|\bdunno\b|\bidk\b"

EARLIER = r"\bearlier\b|\bforward\b|\bsooner\b|\bbring\b"
MOVE = (
    r"\bre-?schedul\w*|\bmove\b(?![- ]?(?:in|out)\b)|\bchange\b|\bpush\b|\bpostpone\b|\bbring .{0,12}forward\b|\bshift\b|\bswitch\b|"
    r"\bdelay\b|\b(?:hours?|minutes?|mins?) (?:later|earlier)\b"
)

WHOLE = (
    (Intent.RESTART, r"start over|restart|reset|start again|main menu|from the (?:start|beginning)"),
    (Intent.BACK, r"(?:go )?back|previous"),
    (Intent.END_TALK, r"(?:please\s+)?(?:end|close|finish|stop) (?:the |this |our )?(?:talk|chat|conversation)(?: please)?"),
    (Intent.HELP, r"help(?: me)?|menu|how (?:does|do) .*(?:work|use).*|what can you do|commands"),
    (Intent.KEEP, r"keep it|leave it(?: as it is)?|never ?mind|nvm"),
    (Intent.YES, r"(?:y|yes|yep|yeah|yup|ya|ok|okay|k|sure|correct|right|agree|i agree|confirm|confirmed|sounds good|go ahead|do it|fine by me)(?:,? (?:yes|please|sure))*"),
    (Intent.NO, r"(?:n|no|nope|nah|no way|not really)(?:,? (?:thanks|thank you|no))*"),
    (Intent.GREET, r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening))(?: (?:there|ssak3|everyone))?|annyeong\w*|thanks(?: a lot)?|thank you(?: (?:so|very) much)?|thx|ty"),
    (Intent.JOBS, r"(?:(?:today'?s|my) jobs?(?: today)?|jobs?(?: for)? today|jobs?|what'?s on today)"),
    (Intent.COMING, r"(?:my )?(?:upcoming|next|coming|future)(?: jobs?)?|jobs? (?:this|next) week|tomorrow'?s jobs?"),
    (Intent.DECLINE, r"(?:decline|reject|refuse|pass|i )?can'?t (?:go|make it|do it)|decline|reject|refuse|pass"),
    (Intent.ACCEPT, r"(?:i )?accept|i(?:'?ll| will) (?:take|do) it|take (?:it|the job)|(?:i )?can go"),
    (Intent.EN_ROUTE, r"(?:i'?m )?on (?:my|the) way|omw|leaving|(?:i )?left|heading over|en route"),
    (Intent.START, r"(?:i )?(?:start|started|starting)(?: cleaning)?|begin"),
    (Intent.FINISH, r"(?:all |i'?m |i )?(?:done|finish|finished|complete|completed)"),
    (Intent.BOARD, r"(?:the )?(?:board|dashboard|overview)"),
    (Intent.SETTINGS, r"(?:notification |alert )?settings|notifications|preferences"),
    (Intent.BOOK, r"book again|continue|carry on"),
)  # fmt: skip

INSIDE = (
    (Intent.ERASE, r"\b(?:delete|erase|remove|wipe)\b.{0,12}\b(?:my|personal)\b.{0,12}\b(?:data|details|info(?:rmation)?|account|records?)\b|"
                   r"\berase me\b|\bforget (?:all )?about me\b|\bright to be forgotten\b"),
    (Intent.KEEP, r"\b(?:do not|don'?t) unsubscribe\b"),
    (Intent.OPTOUT, r"\bunsubscribe|\bopt[- ]?out\b|\b(?:stop|no more)\b.{0,20}\b(?:ads?|adverts?|marketing|messages?|messaging|promotions?|promos?|spam|notifications?)\b|"
                    r"^stop$|\bturn off\b.{0,12}\bnotif\w+"),
    (Intent.TELEGRAM, r"\btelegram\b"),
    (Intent.OPTIN, r"\bsubscribe\b|\bopt[- ]?in\b|\b(?:get|send|want|receive)\b.{0,12}\b(?:news|deals|offers|promotions|promos)\b|\bturn on\b.{0,12}\bnotif\w+"),
    (Intent.STATUS, r"\bwhere(?:'?s| is| are)\b|\bwhen (?:will|is|does|are)\b.*(?:\bcom|arriv|here|cleaner)|\bhow long until\b|\beta\b|\bon (?:their|his|her) way\b|"
                    r"\b(?:has|have|did)\b.*\b(?:left|leave|started?|finish\w*|arrived?)\b|\bare (?:you|they) (?:coming|close|here)|\bcleaner\b.*\blate\b|\bstatus\b|\bnot here yet\b"),
    (Intent.HUMAN, r"\bhuman\b|\bagent\b|\brepresentative\b|\breal person\b|\b(?:talk|speak|chat) (?:to|with)\b|\bcall me\b|\bcustomer service\b|\bsupport\b|"
                   r"\bcomplain\w*|\bdamaged?\b|\bbroken?\b|\bproblem\b"),
    (Intent.KEEP, r"\b(?:do not|don'?t|not) (?:want to )?(?:cancel|move|change|reschedule)|\bkeep (?:it|my|the)\b|\bleave it\b|\bnever ?mind\b"),
    (Intent.FEE, r"\b(?:cancel\w*|refund\w*)\b.*\b(?:fees?|costs?|charged?|how much|free)\b|\b(?:fees?|how much|charged?|penalty)\b.*\b(?:cancel\w*|refund\w*|back)\b|\bfees?\b|\bpenalty\b"),
    (Intent.REFUND, r"\brefund\w*|\bmoney back\b|\bmy money\b|\breimburse\w*"),
    (Intent.CANCEL, r"\bcancel\w*|\bcall (?:it )?off\b"),
    (Intent.LANG, r"\benglish\b|\bkorean\b"),
    (Intent.PAY, r"\bpay\b|\bpayment\b|\bcheck ?out\b|\bby card\b"),
    (Intent.EDIT, r"\bedit\b|\bfix\b|\bchange (?:the |my )?(?:address|size|area|district|service)\b|\bwrong\b|\bmistake\b|\btypo\b"),
    (Intent.RESCHEDULE, MOVE),
    (Intent.LIST, r"\b(?:my|show|see|view|list|check)\b.{0,12}\b(?:bookings?|reservations?|appointments?)\b|\bwhat did i book\b"),
    (Intent.PRICE, r"\bhow much\b|\bprices?\b|\bquote\b|\bcosts?\b|\bestimate\b|\brates?\b"),
    (Intent.BOOK, r"\bbook(?:ing)?\b|\bclean(?:ing|er|ers|ed)?\b|\breserv\w+|\bschedule\b|\bappointment\b"),
)  # fmt: skip

WEAK_BOOK = r"\bavailable\b|\bcan you\b|\bcould you\b|\bneed\b|\bwant\b|\bpossible\b"

_YES = (
    r"(?:yes|yep|yeah|yup|ya|ok|okay|k|sure|please|fine|alright|perfect|proceed(?: with)?|looks good|sounds good|that'?s right|now|just|"
    r"i'?ll|i will|i want to|i'?d like to|i'?m ready to|let me|let'?s|go ahead(?: and)?|do it|got it|charge my card)"
)
_YESES = rf"(?:{_YES}[\s,.]*)*"
_THANKS = r"[\s,.]*(?:(?:thanks|thank you|please)[\s,.]*)*"
PAYS = (
    rf"{_YESES}(?:pay|check ?out|(?:make |the )*payment)"
    rf"(?:\s+(?:it|now|for it|by card|with (?:my |a |the )?card|(?:₩ ?)?[\d,]+(?: ?won)?))*{_THANKS}"
)
CANCELS = rf"(?:(?:{_YES}[\s,.]*)+cancel|cancel(?= it)|confirm (?:the )?cancell?ation)(?:\s+(?:it|now|(?:my|the) booking))*{_THANKS}"
MOVES = rf"{_YESES}(?:move|change|reschedule)(?:\s+(?:it|now|(?:my|the) (?:booking|visit)))*{_THANKS}"
YES_HERE = rf"(?:{_YES}[\s,.]*)+{_THANKS}"
NO_YES = r"\bgot it\b(?!.*\bpay)|\bi see\b|\bunderstood\b|\bnoted\b|please confirm|^right$"
YESES, THANKS = _YESES, _THANKS
WANTS_TO_CANCEL = (
    r"^(?:(?:yes|ok|please|pls|i want to|i'?d like to|i need to|i have to|just|so|then|let'?s|go ahead and)[\s,]*)*(?:cancel|call (?:it )?off)\b"
    r"(?!.*\b(?:later|any ?time|fees?|policy|happens)\b)"
)
THE_VISIT = r"\bbooking\b|\bvisit\b|\brefund\b|\bcleaning\b"
THIS_ONE = r"\b(?:move|change|reschedule|existing|this one|first)\b"
REFUSED = r"\bnot\b|\bno,"
EXISTING = r"\b(?:existing|my|other|already booked)\b"
EITHER_OR = r"\bor\b"
THANK_YOU = r"\bthank|\bthx\b"
THE_SAME = r"\bsame (?:one|again|booking)\b|\bbook (?:it|that) again\b"
THE_MONEY = r"\bwhen\b|\bwhere\b|\byet\b"
PRICE_OF_MOVING = r"(?:move|moving|reschedul|change).{0,20}(?:cost|fee|free|extra|charge)"
WHAT_WAS_PAID = r"\bdid i pay\b|\bhave i paid\b|\bi paid\b"
LEAVES_IT = r"(?:no[\s,]+)?(?:never ?mind|it'?s (?:fine|ok)|leave it)[\s.!]*"
INSTEAD = r"\binstead\b|\brather\b"
UNPAID = r"\bunpaid\b|\bnot paid\b|\bhaven'?t paid\b"
PLACES = ((r"\bfirst\b", 0), (r"\bsecond\b", 1), (r"\bthird\b", 2), (r"\blast\b", -1))
BOOKS = r"\bbook|\bplease\b|\border\b"
LATER = r"\b(?:let me think|think about it|think it over|get back to you|come back later|ask my (?:wife|husband|partner))\b|^(?:ok[\s,]*)?(?:maybe )?later$"
PAYING = r"(?:\s*\b(?:and|then)\b)*\s*\bpay\b(?:\s+(?:it|now|please|by card))*"
ANOTHER = r"\b(?:new|another|second|extra|one more|separate)\b"
NOT_NOW = r"\blater\b|\bsoon\b"
OTHER_FIELDS = r"\b(?:address|size|area|district|phone|number|cleaner|note|door ?code)\b"
WHICH_BOOKING = r"\bthat one\b|\bone of\b"
QUIET_SCOPE = r"\bmessages?\b|\bmessaging\b|\bnotif\w+"
ADVERTISING = r"\bads?\b|\badverts?\b|\bmarketing\b|\bpromo\w*|\bunsubscribe\b|\bopt[- ]?out\b"
EDIT_FIELDS = (
    ("address", r"\baddress\b"),
    ("size_pyeong", r"\bsize\b"),
    ("area", r"\barea\b|\bdistrict\b"),
    ("date", r"\bdate\b|\bday\b"),
    ("time", r"\btime\b"),
    ("service", r"\bservice\b"),
)
LANGUAGES = (("en", r"\benglish\b"), ("ko", r"\bkorean\b"))
FIND = r"(?:find|search)"
REPLY = r"reply"
NOT_THIS_BEFORE = r"\b(?:not|except|but not)\s+(?:on\s+|at\s+)?$"
LEAVE_WORDS = {"cancel", "human", "unsubscribe"}
CORRECTION = r"\bnot\b"
OF_A_BOOKING = r"\bbooking\b|\breservation\b|\bappointment\b|\bvisit\b"
NIGHT_YES = r"(?:at )?night(?: too| is fine)?"
NIGHT_NO = r"(?:only )?(?:daytime|in the day|by day)(?: only)?"
QUESTION = r"\?|^(?:who|what|how|why|can|could|do|does|is|are|will)\b|tell\s+(?:them|the)\b"
WANTS_REFUND = (
    r"^(?!.*\b(?:when|where|yet|status)\b).*(?:want|get|give|need|request).*(?:refund|money back)|^refund (?:me|please)"
)
