"""The labels that a marking may hold: policies, their levels from low to high, and caveats."""

LEVELS = {
    "TLP": ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"),
    "UK": ("OFFICIAL", "OFFICIAL-SENSITIVE"),
    "US": ("UNCLASSIFIED", "CUI"),
    "NATO": ("NATO UNCLASSIFIED",),
    "CA": ("PROTECTED A",),
}
# How strict across policies, in steps of TLP.
RANKS = {
    "TLP:CLEAR": 0,
    "TLP:GREEN": 1,
    "OFFICIAL": 1,
    "UNCLASSIFIED": 1,
    "NATO UNCLASSIFIED": 1,
    "TLP:AMBER": 2,
    "OFFICIAL-SENSITIVE": 2,
    "CUI": 2,
    "PROTECTED A": 2,
    "TLP:AMBER+STRICT": 3,
    "TLP:RED": 4,
}
UNREADABLE_RANK = 5

ONE_INSTITUTE = "ORGANISATIONAL USE ONLY"
CONTROLS = {
    "UK": ("HMG USE ONLY", "UK EYES ONLY", ONE_INSTITUTE, "RECIPIENTS ONLY", "EMBARGOED"),
    "US": ("FED ONLY", "FEDCON", "NOCON", "DL ONLY"),
}
CATEGORIES = {
    "UK": ("COMMERCIAL", "LEGAL", "LEGAL PROFESSIONAL PRIVILEGE", "LOCSEN", "MARKET SENSITIVE", "PERSONAL DATA"),
    "US": ("CEII", "CTI", "EXPT", "EXPTR", "HLTH", "INTEL", "ISVI", "LEI", "OPSEC", "PCII", "PHYS", "PROCURE", "PROPIN",
           "PRVCY", "SSEL", "SSI"),
}  # fmt: skip
# Caveats that hold a record inside one country.
COUNTRY_OF = {"HMG USE ONLY": "GBR", "UK EYES ONLY": "GBR", "FED ONLY": "USA", "FEDCON": "USA"}

# Labels that were given up, and what is written today.
REPLACED = {
    "TLP:WHITE": "TLP 2.0 calls it TLP:CLEAR",
    "WHITE": "TLP 2.0 calls it TLP:CLEAR",
    "FOUO": "CUI took the place of FOUO",
    "FOR OFFICIAL USE ONLY": "CUI took the place of FOUO",
    "SBU": "CUI took the place of SBU",
    "LES": "CUI took the place of LES; write CUI//LEI",
}
