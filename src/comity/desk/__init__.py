"""The door for people: what screens and commands ask and do.

`desk` is what everything is given: an open home; `world` is what guards and checks see of it in one transaction. Upon
these stand the ways to name records (`names`, `finding`, `placing`), to write (`drafting`, `rules`, then `acting`,
`stepping`, `undoing`, `settling`) and to ask (`asking`, `window`, `history`, `checking`). Upon those: whole pages
(`board`, `grid`, `runboard`, `calendar`, `roster`), files (`plans`, `sheets`, `imports`) and partners (`devices`,
`membership`, `revoking`, `recovery`, `syncing`, `courier`, `late`, `erasing`). `__init__` imports
nothing, so that a command loads only the rooms it needs.
"""
