"""Files against the store: plan files, sheets, evaluation logs."""
