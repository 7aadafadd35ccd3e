"""What Comity does not take: markings of SECRET class and everything else above its ceiling."""

import re
import unicodedata

from comity.domain.text import fold
from comity.errors import BadInput

CEILING = "OFFICIAL-SENSITIVE, CUI and NATO UNCLASSIFIED"

# Read after accents, case, spaces, punctuation and look-alike letters are gone. Only labels on the list of
# markings are accepted anyway; this list is for saying plainly what is wrong.
_ABOVE = re.compile(
    "secret|segret|segredo|topsec|confidential|confidentiel|confidencial|confidentieel|riservat|"
    "restricted|restreint|restrito|restringid|geheim|vertraulich|dienstgebrauch|vsnfd|"
    "cosmic|atomal|hemlig|hemmelig|fortrolig|begrenset|tjenestebrug|poufne|zastrzezone|tajne|duverne|vyhrazene|"
    "비밀|대외비|기밀|極秘|極密|機密|秘密|机密|绝密|"
    "protected(?!a$)|^protect$|strap|umbra|"
    "^(?:ts|s|c)(?:sci|si|tk|hcs|sap|sar|rel|nf|noforn|oc|orcon)*$|"
    "^(?:uk|us|eu|nato|ca)?(?:ts|cts|ctsa|nsat|ns|nc|nr|r|sci|si|tk|hcs|sap|sar|rd|frd|cnwdi|fgi|orcon)$"
)
_LOOKALIKES = str.maketrans("аеорсхтікѕвнмуαερτιοκν0135$@", "aeopcxtiksbhmyaeptioknoiessa")


def refuse_classified(text: str) -> None:
    """Raises BadInput if any part of a marking names a class that Comity must not hold."""
    for part in re.split("[/,]", unicodedata.normalize("NFKC", text)):
        if _ABOVE.search(_skeleton(part)):
            raise BadInput(
                f"Comity is for unclassified work, up to {CEILING}. It does not take «{text.strip()}».",
                hint="Keep it off this system. If it is here by mistake, tell your security officer.",
                code="classified",
            )


def _skeleton(part: str) -> str:
    return "".join(letter for letter in fold(part).translate(_LOOKALIKES) if letter.isalpha())
