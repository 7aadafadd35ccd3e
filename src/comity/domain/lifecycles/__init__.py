"""How each kind moves: verbs with the states they join and the guards that hold them."""
