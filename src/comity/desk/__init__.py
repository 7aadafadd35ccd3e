"""The door for people: what screens and commands ask and do.

`desk` is what everything is given: an open home; `world` is what guards and checks see of it in one transaction. Upon
these stand the ways to name records (`names`, `refs`, `placing`), to write (`drafting`, `rules`, then `acting`,
`stepping`, `undoing`, `settling`) and to ask (`asking`, `listing`, `window`, `history`, `checking`). Upon those, each a
room of its own: `pages` (what a screen shows as a whole), `report`, `files` (plans, sheets, logs), `members` (who is
let in, ended, erased) and `carriers` (hubs, bundles, what others hold). No `__init__` imports anything, so that a
command loads only the rooms it needs.
"""
