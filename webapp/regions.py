"""Regions of the world by their ISO 3166 codes: what people call them, and about where they lie.

A ledger may hold any text as a region. What is no known code keeps its own name, and lies nowhere.
Sources: ISO 3166-2:GB (2020, with changes to 2023) for the parts of the United Kingdom, whose names are given as they are
spoken; CLDR, by Babel, for countries. Places are the middle of each, rounded to a tenth of a degree or a whole one.
"""

import re
from functools import lru_cache

from babel import Locale

Place = tuple[float, float]  # latitude and longitude in degrees
_CODE = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
_PARTS = {
    "GB": """
ABC Armagh, Banbridge and Craigavon 54.4 -6.4; ABD Aberdeenshire 57.2 -2.8; ABE Aberdeen 57.1 -2.1; AGB Argyll and Bute 56.2 -5.2
AGY Isle of Anglesey 53.3 -4.3; AND Ards and North Down 54.6 -5.6; ANN Antrim and Newtownabbey 54.7 -6.1; ANS Angus 56.7 -2.9
BAS Bath and North East Somerset 51.4 -2.4; BBD Blackburn with Darwen 53.7 -2.5
BCP Bournemouth, Christchurch and Poole 50.7 -1.9; BDF Bedford 52.1 -0.5; BDG Barking and Dagenham 51.5 0.1; BEN Brent 51.6 -0.3
BEX Bexley 51.5 0.1; BFS Belfast 54.6 -5.9; BGE Bridgend 51.5 -3.6; BGW Blaenau Gwent 51.8 -3.2; BIR Birmingham 52.5 -1.9
BKM Buckinghamshire 51.8 -0.8; BNE Barnet 51.6 -0.2; BNH Brighton and Hove 50.8 -0.1; BNS Barnsley 53.5 -1.5; BOL Bolton 53.6 -2.4
BPL Blackpool 53.8 -3.0; BRC Bracknell Forest 51.4 -0.7; BRD Bradford 53.8 -1.8; BRY Bromley 51.4 0.0; BST Bristol 51.5 -2.6
BUR Bury 53.6 -2.3; CAM Cambridgeshire 52.3 0.1; CAY Caerphilly 51.6 -3.2; CBF Central Bedfordshire 52.0 -0.5
CCG Causeway Coast and Glens 55.1 -6.5; CGN Ceredigion 52.3 -4.0; CHE Cheshire East 53.2 -2.3
CHW Cheshire West and Chester 53.2 -2.7; CLD Calderdale 53.7 -2.0; CLK Clackmannanshire 56.1 -3.8; CMA Cumbria 54.6 -3.0
CMD Camden 51.5 -0.1; CMN Carmarthenshire 51.9 -4.2; CON Cornwall 50.4 -4.9; COV Coventry 52.4 -1.5; CRF Cardiff 51.5 -3.2
CRY Croydon 51.4 -0.1; CWY Conwy 53.1 -3.7; DAL Darlington 54.5 -1.6; DBY Derbyshire 53.1 -1.6; DEN Denbighshire 53.1 -3.4
DER Derby 52.9 -1.5; DEV Devon 50.7 -3.8; DGY Dumfries and Galloway 55.1 -3.9; DNC Doncaster 53.5 -1.1; DND Dundee 56.5 -3.0
DOR Dorset 50.8 -2.3; DRS Derry and Strabane 54.9 -7.4; DUD Dudley 52.5 -2.1; DUR County Durham 54.7 -1.8; EAL Ealing 51.5 -0.3
EAY East Ayrshire 55.5 -4.4; EDH Edinburgh 55.9 -3.2; EDU East Dunbartonshire 55.9 -4.2; ELN East Lothian 55.9 -2.7
ELS Na h-Eileanan Siar 57.8 -7.0; ENF Enfield 51.7 -0.1; ENG England 52.5 -1.5; ERW East Renfrewshire 55.8 -4.4
ERY East Riding of Yorkshire 53.9 -0.6; ESS Essex 51.8 0.6; ESX East Sussex 50.9 0.3; FAL Falkirk 56.0 -3.8; FIF Fife 56.2 -3.2
FLN Flintshire 53.2 -3.2; FMO Fermanagh and Omagh 54.5 -7.4; GAT Gateshead 54.9 -1.7; GLG Glasgow 55.9 -4.3
GLS Gloucestershire 51.8 -2.1; GRE Greenwich 51.5 0.1; GWN Gwynedd 52.9 -3.9; HAL Halton 53.3 -2.7; HAM Hampshire 51.1 -1.3
HAV Havering 51.6 0.2; HCK Hackney 51.5 -0.1; HEF Herefordshire 52.1 -2.7; HIL Hillingdon 51.5 -0.5; HLD Highland 57.5 -4.7
HMF Hammersmith and Fulham 51.5 -0.2; HNS Hounslow 51.5 -0.4; HPL Hartlepool 54.7 -1.2; HRT Hertfordshire 51.8 -0.2
HRW Harrow 51.6 -0.3; HRY Haringey 51.6 -0.1; IOS Isles of Scilly 49.9 -6.3; IOW Isle of Wight 50.7 -1.3; ISL Islington 51.5 -0.1
IVC Inverclyde 55.9 -4.7; KEC Kensington and Chelsea 51.5 -0.2; KEN Kent 51.2 0.7; KHL Hull 53.8 -0.3; KIR Kirklees 53.6 -1.8
KTT Kingston upon Thames 51.4 -0.3; KWL Knowsley 53.5 -2.8; LAN Lancashire 53.9 -2.6; LBC Lisburn and Castlereagh 54.5 -6.0
LBH Lambeth 51.5 -0.1; LCE Leicester 52.6 -1.1; LDS Leeds 53.8 -1.5; LEC Leicestershire 52.7 -1.2; LEW Lewisham 51.4 0.0
LIN Lincolnshire 53.1 -0.2; LIV Liverpool 53.4 -3.0; LND London 51.5 -0.1; LUT Luton 51.9 -0.4; MAN Manchester 53.5 -2.2
MDB Middlesbrough 54.6 -1.2; MDW Medway 51.4 0.5; MEA Mid and East Antrim 54.8 -6.0; MIK Milton Keynes 52.0 -0.8
MLN Midlothian 55.8 -3.1; MON Monmouthshire 51.8 -2.9; MRT Merton 51.4 -0.2; MRY Moray 57.5 -3.2; MTY Merthyr Tydfil 51.7 -3.4
MUL Mid Ulster 54.6 -6.7; NAY North Ayrshire 55.7 -4.8; NBL Northumberland 55.2 -2.0; NEL North East Lincolnshire 53.5 -0.1
NET Newcastle upon Tyne 55.0 -1.6; NFK Norfolk 52.7 0.9; NGM Nottingham 53.0 -1.2; NIR Northern Ireland 54.6 -6.6
NLK North Lanarkshire 55.9 -4.0; NLN North Lincolnshire 53.6 -0.6; NMD Newry, Mourne and Down 54.2 -6.1
NNH North Northamptonshire 52.4 -0.7; NSM North Somerset 51.4 -2.8; NTL Neath Port Talbot 51.7 -3.8; NTT Nottinghamshire 53.1 -1.0
NTY North Tyneside 55.0 -1.5; NWM Newham 51.5 0.0; NWP Newport 51.6 -3.0; NYK North Yorkshire 54.2 -1.5; OLD Oldham 53.5 -2.1
ORK Orkney 59.0 -3.0; OXF Oxfordshire 51.8 -1.3; PEM Pembrokeshire 51.8 -4.9; PKN Perth and Kinross 56.6 -3.8; PLY Plymouth 50.4 -4.1
POR Portsmouth 50.8 -1.1; POW Powys 52.3 -3.4; PTE Peterborough 52.6 -0.2; RCC Redcar and Cleveland 54.6 -1.0; RCH Rochdale 53.6 -2.2
RCT Rhondda Cynon Taf 51.6 -3.4; RDB Redbridge 51.6 0.1; RDG Reading 51.5 -1.0; RFW Renfrewshire 55.8 -4.5
RIC Richmond upon Thames 51.4 -0.3; ROT Rotherham 53.4 -1.4; RUT Rutland 52.7 -0.6; SAW Sandwell 52.5 -2.0; SAY South Ayrshire 55.3 -4.7
SCB Scottish Borders 55.5 -2.8; SCT Scotland 56.8 -4.2; SFK Suffolk 52.2 1.0; SFT Sefton 53.5 -3.0
SGC South Gloucestershire 51.6 -2.5; SHF Sheffield 53.4 -1.5; SHN St Helens 53.5 -2.7; SHR Shropshire 52.6 -2.7
SKP Stockport 53.4 -2.1; SLF Salford 53.5 -2.4; SLG Slough 51.5 -0.6; SLK South Lanarkshire 55.6 -3.8; SND Sunderland 54.9 -1.4
SOL Solihull 52.4 -1.7; SOM Somerset 51.1 -3.0; SOS Southend-on-Sea 51.5 0.7; SRY Surrey 51.3 -0.4; STE Stoke-on-Trent 53.0 -2.2
STG Stirling 56.2 -4.3; STH Southampton 50.9 -1.4; STN Sutton 51.4 -0.2; STS Staffordshire 52.8 -2.0; STT Stockton-on-Tees 54.6 -1.3
STY South Tyneside 55.0 -1.4; SWA Swansea 51.6 -4.0; SWD Swindon 51.6 -1.7; SWK Southwark 51.5 -0.1; TAM Tameside 53.5 -2.1
TFW Telford and Wrekin 52.7 -2.5; THR Thurrock 51.5 0.4; TOB Torbay 50.5 -3.6; TOF Torfaen 51.7 -3.1; TRF Trafford 53.4 -2.4
TWH Tower Hamlets 51.5 0.0; VGL Vale of Glamorgan 51.4 -3.4; WAR Warwickshire 52.3 -1.6; WBK West Berkshire 51.4 -1.3
WDU West Dunbartonshire 56.0 -4.5; WFT Waltham Forest 51.6 0.0; WGN Wigan 53.5 -2.6; WIL Wiltshire 51.3 -2.0; WKF Wakefield 53.7 -1.5
WLL Walsall 52.6 -2.0; WLN West Lothian 55.9 -3.6; WLS Wales 52.3 -3.7; WLV Wolverhampton 52.6 -2.1; WND Wandsworth 51.5 -0.2
WNH West Northamptonshire 52.2 -1.0; WNM Windsor and Maidenhead 51.5 -0.7; WOK Wokingham 51.4 -0.9; WOR Worcestershire 52.2 -2.2
WRL Wirral 53.4 -3.1; WRT Warrington 53.4 -2.6; WRX Wrexham 53.0 -3.0; WSM Westminster 51.5 -0.2; WSX West Sussex 51.0 -0.5
YOR York 54.0 -1.1; ZET Shetland 60.3 -1.3
"""
}
_COUNTRIES = """
AD 43 2;AE 24 54;AF 34 66;AG 17 -62;AI 18 -63;AL 41 20;AM 40 45;AO -12 18;AR -34 -64;AS -14 -171;AT 47 14;AU -25 134;AW 12 -70
AX 60 20;AZ 40 48;BA 44 18;BB 13 -60;BD 24 90;BE 51 5;BF 12 -2;BG 43 25;BH 26 51;BI -3 30;BJ 9 2;BL 18 -63;BM 32 -65;BN 5 115
BO -17 -65;BQ 12 -68;BR -10 -53;BS 24 -76;BT 27 90;BW -22 24;BY 53 28;BZ 17 -89;CA 57 -106;CC -12 97;CD -3 24;CF 7 21;CG -1 15
CH 47 8;CI 8 -6;CK -21 -160;CL -36 -71;CM 6 12;CN 35 103;CO 4 -73;CR 10 -84;CU 22 -79;CV 16 -24;CW 12 -69;CX -10 106;CY 35 33
CZ 50 15;DE 51 10;DJ 12 43;DK 56 10;DM 15 -61;DO 19 -70;DZ 28 3;EC -1 -78;EE 59 26;EG 27 30;EH 24 -13;ER 15 39;ES 40 -4;ET 9 40
FI 64 26;FJ -18 178;FK -52 -59;FM 7 158;FO 62 -7;FR 47 2;GA -1 12;GB 54 -2;GD 12 -62;GE 42 43;GF 4 -53;GG 49 -3;GH 8 -1;GI 36 -5
GL 72 -42;GM 13 -15;GN 10 -11;GP 16 -62;GQ 2 10;GR 39 22;GT 16 -90;GU 13 145;GW 12 -15;GY 5 -59;HK 22 114;HN 15 -86;HR 45 16
HT 19 -72;HU 47 19;ID -2 118;IE 53 -8;IL 31 35;IM 54 -5;IN 22 79;IO -6 72;IQ 33 44;IR 32 54;IS 65 -19;IT 43 12;JE 49 -2;JM 18 -77
JO 31 36;JP 36 138;KE 0 38;KG 41 75;KH 13 105;KI 2 -157;KM -12 43;KN 17 -63;KP 40 127;KR 36 128;KW 29 48;KY 19 -81;KZ 48 67
LA 18 104;LB 34 36;LC 14 -61;LI 47 10;LK 8 81;LR 6 -9;LS -30 28;LT 55 24;LU 50 6;LV 57 25;LY 27 17;MA 32 -6;MC 44 7;MD 47 29
ME 43 19;MF 18 -63;MG -19 47;MH 7 171;MK 42 22;ML 17 -4;MM 21 96;MN 47 104;MO 22 114;MP 15 146;MQ 15 -61;MR 20 -10;MS 17 -62
MT 36 14;MU -20 58;MV 3 73;MW -13 34;MX 24 -102;MY 4 109;MZ -17 36;NA -22 17;NC -21 165;NE 17 9;NF -29 168;NG 9 8;NI 13 -85
NL 52 5;NO 61 9;NP 28 84;NR -1 167;NU -19 -170;NZ -41 173;OM 21 56;PA 9 -80;PE -9 -75;PF -17 -149;PG -6 145;PH 12 122;PK 30 69
PL 52 19;PM 47 -56;PR 18 -66;PS 32 35;PT 39 -8;PW 7 134;PY -23 -58;QA 25 51;RE -21 55;RO 46 25;RS 44 21;RU 60 60;RW -2 30
SA 24 45;SB -9 160;SC -5 55;SD 15 30;SE 61 15;SG 1 104;SH -16 -6;SI 46 15;SJ 78 16;SK 49 19;SL 8 -12;SM 44 12;SN 14 -14;SO 5 46
SR 4 -56;SS 7 30;ST 0 7;SV 14 -89;SX 18 -63;SY 35 38;SZ -27 31;TC 22 -72;TD 15 19;TG 9 1;TH 15 101;TJ 39 71;TK -9 -172;TL -9 126
TM 39 59;TN 34 9;TO -21 -175;TR 39 35;TT 11 -61;TV -8 178;TW 24 121;TZ -6 35;UA 49 31;UG 1 32;US 39 -98;UY -33 -56;UZ 41 64
VA 42 12;VC 13 -61;VE 7 -66;VG 18 -65;VI 18 -65;VN 16 106;VU -16 167;WF -13 -176;WS -14 -172;XK 43 21;YE 16 48;YT -13 45
ZA -29 25;ZM -14 28;ZW -19 30
"""


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[str, Place]]:
    """Name and place of every part of a country that is known, by its code."""
    found = {}
    for country, text in _PARTS.items():
        for entry in text.replace("\n", ";").split(";"):
            if entry.strip():
                code, *words, latitude, longitude = entry.split()
                found[f"{country}-{code}"] = (" ".join(words), (float(latitude), float(longitude)))
    return found


@lru_cache(maxsize=1)
def _middles() -> dict[str, Place]:
    entries = (entry.split() for entry in _COUNTRIES.replace("\n", ";").split(";") if entry.strip())
    return {code: (float(latitude), float(longitude)) for code, latitude, longitude in entries}


def country(code: str) -> str:
    """The country that a code stands for or in: "GB" of "GB-BST"; "" where the text is no such code."""
    found = _CODE.fullmatch(code)
    return found[1] if found else ""


def name(code: str, locale: Locale) -> str:
    """What people call a region: "Bristol", "Germany", "CA, United States"; what is not known keeps its own text."""
    if code in _known():
        return _known()[code][0]
    found = _CODE.fullmatch(code)
    land = locale.territories.get(found[1]) if found else None
    if found is None or land is None:
        return code
    return f"{found[2]}, {land}" if found[2] else str(land)


def place(code: str) -> Place | None:
    """About where a region lies; None where that is not known. A part whose country alone is known lies nowhere."""
    if code in _known():
        return _known()[code][1]
    return _middles().get(code)
